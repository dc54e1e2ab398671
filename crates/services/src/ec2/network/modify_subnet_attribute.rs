//! ModifySubnetAttribute: one attribute per call.

use resource::Subnet;
use serde::Deserialize;

use super::view::Flag;
use crate::ec2::find;
use crate::{Error, Write};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    subnet_id: String,
    map_public_ip_on_launch: Option<Flag>,
    private_dns_hostname_type_on_launch: Option<String>,
    #[serde(rename = "EnableResourceNameDnsARecordOnLaunch")]
    a_record: Option<Flag>,
    #[serde(rename = "EnableResourceNameDnsAAAARecordOnLaunch")]
    aaaa_record: Option<Flag>,
    assign_ipv6_address_on_creation: Option<Flag>,
    enable_dns64: Option<Flag>,
}

/// Sets one attribute of a subnet. IPv6 attributes can be set to what they are: off.
pub fn modify_subnet_attribute(cx: &mut Write<'_>, input: Input) -> Result<(), Error> {
    let subnet = find::subnet(cx.txn, cx.owner(), &input.subnet_id)?;
    let ipv6 = [
        ("EnableResourceNameDnsAAAARecordOnLaunch", input.aaaa_record),
        ("AssignIpv6AddressOnCreation", input.assign_ipv6_address_on_creation),
        ("EnableDns64", input.enable_dns64),
    ];
    if let Some((member, _)) = ipv6.iter().find(|(_, flag)| flag.is_some_and(|flag| flag.value)) {
        return Err(Error::unsupported_member("ModifySubnetAttribute", member));
    }
    let own =
        [input.map_public_ip_on_launch.is_some(), input.private_dns_hostname_type_on_launch.is_some(), input.a_record.is_some()];
    let given = own.into_iter().chain(ipv6.iter().map(|(_, flag)| flag.is_some())).filter(|given| *given).count();
    match given {
        0 => return Err(Error::missing("MapPublicIpOnLaunch")),
        1 => {}
        _ => return Err(Error::combination("Fields for multiple attribute types specified. Modify one attribute per call.")),
    }
    cx.txn.update::<Subnet>(subnet.id.as_str(), |subnet| {
        subnet.map_public_ip = input.map_public_ip_on_launch.map_or(subnet.map_public_ip, |flag| flag.value);
        subnet.resource_name_a_record = input.a_record.map_or(subnet.resource_name_a_record, |flag| flag.value);
        if let Some(kind) = input.private_dns_hostname_type_on_launch {
            subnet.hostname_type = kind;
        }
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::ec2::testing::Cloud;

    #[test]
    fn attributes_change_one_at_a_time_and_ipv6_stays_off() {
        let cloud = Cloud::new();
        let vpc = cloud.text("CreateVpc", json!({"CidrBlock": "10.0.0.0/16"}), "/Vpc/VpcId");
        let subnet = cloud.text("CreateSubnet", json!({"VpcId": vpc, "CidrBlock": "10.0.1.0/24"}), "/Subnet/SubnetId");
        let flag = |member: &str, value: bool| json!({"SubnetId": subnet, member: {"Value": value}});
        cloud.ok("ModifySubnetAttribute", flag("MapPublicIpOnLaunch", true));
        cloud.ok("ModifySubnetAttribute", flag("EnableResourceNameDnsARecordOnLaunch", true));
        cloud.ok("ModifySubnetAttribute", json!({"SubnetId": subnet, "PrivateDnsHostnameTypeOnLaunch": "resource-name"}));
        for member in ["AssignIpv6AddressOnCreation", "EnableDns64", "EnableResourceNameDnsAAAARecordOnLaunch"] {
            cloud.ok("ModifySubnetAttribute", flag(member, false));
            assert_eq!(cloud.refusal("ModifySubnetAttribute", flag(member, true)), "UnsupportedOperation", "{member}");
        }
        let shown = cloud.ok("DescribeSubnets", json!({"SubnetIds": [subnet]}));
        assert_eq!(shown.pointer("/Subnets/0/MapPublicIpOnLaunch"), Some(&json!(true)));
        let names = json!({"HostnameType": "resource-name", "EnableResourceNameDnsARecord": true, "EnableResourceNameDnsAAAARecord": false});
        assert_eq!(shown.pointer("/Subnets/0/PrivateDnsNameOptionsOnLaunch"), Some(&names));

        let mut two = flag("MapPublicIpOnLaunch", true);
        two["EnableDns64"] = json!({"Value": false});
        assert_eq!(cloud.refusal("ModifySubnetAttribute", two), "InvalidParameterCombination");
        assert_eq!(cloud.refusal("ModifySubnetAttribute", json!({"SubnetId": subnet})), "MissingParameter");
    }
}
