//! Where a group's instances go: subnets of one VPC, or the default subnets of zones.

use std::collections::BTreeSet;
use std::sync::Arc;

use resource::{Subnet, SubnetId};

use super::super::refusal::validation;
use crate::ec2::{defaults, find};
use crate::{Error, Read};

/// Subnets and their zones.
#[derive(Debug, PartialEq, Eq)]
pub struct Place {
    /// In the order in which they were given.
    pub subnets: Vec<SubnetId>,
    /// Of the subnets, each once, in order.
    pub zones: Vec<String>,
}

/// Reads `VPCZoneIdentifier` and `AvailabilityZones`; none when neither is given.
///
/// # Errors
/// `ValidationError` for what does not exist or does not go together.
pub fn read(cx: &Read<'_>, identifier: Option<&str>, zones: &[String]) -> Result<Option<Place>, Error> {
    let named: Vec<&str> = identifier.into_iter().flat_map(|text| text.split(',')).map(str::trim).collect();
    let named: Vec<&str> = named.into_iter().filter(|id| !id.is_empty()).collect();
    let found: Vec<Arc<Subnet>> = match (named.as_slice(), zones) {
        ([], []) => return Ok(None),
        ([], zones) => zones.iter().map(|zone| default_subnet(cx, zone)).collect::<Result<_, _>>()?,
        (ids, _) => ids.iter().map(|id| subnet(cx, id)).collect::<Result<_, _>>()?,
    };
    if let [first, rest @ ..] = found.as_slice()
        && rest.iter().any(|subnet| subnet.vpc != first.vpc)
    {
        return Err(validation("The subnets must all be in the same VPC"));
    }
    let of_subnets: BTreeSet<String> = found.iter().map(|subnet| subnet.zone.clone()).collect();
    if let Some(other) = zones.iter().find(|zone| !of_subnets.contains(*zone)) {
        return Err(validation(format!("The availability zones of the specified subnets and {other} do not match")));
    }
    let mut subnets: Vec<SubnetId> = Vec::new();
    found.iter().for_each(|subnet| {
        if !subnets.contains(&subnet.id) {
            subnets.push(subnet.id.clone())
        }
    });
    Ok(Some(Place { subnets, zones: of_subnets.into_iter().collect() }))
}

fn subnet(cx: &Read<'_>, id: &str) -> Result<Arc<Subnet>, Error> {
    find::subnet(cx.world, cx.owner(), id).map_err(|refused| validation(refused.message))
}

fn default_subnet(cx: &Read<'_>, zone: &str) -> Result<Arc<Subnet>, Error> {
    defaults::subnet(cx.world, cx.owner(), zone)
        .ok_or_else(|| validation(format!("No default subnet for availability zone: '{zone}'. Give VPCZoneIdentifier instead.")))
}
