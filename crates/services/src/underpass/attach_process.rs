//! AttachProcess: an interface in a subnet for a program of the host, which goes when the program goes.

use resource::{Attachment, AttachmentId, Holder, InterfaceKind, Tags};
use serde::{Deserialize, Serialize};

use super::process_key::{self, KeyView};
use crate::ec2::{address, find, security_group};
use crate::{Error, Write};

/// What a program asks for.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    subnet_id: String,
    #[serde(default)]
    security_group_ids: Vec<String>,
    /// The process, by id and start time, whose end frees the interface.
    pid: u32,
    started: u64,
}

/// What it gets.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    network_interface_id: String,
    private_ip_address: String,
    vpc_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<KeyView>,
}

/// Makes the interface; without groups it carries the VPC's default one, as an instance would.
pub fn attach_process(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let owner = cx.owner().clone();
    let subnet = find::subnet(cx.txn, &owner, &input.subnet_id)?;
    let vpc = find::vpc(cx.txn, &owner, subnet.vpc.as_str())?;
    let groups = security_group::for_interface(cx.txn, &owner, &vpc, &input.security_group_ids)?;
    let interface = address::create_interface(
        cx.txn,
        address::Wanted {
            owner: &owner,
            subnet: &subnet,
            address: None,
            groups,
            kind: InterfaceKind::Workload,
            description: format!("underpass exec, process {}", input.pid),
            requester: Some("underpass"),
            attachment: Some(Attachment {
                id: AttachmentId::random(),
                holder: Holder::Process { pid: input.pid, started: input.started },
                device_index: 0,
                delete_on_termination: true,
                since: cx.now,
                leaving: false,
            }),
            tags: Tags::default(),
        },
    )?;
    let address = interface.primary().ok_or_else(|| Error::internal("an interface without an address"))?;
    Ok(Output {
        network_interface_id: interface.id.to_string(),
        private_ip_address: address.to_string(),
        vpc_id: interface.vpc.to_string(),
        key: process_key::issue(cx, input.pid, input.started),
    })
}

#[cfg(test)]
mod tests {
    use resource::NetworkInterface;
    use serde_json::{Value, json};

    use crate::ec2::testing::Cloud;

    #[test]
    fn a_program_carries_each_group_once_and_no_more_than_an_instance_may() {
        let cloud = Cloud::new();
        let vpc = cloud.text("CreateVpc", json!({"CidrBlock": "10.0.0.0/16"}), "/Vpc/VpcId");
        let subnet = cloud.text("CreateSubnet", json!({"VpcId": vpc, "CidrBlock": "10.0.1.0/24"}), "/Subnet/SubnetId");
        let group = |n: usize| {
            let wish = json!({"GroupName": format!("g{n}"), "Description": "a group", "VpcId": vpc});
            cloud.text("CreateSecurityGroup", wish, "/GroupId")
        };
        let groups: Vec<String> = (0..6).map(group).collect();
        let attach = |groups: &[&String]| {
            let wish = json!({"SubnetId": subnet, "SecurityGroupIds": groups, "Pid": 7, "Started": 7});
            cloud.call_in("underpass", "AttachProcess", wish)
        };
        let carried = |made: Value| {
            let id = made["NetworkInterfaceId"].as_str().expect("an id").to_owned();
            cloud.world().find::<NetworkInterface>(&id).expect("it was made").groups.len()
        };
        assert_eq!(attach(&[&groups[0], &groups[1], &groups[0]]).map(carried).ok(), Some(2));
        assert_eq!(attach(&[]).map(carried).ok(), Some(1), "the default group");
        let refused = attach(&groups.iter().collect::<Vec<_>>()).expect_err("these are six");
        assert_eq!(refused.code, "SecurityGroupsPerInterfaceLimitExceeded");
    }
}
