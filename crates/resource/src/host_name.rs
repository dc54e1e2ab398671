//! AWS's DNS names of addresses (VPC User Guide, "DNS attributes for your VPC").

use std::net::Ipv4Addr;

/// The name of a private address inside its VPC: `ip-10-0-1-5.ec2.internal`.
pub fn private_dns_name(region: &str, address: Ipv4Addr) -> String {
    format!("ip-{}.{}", dashed(address), private_domain(region))
}

/// The domain of private names, which DHCP also tells: `ec2.internal` in us-east-1, `{region}.compute.internal` elsewhere.
pub fn private_domain(region: &str) -> String {
    match region {
        "us-east-1" => "ec2.internal".to_owned(),
        _ => format!("{region}.compute.internal"),
    }
}

/// The name of a public address: `ec2-198-18-1-1.compute-1.amazonaws.com`.
pub fn public_dns_name(region: &str, address: Ipv4Addr) -> String {
    match region {
        "us-east-1" => format!("ec2-{}.compute-1.amazonaws.com", dashed(address)),
        _ => format!("ec2-{}.{region}.compute.amazonaws.com", dashed(address)),
    }
}

fn dashed(address: Ipv4Addr) -> String {
    address.to_string().replace('.', "-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_region_has_names_of_its_own() {
        let address = Ipv4Addr::new(10, 0, 1, 5);
        assert_eq!(private_dns_name("us-east-1", address), "ip-10-0-1-5.ec2.internal");
        assert_eq!(private_dns_name("eu-west-1", address), "ip-10-0-1-5.eu-west-1.compute.internal");
        assert_eq!(public_dns_name("us-east-1", address), "ec2-10-0-1-5.compute-1.amazonaws.com");
        assert_eq!(public_dns_name("eu-west-1", address), "ec2-10-0-1-5.eu-west-1.compute.amazonaws.com");
    }
}
