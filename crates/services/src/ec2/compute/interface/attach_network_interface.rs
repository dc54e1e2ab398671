//! AttachNetworkInterface: another interface for a stopped instance, which has it from its next boot on.

use resource::{Attachment, AttachmentId, Holder, Instance, NetworkInterface, Resource};
use serde::{Deserialize, Serialize};

use super::super::instance_type;
use crate::ec2::find;
use crate::{Error, Write};

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    network_interface_id: String,
    instance_id: String,
    device_index: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    attachment_id: String,
    network_card_index: u32,
}

pub fn attach_network_interface(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let (owner, now) = (cx.owner().clone(), cx.now);
    let interface = super::changeable(cx.txn, &owner, &input.network_interface_id)?;
    let instance = find::instance(cx.txn, &owner, &input.instance_id)?;
    if interface.attachment.is_some() {
        return Err(Error::new("InvalidNetworkInterface.InUse", format!("Interface: [{}] in use.", interface.id)));
    }
    if interface.vpc != instance.vpc || interface.zone != instance.zone {
        let message = format!("{} and {} must be in the same VPC and Availability Zone.", interface.id, instance.id);
        return Err(Error::combination(message));
    }
    super::check_stopped(&instance, "attach")?;
    check_index(cx, &instance, input.device_index)?;
    let id = AttachmentId::random();
    let attachment = Attachment {
        id: id.clone(),
        holder: Holder::Instance(instance.id.clone()),
        device_index: input.device_index,
        delete_on_termination: false,
        since: now,
    };
    cx.txn.put(NetworkInterface { attachment: Some(attachment), ready: false, ..(*interface).clone() });
    Ok(Output { attachment_id: id.to_string(), network_card_index: 0 })
}

fn check_index(cx: &Write<'_>, instance: &Instance, index: u32) -> Result<(), Error> {
    let attached: Vec<_> = cx.txn.linked::<NetworkInterface>(Instance::KIND, &instance.id).filter_map(|i| i.attachment.clone()).collect();
    if attached.iter().any(|attachment| attachment.device_index == index) {
        let message = format!("Instance '{}' already has an interface attached at device index '{index}'.", instance.id);
        return Err(Error::invalid_value(message));
    }
    let limit = instance_type::find(&instance.instance_type)?.interfaces;
    match attached.len() >= limit {
        true => {
            let message = format!("Interface count {} exceeds the limit for {}", attached.len() + 1, instance.instance_type);
            Err(Error::new("AttachmentLimitExceeded", message))
        }
        false => Ok(()),
    }
}
