//! CreateNetworkInterface: an address that waits for an instance.

use resource::InterfaceKind;
use serde::{Deserialize, Serialize};

use super::address_list::{self, AddressList, Chosen};
use super::view::{self, View};
use crate::ec2::address::{self, Wanted};
use crate::ec2::find;
use crate::ec2::firewall::security_group;
use crate::tags::{self, TagSpecification};
use crate::{Error, Write};

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    subnet_id: String,
    description: String,
    private_ip_address: Option<String>,
    groups: Vec<String>,
    private_ip_addresses: Vec<Chosen>,
    secondary_private_ip_address_count: Option<usize>,
    interface_type: Option<String>,
    tag_specifications: Vec<TagSpecification>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    network_interface: View,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_token: Option<String>,
}

pub fn create_network_interface(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let owner = cx.owner().clone();
    let subnet = find::subnet(cx.txn, &owner, &input.subnet_id)?;
    let vpc = find::vpc(cx.txn, &owner, subnet.vpc.as_str())?;
    if let Some(other) = input.interface_type.as_deref().filter(|kind| *kind != "interface") {
        let message = format!("underpass does not support CreateNetworkInterface.InterfaceType={other} yet");
        return Err(Error::new("UnsupportedOperation", message));
    }
    let addresses = AddressList::read(
        input.private_ip_address.as_deref(),
        &input.private_ip_addresses,
        input.secondary_private_ip_address_count,
    )?;
    let wanted = Wanted {
        owner: &owner,
        subnet: &subnet,
        address: addresses.primary,
        groups: security_group::for_interface(cx.txn, &owner, &vpc, &input.groups)?,
        kind: InterfaceKind::Workload,
        description: input.description,
        requester: None,
        attachment: None,
        tags: tags::specified(&input.tag_specifications, "network-interface", &["network-interface"])?,
    };
    let mut interface = address::create_interface(cx.txn, wanted)?;
    address_list::extend(cx.txn, &subnet, &mut interface, &addresses.secondary, addresses.count)?;
    Ok(Output { client_token: cx.client_token(), network_interface: view::view(cx.txn, &interface) })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::ec2::compute::testing::{Site, text, with};

    #[test]
    fn an_interface_has_the_default_group_and_the_addresses_asked_for() {
        let site = Site::new();
        let chosen =
            json!([{"Primary": true, "PrivateIpAddress": "10.0.1.9"}, {"Primary": false, "PrivateIpAddress": "10.0.1.50"}]);
        let interface = site.interface(json!({"PrivateIpAddresses": chosen}));
        assert_eq!(interface["Status"], "available");
        assert_eq!(interface["Groups"][0]["GroupName"], "default");
        assert_eq!(interface["PrivateIpAddress"], "10.0.1.9");
        assert_eq!(interface["PrivateIpAddresses"][1]["PrivateIpAddress"], "10.0.1.50");
        assert_eq!(interface["PrivateIpAddresses"][1]["Primary"], false);
        assert_eq!(interface["AvailabilityZoneId"], "use1-az1");
        let counted = site.interface(json!({"SecondaryPrivateIpAddressCount": 3}));
        assert_eq!(counted["PrivateIpAddresses"].as_array().map(Vec::len), Some(4));
    }

    #[test]
    fn impossible_interfaces_are_refused() {
        let site = Site::new();
        let groups = |n: usize| -> Vec<String> {
            let create = |i| json!({"GroupName": format!("g{n}-{i}"), "Description": "d", "VpcId": site.vpc});
            (0..n).map(|i| site.cloud.text("CreateSecurityGroup", create(i), "/GroupId")).collect()
        };
        let two_primaries =
            json!([{"Primary": true, "PrivateIpAddress": "10.0.1.9"}, {"Primary": true, "PrivateIpAddress": "10.0.1.10"}]);
        let secondary = json!([{"PrivateIpAddress": "10.0.1.50"}]);
        let cases = [
            (json!({"PrivateIpAddress": "10.0.1.3"}), "InvalidParameterValue"),
            (json!({"PrivateIpAddress": "ten"}), "InvalidParameterValue"),
            (json!({"PrivateIpAddresses": two_primaries}), "InvalidParameterCombination"),
            (json!({"PrivateIpAddresses": secondary, "SecondaryPrivateIpAddressCount": 1}), "InvalidParameterCombination"),
            (json!({"InterfaceType": "efa"}), "UnsupportedOperation"),
            (json!({"Ipv6AddressCount": 1}), "UnsupportedOperation"),
            (json!({"Groups": groups(6)}), "SecurityGroupsPerInterfaceLimitExceeded"),
        ];
        for (more, code) in cases {
            let input = with(json!({"SubnetId": site.subnet}), more.clone());
            assert_eq!(site.cloud.refusal("CreateNetworkInterface", input), code, "{more}");
        }
    }

    #[test]
    fn secondary_addresses_come_move_and_go() {
        let site = Site::new();
        let cloud = &site.cloud;
        let [one, two] = [(); 2].map(|()| text(&site.interface(json!({})), "NetworkInterfaceId"));
        let assign = |interface: &str, more: Value| {
            with(json!({"NetworkInterfaceId": interface, "PrivateIpAddresses": ["10.0.1.50"]}), more)
        };
        cloud.ok("AssignPrivateIpAddresses", assign(&one, json!({})));
        assert_eq!(cloud.refusal("AssignPrivateIpAddresses", assign(&two, json!({}))), "InvalidIPAddress.InUse");
        let answer = cloud.ok("AssignPrivateIpAddresses", assign(&two, json!({"AllowReassignment": true})));
        assert_eq!(answer["AssignedPrivateIpAddresses"], json!([{"PrivateIpAddress": "10.0.1.50"}]));
        assert_eq!(cloud.refusal("UnassignPrivateIpAddresses", assign(&one, json!({}))), "InvalidParameterValue");
        cloud.ok("UnassignPrivateIpAddresses", assign(&two, json!({})));
        let many = json!({"PrivateIpAddresses": null, "SecondaryPrivateIpAddressCount": 50});
        assert_eq!(cloud.refusal("AssignPrivateIpAddresses", assign(&two, many)), "PrivateIpAddressLimitExceeded");
    }

    #[test]
    fn attributes_are_changed_one_at_a_time() {
        let site = Site::new();
        let cloud = &site.cloud;
        let id = text(&site.interface(json!({})), "NetworkInterfaceId");
        let change = |more: Value| with(json!({"NetworkInterfaceId": id}), more);
        let attribute =
            |name: &str| cloud.ok("DescribeNetworkInterfaceAttribute", json!({"NetworkInterfaceId": id, "Attribute": name}));
        cloud.ok("ModifyNetworkInterfaceAttribute", change(json!({"Description": {"Value": "mine"}})));
        cloud.ok("ModifyNetworkInterfaceAttribute", change(json!({"SourceDestCheck": {"Value": false}})));
        cloud.ok("ModifyNetworkInterfaceAttribute", change(json!({"Groups": [site.group]})));
        assert_eq!(attribute("description")["Description"]["Value"], "mine");
        assert_eq!(attribute("sourceDestCheck")["SourceDestCheck"]["Value"], false);
        assert_eq!(attribute("groupSet")["Groups"][0]["GroupId"], site.group);
        assert_eq!(attribute("attachment").get("Attachment"), None);
        let two = json!({"Description": {"Value": "x"}, "SourceDestCheck": {"Value": true}});
        assert_eq!(cloud.refusal("ModifyNetworkInterfaceAttribute", change(two)), "InvalidParameterCombination");
        let attachment = json!({"Attachment": {"AttachmentId": "eni-attach-1", "DeleteOnTermination": true}});
        assert_eq!(cloud.refusal("ModifyNetworkInterfaceAttribute", change(attachment)), "InvalidAttachmentID.NotFound");
    }

    #[test]
    fn interfaces_are_found_by_filters() {
        let site = Site::new();
        let id = text(
            &site.interface(json!({"Description": "mine", "Groups": [site.group], "PrivateIpAddress": "10.0.1.77"})),
            "NetworkInterfaceId",
        );
        site.launch(json!({}));
        let found = |name: &str, value: &str| {
            let answer = site.cloud.ok("DescribeNetworkInterfaces", json!({"Filters": [{"Name": name, "Values": [value]}]}));
            answer["NetworkInterfaces"].as_array().map_or(0, Vec::len)
        };
        for (name, value) in [
            ("network-interface-id", id.as_str()),
            ("description", "mine"),
            ("status", "available"),
            ("group-id", &site.group),
            ("private-ip-address", "10.0.1.77"),
            ("addresses.private-ip-address", "10.0.1.77"),
            ("attachment.device-index", "0"),
        ] {
            assert_eq!(found(name, value), 1, "{name}");
        }
        assert_eq!(found("subnet-id", &site.subnet), 2);
        assert_eq!(found("association.public-ip", "198.18.*"), 0);
        let unknown = json!({"Filters": [{"Name": "attachment.colour", "Values": ["x"]}]});
        assert_eq!(site.cloud.refusal("DescribeNetworkInterfaces", unknown), "InvalidParameterValue");
    }
}
