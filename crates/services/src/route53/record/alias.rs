//! What aliases may lead to: balancers, endpoints and records of the same zone, each in the zone that AWS says it is in.

use resource::{HostedZone, LoadBalancer, RecordSet, VpcEndpoint, alias_target};
use store::Snapshot;

use crate::ec2::endpoint_names;
use crate::elbv2::balancer_zone;

/// Refuses an alias to nothing. `sets` are the zone's own records as they will be.
///
/// # Errors
/// Route 53's words for a target that is not there or not in the zone that the alias says.
pub(super) fn check<'a>(
    world: &Snapshot,
    zone: &HostedZone,
    alias: &RecordSet,
    target_zone: &str,
    target: &str,
    sets: impl Iterator<Item = &'a RecordSet>,
) -> Result<(), String> {
    let refused = |why: &str| {
        Err(format!(
            "Tried to create an alias that targets {target}, type {} in zone {target_zone}, but {why}",
            alias.kind.as_str()
        ))
    };
    if target_zone == zone.id {
        let mut named = sets.filter(|set| set.name == target && set.kind == alias.kind);
        return match named.next() {
            _ if target == alias.name => refused("that is the alias itself"),
            _ if !zone.encloses(target) => refused("the alias target name does not lie within the target zone"),
            Some(_) => Ok(()),
            None => refused("that target was not found"),
        };
    }
    match zone_of(world, alias_target(target)) {
        Some(known) if known == target_zone => Ok(()),
        Some(_) => refused("the alias target name does not lie within the target zone"),
        None => refused("that target was not found"),
    }
}

/// The hosted zone in which AWS has the name of a balancer or an endpoint.
fn zone_of(world: &Snapshot, name: &str) -> Option<String> {
    let balancer = world.all::<LoadBalancer>().find(|balancer| balancer.dns_name().eq_ignore_ascii_case(name));
    balancer.map(|balancer| balancer_zone(&balancer.owner.region)).or_else(|| endpoint(world, name))
}

fn endpoint(world: &Snapshot, name: &str) -> Option<String> {
    let endpoint = world.find::<VpcEndpoint>(VpcEndpoint::id_in(name)?)?;
    endpoint_names(world, &endpoint).into_iter().find(|(known, _)| known == name).map(|(_, zone)| zone)
}
