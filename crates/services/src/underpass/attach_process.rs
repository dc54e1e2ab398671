//! AttachProcess: an interface in a subnet for a program of the host, which goes when the program goes.

use resource::{Attachment, AttachmentId, Holder, InterfaceKind, Resource, SecurityGroup, Tags, Vpc};
use serde::{Deserialize, Serialize};

use super::process_key::{self, KeyView};
use crate::ec2::{address, find};
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
    let mut groups = Vec::new();
    for id in &input.security_group_ids {
        let group = find::group(cx.txn, &owner, id)?;
        if !group.is_for(&subnet.vpc) {
            return Err(Error::new(
                "InvalidGroup.NotFound",
                format!("The security group '{id}' does not exist in VPC '{}'", subnet.vpc),
            ));
        }
        groups.push(group.id.clone());
    }
    if groups.is_empty() {
        let default = cx.txn.linked::<SecurityGroup>(Vpc::KIND, &subnet.vpc).find(|group| group.name == "default");
        groups.extend(default.map(|group| group.id.clone()));
    }
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
