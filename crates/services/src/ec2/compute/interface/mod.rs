//! Network interfaces that users make, see and move.

pub mod address_list;
pub mod assign_private_ip_addresses;
pub mod attach_network_interface;
pub mod create_network_interface;
pub mod delete_network_interface;
pub mod describe_network_interface_attribute;
pub mod describe_network_interfaces;
pub mod detach_network_interface;
pub mod modify_network_interface_attribute;
pub mod unassign_private_ip_addresses;
pub mod view;

use std::net::Ipv4Addr;
use std::sync::Arc;

use resource::{ElasticAddress, Instance, InstanceState, NetworkInterface, Owner, Resource};
use store::{Snapshot, Txn};

use crate::Error;
use crate::ec2::find;

/// An interface that the caller may change: his own, not one that a service made.
///
/// # Errors
/// EC2's codes for malformed and unknown ids, `OperationNotPermitted` for a service's.
pub fn changeable(world: &Snapshot, owner: &Owner, id: &str) -> Result<Arc<NetworkInterface>, Error> {
    let interface = find::interface(world, owner, id)?;
    match interface.kind.is_managed() {
        true => Err(Error::new("OperationNotPermitted", format!("{id} belongs to an AWS service, which alone may change it."))),
        false => Ok(interface),
    }
}

/// Takes the public addresses from those private addresses of an interface that `gone` names.
fn release_public(txn: &mut Txn, interface: &NetworkInterface, gone: impl Fn(Ipv4Addr) -> bool) {
    let concerned = |elastic: &Arc<ElasticAddress>| elastic.association.as_ref().is_some_and(|a| gone(a.private));
    let found: Vec<_> = txn.linked::<ElasticAddress>(NetworkInterface::KIND, &interface.id).filter(concerned).collect();
    for elastic in found {
        match elastic.automatic {
            true => txn.remove::<ElasticAddress>(elastic.id.as_str()),
            false => txn.put(ElasticAddress { association: None, ..(*elastic).clone() }),
        }
    }
}

/// Refuses to plug interfaces of an instance that is about to begin or to end.
fn check_pluggable(instance: &Instance) -> Result<(), Error> {
    match instance.state {
        InstanceState::Running | InstanceState::Stopping | InstanceState::Stopped => Ok(()),
        state => {
            let message = format!("Instance '{}' is {}: it is to be running or stopped.", instance.id, state.code_and_name().1);
            Err(Error::new("IncorrectInstanceState", message))
        }
    }
}

#[cfg(test)]
mod tests {
    use resource::{InterfaceId, InterfaceKind, NetworkInterface};
    use serde_json::json;

    use crate::ec2::compute::testing::{Site, text};

    #[test]
    fn a_services_interface_is_shown_as_such_and_changed_by_nobody() {
        let site = Site::new();
        let id = text(&site.interface(json!({})), "NetworkInterfaceId");
        site.cloud.change(|txn| {
            txn.update::<NetworkInterface>(&id, |interface| {
                interface.kind = InterfaceKind::Balancer;
                interface.requester = Some("amazon-elb".into());
                interface.attachment = Some(resource::Attachment::of_service(resource::Timestamp(0)));
            });
        });
        assert!(InterfaceId::parse(&id).is_ok());
        let shown =
            site.cloud.ok("DescribeNetworkInterfaces", json!({"NetworkInterfaceIds": [id]}))["NetworkInterfaces"][0].clone();
        assert_eq!(shown["InterfaceType"], "network_load_balancer");
        assert_eq!(shown["RequesterManaged"], true);
        assert_eq!(shown["Attachment"]["InstanceOwnerId"], "amazon-elb");
        assert!(text(&shown["Attachment"], "AttachmentId").starts_with("ela-attach-"));
        let change = json!({"NetworkInterfaceId": id, "SourceDestCheck": {"Value": false}});
        assert_eq!(site.cloud.refusal("ModifyNetworkInterfaceAttribute", change), "OperationNotPermitted");
        assert_eq!(site.cloud.refusal("DeleteNetworkInterface", json!({"NetworkInterfaceId": id})), "OperationNotPermitted");
    }
}
