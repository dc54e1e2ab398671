//! RegisterTargets: puts targets into a group. Again is no error, and ends the draining of one that was leaving.

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;
use resource::{Instance, InstanceState, Resource, Subnet, Target, TargetGroup, TargetId, Vpc, zone_names};
use serde::{Deserialize, Serialize};

use super::super::find;
use super::super::refusal::validation;
use super::quota;
use super::registration::{TargetDescription, is_present};
use crate::{Error, Read, Write};

/// What is asked.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    target_group_arn: String,
    targets: Vec<TargetDescription>,
}

/// Nothing.
#[derive(Serialize)]
pub struct Output {}

/// Registers targets, all or none.
pub fn register_targets(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let found = find::target_group(cx.txn, cx.owner(), &input.target_group_arn)?;
    let mut group = TargetGroup::clone(&found);
    group.targets.retain(|target| is_present(&found, target, cx.now, cx.scale));
    for description in &input.targets {
        let target = parse(&cx.read(), &group, description)?;
        match group.targets.iter_mut().find(|known| known.id == target.id && known.port == target.port) {
            Some(known) => *known = target,
            None => group.targets.push(target),
        }
    }
    quota::check_group(cx.txn, &group)?;
    cx.txn.put(group);
    Ok(Output {})
}

fn parse(cx: &Read<'_>, group: &TargetGroup, description: &TargetDescription) -> Result<Target, Error> {
    let id = description.target_id(group)?;
    let zone = match &id {
        TargetId::Instance(instance) => check_instance(cx, group, instance.as_str()).map(|()| None)?,
        TargetId::Ip(address) => zone_of_address(cx, group, *address, description.availability_zone.as_deref())?,
    };
    Ok(Target { id, port: description.port(group)?, zone, draining_since: None })
}

fn check_instance(cx: &Read<'_>, group: &TargetGroup, id: &str) -> Result<(), Error> {
    let invalid = |why: &str| Error::new("InvalidTarget", format!("The following targets are {why}: '{id}'"));
    let instance = cx.world.find::<Instance>(id).filter(|instance| instance.owner == *cx.owner());
    match instance {
        None => Err(invalid("not valid instances")),
        Some(instance) if instance.vpc != group.vpc => Err(invalid("not in the target group VPC")),
        Some(instance) if instance.state != InstanceState::Running => {
            Err(invalid("not in a running state and cannot be registered"))
        }
        Some(_) => Ok(()),
    }
}

/// Where addresses outside the group's VPC may lie.
const PRIVATE: [Ipv4Net; 4] = [
    Ipv4Net::new_assert(Ipv4Addr::new(10, 0, 0, 0), 8),
    Ipv4Net::new_assert(Ipv4Addr::new(172, 16, 0, 0), 12),
    Ipv4Net::new_assert(Ipv4Addr::new(192, 168, 0, 0), 16),
    Ipv4Net::new_assert(Ipv4Addr::new(100, 64, 0, 0), 10),
];

/// The zone of an address: found by its subnet inside the group's VPC, named by the request (a zone or `all`) outside.
fn zone_of_address(cx: &Read<'_>, group: &TargetGroup, address: Ipv4Addr, named: Option<&str>) -> Result<Option<String>, Error> {
    if let Some(unknown) = named.filter(|name| *name != "all" && !zone_names(&group.owner.region).any(|zone| zone == *name)) {
        return Err(validation(format!("The Availability Zone '{unknown}' is not valid")));
    }
    let subnet = cx.world.linked::<Subnet>(Vpc::KIND, &group.vpc).find(|subnet| subnet.cidr.contains(&address));
    if let Some(subnet) = subnet {
        return Ok(Some(subnet.zone.clone()));
    }
    let vpc = cx.world.find::<Vpc>(group.vpc.as_str());
    let inside = vpc.is_some_and(|vpc| vpc.cidrs.iter().any(|association| association.cidr.contains(&address)));
    if !inside && !PRIVATE.iter().any(|block| block.contains(&address)) {
        let message =
            format!("The IP address '{address}' is not within a range of the VPC or a private range (RFC 1918, RFC 6598)");
        return Err(Error::new("InvalidTarget", message));
    }
    match named {
        None if !inside => Err(validation(format!(
            "You must specify an Availability Zone, or 'all', for the IP address '{address}' outside the VPC"
        ))),
        _ => Ok(named.map(str::to_owned)),
    }
}
