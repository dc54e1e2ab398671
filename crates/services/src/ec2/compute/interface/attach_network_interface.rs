//! AttachNetworkInterface: another interface for an instance, which has it as soon as the kernel does if it runs, and from its
//! next boot on if it is stopped.

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
    super::check_pluggable(&instance)?;
    check_index(cx, &instance, input.device_index)?;
    let id = AttachmentId::random();
    let attachment = Attachment {
        id: id.clone(),
        holder: Holder::Instance(instance.id.clone()),
        device_index: input.device_index,
        delete_on_termination: false,
        since: now,
        leaving: false,
    };
    cx.txn.put(NetworkInterface { attachment: Some(attachment), ready: false, ..(*interface).clone() });
    Ok(Output { attachment_id: id.to_string(), network_card_index: 0 })
}

fn check_index(cx: &Write<'_>, instance: &Instance, index: u32) -> Result<(), Error> {
    let attached: Vec<_> =
        cx.txn.linked::<NetworkInterface>(Instance::KIND, &instance.id).filter_map(|i| i.attachment.clone()).collect();
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

#[cfg(test)]
mod tests {
    use resource::InstanceState;
    use serde_json::json;

    use crate::ec2::compute::testing::{Site, text};

    #[test]
    fn an_instance_gets_another_interface_and_gives_it_back() {
        let site = Site::new();
        let cloud = &site.cloud;
        let id = site.instance(InstanceState::Pending);
        let interface = text(&site.interface(json!({"Description": "second"})), "NetworkInterfaceId");
        let attach = |index: u32| json!({"InstanceId": id, "NetworkInterfaceId": interface, "DeviceIndex": index});
        assert_eq!(cloud.refusal("AttachNetworkInterface", attach(1)), "IncorrectInstanceState");
        site.put_in_state(&id, InstanceState::Running);
        assert_eq!(cloud.refusal("AttachNetworkInterface", attach(0)), "InvalidParameterValue");
        let attachment = cloud.text("AttachNetworkInterface", attach(1), "/AttachmentId");
        assert_eq!(cloud.refusal("AttachNetworkInterface", attach(1)), "InvalidNetworkInterface.InUse");
        assert_eq!(cloud.refusal("DeleteNetworkInterface", json!({"NetworkInterfaceId": interface})), "InvalidParameterValue");
        let shown = site.shown(&id);
        assert_eq!(shown["NetworkInterfaces"][1]["Description"], "second");
        let primary = text(&shown["NetworkInterfaces"][0]["Attachment"], "AttachmentId");
        assert_eq!(cloud.refusal("DetachNetworkInterface", json!({"AttachmentId": primary})), "OperationNotPermitted");
        assert_eq!(cloud.refusal("DetachNetworkInterface", json!({"AttachmentId": "ela-attach-1"})), "OperationNotPermitted");
        let third = text(&site.interface(json!({})), "NetworkInterfaceId");
        let third = json!({"InstanceId": id, "NetworkInterfaceId": third, "DeviceIndex": 2});
        assert_eq!(cloud.refusal("AttachNetworkInterface", third), "AttachmentLimitExceeded");
        let detach = json!({"AttachmentId": attachment, "Force": true});
        cloud.ok("DetachNetworkInterface", detach.clone());
        let shown = cloud.ok("DescribeNetworkInterfaces", json!({"NetworkInterfaceIds": [interface]}));
        let shown = &shown["NetworkInterfaces"][0];
        assert_eq!((&shown["Status"], &shown["Attachment"]["Status"]), (&json!("in-use"), &json!("detaching")));
        assert_eq!(cloud.refusal("AttachNetworkInterface", attach(1)), "InvalidNetworkInterface.InUse");
        assert_eq!(cloud.refusal("DeleteNetworkInterface", json!({"NetworkInterfaceId": interface})), "InvalidParameterValue");
    }

    #[test]
    fn a_stopped_instance_gives_its_interface_back_at_once() {
        let site = Site::new();
        let cloud = &site.cloud;
        let id = site.instance(InstanceState::Stopped);
        let interface = text(&site.interface(json!({})), "NetworkInterfaceId");
        let attach = json!({"InstanceId": id, "NetworkInterfaceId": interface, "DeviceIndex": 1});
        let detach = json!({"AttachmentId": cloud.text("AttachNetworkInterface", attach, "/AttachmentId")});
        cloud.ok("DetachNetworkInterface", detach.clone());
        assert_eq!(cloud.refusal("DetachNetworkInterface", detach), "InvalidAttachmentID.NotFound");
        cloud.ok("DeleteNetworkInterface", json!({"NetworkInterfaceId": interface}));
    }

    #[test]
    fn an_interface_of_another_vpc_does_not_fit() {
        let site = Site::new();
        let id = site.instance(InstanceState::Stopped);
        let vpc = site.cloud.text("CreateVpc", json!({"CidrBlock": "10.0.0.0/16"}), "/Vpc/VpcId");
        let subnet = site.cloud.text("CreateSubnet", json!({"VpcId": vpc, "CidrBlock": "10.0.1.0/24"}), "/Subnet/SubnetId");
        let interface = text(&site.interface(json!({"SubnetId": subnet})), "NetworkInterfaceId");
        let attach = json!({"InstanceId": id, "NetworkInterfaceId": interface, "DeviceIndex": 1});
        assert_eq!(site.cloud.refusal("AttachNetworkInterface", attach), "InvalidParameterCombination");
    }
}
