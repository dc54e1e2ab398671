//! CreateDefaultSubnet: the default subnet of a zone that has none any more.

use ipnet::Ipv4Net;
use resource::{Resource, Subnet, Tags, Vpc};
use serde::{Deserialize, Serialize};
use store::Snapshot;

use super::create_subnet::{self, Wanted};
use super::view::SubnetView;
use crate::ec2::{cidr, defaults};
use crate::{Error, Write};

/// Every default subnet is a /20.
const PREFIX: u8 = 20;

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    availability_zone: Option<String>,
    availability_zone_id: Option<String>,
    ipv6_native: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    subnet: SubnetView,
}

/// Records the default subnet of a zone.
pub fn create_default_subnet(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    if input.ipv6_native {
        return Err(Error::unsupported_member("CreateDefaultSubnet", "Ipv6Native"));
    }
    if input.availability_zone.is_none() && input.availability_zone_id.is_none() {
        return Err(Error::missing("AvailabilityZone"));
    }
    let zone = create_subnet::zone(cx.owner(), input.availability_zone.as_deref(), input.availability_zone_id.as_deref())?;
    let vpc = defaults::vpc(cx.txn, cx.owner()).ok_or_else(|| {
        Error::new("DefaultVpcDoesNotExist", "No default VPC exists for this account in this Region; CreateDefaultVpc makes one.")
    })?;
    if let Some(subnet) = defaults::subnet(cx.txn, cx.owner(), &zone) {
        let message = format!("'{}' is already the default subnet in {zone}.", subnet.id);
        return Err(Error::new("DefaultSubnetAlreadyExistsInAvailabilityZone", message));
    }
    let cidr = free_block(cx.txn, &vpc)?;
    let wanted = Wanted { vpc: &vpc, cidr, zone, default_for_zone: true, tags: Tags::default() };
    let subnet = create_subnet::make(cx.txn, wanted);
    Ok(Output { subnet: SubnetView::new(cx.txn, &subnet) })
}

/// The lowest /20 of `vpc` in which there is no subnet.
///
/// # Errors
/// `InvalidSubnet.Conflict` when there is none.
pub fn free_block(world: &Snapshot, vpc: &Vpc) -> Result<Ipv4Net, Error> {
    let taken: Vec<Ipv4Net> = world.linked::<Subnet>(Vpc::KIND, &vpc.id).map(|subnet| subnet.cidr).collect();
    let mut blocks = vpc.primary().into_iter().filter_map(|cidr| cidr.subnets(PREFIX).ok()).flatten();
    blocks
        .find(|block| !taken.iter().any(|other| cidr::overlap(*other, *block)))
        .ok_or_else(|| Error::new("InvalidSubnet.Conflict", format!("{} has no free /{PREFIX} for a default subnet.", vpc.id)))
}
