//! The destinations that a route may have.

use ipnet::Ipv4Net;
use resource::{PrefixListId, Resource, RouteDestination, RouteTarget, Subnet, Vpc};
use store::Snapshot;

use crate::Error;
use crate::ec2::cidr;

/// Ranges that packets are never routed to by a user's route, and why. Broader routes are accepted.
const FORBIDDEN: [(&str, &str); 2] =
    [("169.254.168.0/22", "the services of AWS in every subnet"), ("240.0.0.0/4", "the fabric of underpass between VPCs")];

/// Reads the destination that a request names.
///
/// # Errors
/// Codes for none, two, or one that cannot be read.
pub fn named(block: Option<&str>, list: Option<&str>) -> Result<RouteDestination, Error> {
    match (block, list) {
        (Some(block), None) => cidr::parse("destinationCidrBlock", block).map(RouteDestination::Cidr),
        (None, Some(list)) => {
            let id = PrefixListId::parse(list).map_err(|error| Error::new("InvalidPrefixListId.Malformed", error.to_string()))?;
            Ok(RouteDestination::PrefixList(id))
        }
        (None, None) => Err(Error::missing("DestinationCidrBlock")),
        (Some(_), Some(_)) => {
            Err(Error::combination("Specify either DestinationCidrBlock or DestinationPrefixListId, not both."))
        }
    }
}

/// Whether a route of `vpc` to `block` is the local one.
pub fn is_local(vpc: &Vpc, block: Ipv4Net) -> bool {
    vpc.cidrs.iter().any(|association| association.cidr == block)
}

/// Whether a table of `vpc` may have a route to `block` by `target`. In place of the local route, or more specific than it,
/// are only routes through an appliance: to a whole block of the VPC, or to a whole subnet.
///
/// # Errors
/// `InvalidParameterValue`.
pub fn check(world: &Snapshot, vpc: &Vpc, block: Ipv4Net, target: &RouteTarget) -> Result<(), Error> {
    let forbidden = FORBIDDEN.iter().find(|(range, _)| range.parse().is_ok_and(|range: Ipv4Net| range.contains(&block)));
    if let Some((range, whose)) = forbidden {
        return Err(Error::invalid_value(format!("The destination {block} is not allowed: {range} belongs to {whose}.")));
    }
    if !vpc.cidrs.iter().any(|association| association.cidr.contains(&block)) {
        return Ok(());
    }
    if !is_local(vpc, block) && !world.linked::<Subnet>(Vpc::KIND, &vpc.id).any(|subnet| subnet.cidr == block) {
        let message = format!("The destination {block} lies in {} and does not equal the block of one of its subnets.", vpc.id);
        return Err(Error::invalid_value(message));
    }
    match target {
        RouteTarget::Interface(_) => Ok(()),
        RouteTarget::NatGateway(_) => Err(Error::new(
            "UnsupportedOperation",
            format!("underpass does not support routes to {block}, which lies in the VPC itself, through a NAT gateway yet"),
        )),
        _ => Err(Error::invalid_value(format!(
            "A route to {block}, in place of the local route or more specific than it, \
             needs a NAT gateway or a network interface as its target."
        ))),
    }
}
