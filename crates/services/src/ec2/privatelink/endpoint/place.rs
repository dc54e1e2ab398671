//! Where an endpoint stands: one interface per subnet, one subnet per zone, in zones that the service has.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use std::sync::Arc;

use resource::{Attachment, InterfaceKind, NetworkInterface, Subnet, SubnetId, Tags, VpcEndpoint, VpcId};
use serde::Deserialize;
use store::Snapshot;

use super::spelled;
use crate::ec2::address::{Wanted, create_interface};
use crate::ec2::find;
use crate::{Error, Read, Write};

/// Who manages the interfaces of endpoints.
const REQUESTER: &str = "amazon-aws";

/// The address that the interface in a subnet shall have.
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct SubnetConfiguration {
    /// The subnet.
    pub subnet_id: String,
    ipv4: Option<String>,
}

impl SubnetConfiguration {
    /// Whether it speaks of `subnet`.
    pub fn is_for(&self, subnet: &SubnetId) -> bool {
        self.subnet_id == subnet.as_str()
    }
}

/// A subnet that gets an interface.
pub struct Place {
    /// The subnet.
    pub subnet: Arc<Subnet>,
    /// The address that the user chose.
    address: Option<Ipv4Addr>,
}

/// The places that a request names, in addition to the subnets in `already`.
///
/// # Errors
/// `InvalidSubnetId.NotFound`; `InvalidParameter` for a subnet of another VPC or a zone that the service does not have;
/// `DuplicateSubnetsInSameZone`.
pub fn parse(
    cx: &Read<'_>,
    vpc: &VpcId,
    offered: &BTreeSet<String>,
    already: &[SubnetId],
    subnets: &[String],
    configurations: &[SubnetConfiguration],
) -> Result<Vec<Place>, Error> {
    if let Some(lost) = configurations.iter().find(|c| !subnets.contains(&c.subnet_id)) {
        return Err(invalid(format!("The subnet {} has a configuration but is not in the list of subnets", lost.subnet_id)));
    }
    let mut zones: BTreeSet<String> =
        already.iter().filter_map(|id| cx.world.find::<Subnet>(id.as_str())).map(|s| s.zone.clone()).collect();
    let mut places = Vec::new();
    for id in subnets {
        let subnet = find::subnet(cx.world, cx.owner(), id).map_err(spelled)?;
        if already.contains(&subnet.id) {
            continue;
        }
        check(vpc, offered, &subnet)?;
        if !zones.insert(subnet.zone.clone()) {
            let message = format!("Found another VPC endpoint subnet in the availability zone of {}", subnet.id);
            return Err(Error::new("DuplicateSubnetsInSameZone", message));
        }
        let address =
            configurations.iter().find(|c| c.subnet_id == *id).and_then(|c| c.ipv4.as_deref()).map(parse_address).transpose()?;
        places.push(Place { subnet, address });
    }
    Ok(places)
}

/// The subnets in which `endpoint` has an interface whose address shall be another one.
///
/// # Errors
/// `InvalidParameterValue` for what is no address.
pub fn moved(world: &Snapshot, endpoint: &VpcEndpoint, configurations: &[SubnetConfiguration]) -> Result<Vec<SubnetId>, Error> {
    let mut moved = Vec::new();
    for (subnet, interface) in endpoint.subnets.iter().zip(&endpoint.interfaces) {
        let wanted = configurations.iter().find(|c| c.is_for(subnet)).and_then(|c| c.ipv4.as_deref());
        let wanted = wanted.map(parse_address).transpose()?;
        let known = world.find::<NetworkInterface>(interface.as_str()).and_then(|interface| interface.primary());
        if wanted.is_some() && wanted != known {
            moved.push(subnet.clone());
        }
    }
    Ok(moved)
}

/// Makes the interfaces of `endpoint` in `places` and adds them to it. The endpoint itself is not written.
///
/// # Errors
/// As [`create_interface`].
pub fn fill(cx: &mut Write<'_>, endpoint: &mut VpcEndpoint, places: &[Place]) -> Result<(), Error> {
    for Place { subnet, address } in places {
        let wanted = Wanted {
            owner: &endpoint.owner,
            subnet,
            address: *address,
            groups: endpoint.groups.clone(),
            kind: InterfaceKind::Endpoint,
            description: format!("VPC Endpoint Interface {}", endpoint.id),
            requester: Some(REQUESTER),
            attachment: Some(Attachment::of_service(cx.now)),
            tags: Tags::default(),
        };
        let interface = create_interface(cx.txn, wanted)?;
        endpoint.subnets.push(subnet.id.clone());
        endpoint.interfaces.push(interface.id);
    }
    Ok(())
}

/// Removes the interface of `endpoint` in a subnet. The endpoint itself is not written.
pub fn leave(cx: &mut Write<'_>, endpoint: &mut VpcEndpoint, subnet: &SubnetId) {
    let Some(at) = endpoint.subnets.iter().position(|id| id == subnet) else { return };
    endpoint.subnets.remove(at);
    if at < endpoint.interfaces.len() {
        let interface = endpoint.interfaces.remove(at);
        cx.txn.remove::<NetworkInterface>(interface.as_str());
    }
}

fn check(vpc: &VpcId, offered: &BTreeSet<String>, subnet: &Subnet) -> Result<(), Error> {
    if subnet.vpc != *vpc {
        return Err(invalid(format!("The subnet ID '{}' does not belong to the VPC '{vpc}'", subnet.id)));
    }
    match offered.contains(&subnet.zone) {
        true => Ok(()),
        false => Err(invalid(format!(
            "The VPC endpoint service does not support the availability zone of the subnet: {} ({})",
            subnet.id, subnet.zone
        ))),
    }
}

fn parse_address(text: &str) -> Result<Ipv4Addr, Error> {
    text.parse().map_err(|_| Error::invalid_value(format!("'{text}' is not an IPv4 address")))
}

fn invalid(message: String) -> Error {
    Error::new("InvalidParameter", message)
}
