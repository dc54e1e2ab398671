//! ModifyNetworkInterfaceAttribute: one of description, groups, source/destination check, and what becomes of it with its instance.

use resource::NetworkInterface;
use serde::Deserialize;

use super::super::{Attribute, Done};
use crate::ec2::find;
use crate::ec2::firewall::security_group;
use crate::{Error, Write};

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    network_interface_id: String,
    description: Option<Attribute<String>>,
    source_dest_check: Option<Attribute<bool>>,
    groups: Vec<String>,
    attachment: Option<AttachmentChange>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct AttachmentChange {
    attachment_id: String,
    delete_on_termination: bool,
}

pub fn modify_network_interface_attribute(cx: &mut Write<'_>, input: Input) -> Result<Done, Error> {
    let owner = cx.owner().clone();
    let mut interface = (*super::changeable(cx.txn, &owner, &input.network_interface_id)?).clone();
    match (input.description, input.source_dest_check, input.groups.as_slice(), input.attachment) {
        (Some(description), None, [], None) => interface.description = description.value,
        (None, Some(check), [], None) => interface.source_dest_check = check.value,
        (None, None, groups @ [_, ..], None) => {
            let vpc = find::vpc(cx.txn, &owner, interface.vpc.as_str())?;
            interface.groups = security_group::for_interface(cx.txn, &owner, &vpc, groups)?;
        }
        (None, None, [], Some(change)) => change.apply(&mut interface)?,
        (None, None, [], None) => return Err(Error::missing("Description, SourceDestCheck, Groups or Attachment")),
        _ => return Err(Error::combination("Only one attribute can be modified in one call.")),
    }
    cx.txn.put(interface);
    Ok(Done {})
}

impl AttachmentChange {
    fn apply(&self, interface: &mut NetworkInterface) -> Result<(), Error> {
        let attachment = interface.attachment.as_mut().filter(|attachment| attachment.id.as_str() == self.attachment_id);
        let attachment = attachment.ok_or_else(|| {
            Error::new("InvalidAttachmentID.NotFound", format!("The attachment ID '{}' does not exist", self.attachment_id))
        })?;
        attachment.delete_on_termination = self.delete_on_termination;
        Ok(())
    }
}
