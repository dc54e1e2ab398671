//! DetachNetworkInterface: a secondary interface of an instance is free again, once the machine that runs does not have it.

use resource::{Attachment, Holder, InstanceState, NetworkInterface};
use serde::Deserialize;

use super::super::Done;
use crate::ec2::find;
use crate::{Error, Write};

/// `Force` does not wait for the operating system, and nor do we.
#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    attachment_id: String,
    #[serde(rename = "Force")]
    _force: bool,
}

pub fn detach_network_interface(cx: &mut Write<'_>, input: Input) -> Result<Done, Error> {
    let owner = cx.owner().clone();
    if input.attachment_id.starts_with("ela-attach-") {
        return Err(Error::new("OperationNotPermitted", "You are not allowed to manage 'ela-attach' attachments."));
    }
    let named = cx.txn.named::<NetworkInterface>("attachment", &input.attachment_id).find(|interface| interface.owner == owner);
    let found = named.and_then(|interface| interface.attachment.clone().map(|attachment| (interface, attachment)));
    let (interface, attachment) = found.ok_or_else(|| {
        Error::new("InvalidAttachmentID.NotFound", format!("The attachment ID '{}' does not exist", input.attachment_id))
    })?;
    let Holder::Instance(instance) = &attachment.holder else {
        return Err(Error::new("OperationNotPermitted", format!("{} is not attached to an instance.", interface.id)));
    };
    if attachment.device_index == 0 {
        return Err(Error::new("OperationNotPermitted", "The network interface at device index 0 cannot be detached."));
    }
    let instance = find::instance(cx.txn, &owner, instance.as_str())?;
    super::check_pluggable(&instance)?;
    let remains = (instance.state != InstanceState::Stopped).then(|| Attachment { leaving: true, ..attachment.clone() });
    cx.txn.put(NetworkInterface { attachment: remains, ..(*interface).clone() });
    Ok(Done {})
}
