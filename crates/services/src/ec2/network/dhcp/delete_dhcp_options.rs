//! DeleteDhcpOptions: refused while a VPC uses them.

use resource::{DhcpOptions, Resource, Vpc};
use serde::Deserialize;

use crate::ec2::find;
use crate::{Error, Write};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    dhcp_options_id: String,
}

/// Removes a set of DHCP options.
pub fn delete_dhcp_options(cx: &mut Write<'_>, input: Input) -> Result<(), Error> {
    let options = find::dhcp_options(cx.txn, cx.owner(), &input.dhcp_options_id)?;
    if let Some(vpc) = cx.txn.linked::<Vpc>(DhcpOptions::KIND, &options.id).next() {
        let message = format!("The dhcpOptions '{}' has dependencies and cannot be deleted: {} uses it.", options.id, vpc.id);
        return Err(Error::dependency(message));
    }
    cx.txn.remove::<DhcpOptions>(options.id.as_str());
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::ec2::testing::Cloud;

    #[test]
    fn options_serve_the_vpcs_that_they_are_associated_with() {
        let cloud = Cloud::new();
        let vpc = cloud.ok("CreateVpc", json!({"CidrBlock": "10.0.0.0/16"}));
        let given = vpc.pointer("/Vpc/DhcpOptionsId").expect("an id");
        let vpc = vpc.pointer("/Vpc/VpcId").expect("an id");
        let default = cloud.ok("DescribeDhcpOptions", json!({"DhcpOptionsIds": [given]}));
        assert_eq!(default.pointer("/DhcpOptions/0/DhcpConfigurations/0/Values/0/Value"), Some(&json!("ec2.internal")));

        let servers = json!([{"Key": "domain-name-servers", "Values": ["10.0.0.9", "10.0.0.10"]}]);
        let own = cloud.text("CreateDhcpOptions", json!({"DhcpConfigurations": servers}), "/DhcpOptions/DhcpOptionsId");
        cloud.ok("AssociateDhcpOptions", json!({"DhcpOptionsId": own, "VpcId": vpc}));
        assert_eq!(cloud.refusal("DeleteDhcpOptions", json!({"DhcpOptionsId": own})), "DependencyViolation");
        let using = json!({"Filters": [{"Name": "dhcp-options-id", "Values": [own]}]});
        assert_eq!(cloud.ok("DescribeVpcs", using.clone()).pointer("/Vpcs/0/VpcId"), Some(vpc));
        cloud.ok("AssociateDhcpOptions", json!({"DhcpOptionsId": "default", "VpcId": vpc}));
        assert_eq!(cloud.ok("DescribeVpcs", using)["Vpcs"], json!([]));
        cloud.ok("DeleteDhcpOptions", json!({"DhcpOptionsId": own}));
        assert_eq!(cloud.refusal("DescribeDhcpOptions", json!({"DhcpOptionsIds": [own]})), "InvalidDhcpOptionID.NotFound");
    }

    #[test]
    fn options_that_dhcp_cannot_carry_are_refused() {
        let cloud = Cloud::new();
        for (key, values) in [
            ("colour", json!(["red"])),
            ("domain-name", json!([])),
            ("domain-name-servers", json!(["ns.example.com"])),
            ("ntp-servers", json!(["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.0.5"])),
            ("netbios-node-type", json!(["3"])),
        ] {
            let input = json!({"DhcpConfigurations": [{"Key": key, "Values": values}]});
            assert_eq!(cloud.refusal("CreateDhcpOptions", input), "InvalidParameterValue", "{key}");
        }
    }

    #[test]
    fn options_are_found_by_what_they_say() {
        let cloud = Cloud::new();
        let tags = json!([{"ResourceType": "dhcp-options", "Tags": [{"Key": "Name", "Value": "office"}]}]);
        let said = json!([{"Key": "domain-name", "Values": ["corp.example"]}, {"Key": "ntp-servers", "Values": ["10.0.0.5"]}]);
        let input = json!({"DhcpConfigurations": said, "TagSpecifications": tags});
        let own = cloud.text("CreateDhcpOptions", input, "/DhcpOptions/DhcpOptionsId");
        cloud.ok("CreateVpc", json!({"CidrBlock": "10.0.0.0/16"}));
        for (filter, value, count) in [
            ("key", "domain-name", 2),
            ("value", "corp.*", 1),
            ("value", "AmazonProvidedDNS", 1),
            ("tag:Name", "office", 1),
            ("owner-id", "2*", 0),
        ] {
            let found = cloud.ok("DescribeDhcpOptions", json!({"Filters": [{"Name": filter, "Values": [value]}]}));
            assert_eq!(found["DhcpOptions"].as_array().map(Vec::len), Some(count), "{filter}={value}");
        }
        let twice =
            json!({"DhcpConfigurations": [{"Key": "domain-name", "Values": ["a"]}, {"Key": "domain-name", "Values": ["b"]}]});
        assert_eq!(cloud.refusal("CreateDhcpOptions", twice), "InvalidParameterValue");
        assert_eq!(
            cloud.account("222222222222").refusal("DeleteDhcpOptions", json!({"DhcpOptionsId": own})),
            "InvalidDhcpOptionID.NotFound"
        );
    }
}
