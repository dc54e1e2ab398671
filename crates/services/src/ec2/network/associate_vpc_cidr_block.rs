//! AssociateVpcCidrBlock: another block for a VPC, under AWS's restrictions on which blocks go together.

use std::sync::Arc;

use ipnet::Ipv4Net;
use resource::{PeeringConnection, Resource, RouteDestination, RouteTable, Vpc};
use serde::{Deserialize, Serialize};
use store::Snapshot;

use super::create_vpc::{cidr_association, vpc_block};
use super::view::CidrView;
use crate::ec2::{cidr, find, peering};
use crate::quotas::{self, known::BLOCKS};
use crate::{Error, Write};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    vpc_id: String,
    cidr_block: Option<String>,
    amazon_provided_ipv6_cidr_block: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    cidr_block_association: CidrView,
    vpc_id: String,
}

/// Adds a block to a VPC.
pub fn associate_vpc_cidr_block(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let vpc = find::vpc(cx.txn, cx.owner(), &input.vpc_id)?;
    if input.amazon_provided_ipv6_cidr_block {
        return Err(Error::unsupported_member("AssociateVpcCidrBlock", "AmazonProvidedIpv6CidrBlock"));
    }
    let block = vpc_block(input.cidr_block.as_deref().ok_or_else(|| Error::missing("CidrBlock"))?)?;
    let most = quotas::most(cx.txn, cx.owner(), &BLOCKS);
    if vpc.cidrs.len() >= most {
        return Err(Error::new("CidrLimitExceeded", format!("A VPC can have at most {most} IPv4 CIDR blocks.")));
    }
    let blocks: Vec<Ipv4Net> = vpc.cidrs.iter().map(|association| association.cidr).collect();
    let tables = cx.txn.linked::<RouteTable>(Vpc::KIND, &vpc.id);
    if let Some(why) = clash(&blocks, block).or_else(|| covered_route(tables, block)) {
        return Err(Error::new("InvalidVpc.Range", format!("The CIDR '{block}' cannot be added to {}: {why}.", vpc.id)));
    }
    check_peers(cx.txn, &vpc, block)?;
    let association = cidr_association(block);
    let output = Output { cidr_block_association: CidrView::new(&association, "associating"), vpc_id: vpc.id.to_string() };
    cx.txn.update::<Vpc>(vpc.id.as_str(), |vpc| vpc.cidrs.push(association));
    Ok(output)
}

/// Why a VPC with `blocks` cannot have `new` as well (VPC User Guide, "IPv4 CIDR block association restrictions").
fn clash(blocks: &[Ipv4Net], new: Ipv4Net) -> Option<String> {
    if let Some(other) = blocks.iter().find(|block| cidr::overlap(**block, new)) {
        return Some(format!("it overlaps {other}"));
    }
    let within = |range: &str, block: Ipv4Net| range.parse().is_ok_and(|range: Ipv4Net| range.contains(&block));
    let any_within = |range: &str| blocks.iter().any(|block| within(range, *block));
    let families = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];
    let family = families.into_iter().find(|range| within(range, new));
    let foreign = families.into_iter().find(|range| family.is_some_and(|own| own != *range) && any_within(range));
    if let (Some(own), Some(foreign)) = (family, foreign) {
        return Some(format!("blocks of {own} and {foreign} cannot be in one VPC"));
    }
    if within("172.31.0.0/16", new) && blocks.first().is_some_and(|primary| within("172.16.0.0/12", *primary)) {
        return Some("a VPC whose primary block is of 172.16.0.0/12 cannot have one of 172.31.0.0/16".to_owned());
    }
    (within("10.0.0.0/16", new) && any_within("10.0.0.0/15"))
        .then(|| "a VPC with a block of 10.0.0.0/15 cannot have one of 10.0.0.0/16".to_owned())
}

/// Peered VPCs share no address; and while a VPC asks for a connection, it stays as it is. The accepter may have another
/// block, at the connection's risk.
fn check_peers(world: &Snapshot, vpc: &Vpc, block: Ipv4Net) -> Result<(), Error> {
    if let Some(pending) = peering::has_asked(world, &vpc.id) {
        let message = format!("{} cannot have another block while {pending} waits for its acceptance.", vpc.id);
        return Err(Error::new("OperationNotPermitted", message));
    }
    let carrying = world.linked::<PeeringConnection>(Vpc::KIND, &vpc.id).filter(|peering| peering.state.carries());
    for peering in carrying {
        let far = peering.sides_from(&vpc.id).and_then(|(_, far)| world.find::<Vpc>(far.vpc.as_str()));
        if let Some(far) = far.filter(|far| far.cidrs.iter().any(|other| cidr::overlap(other.cidr, block))) {
            let message = format!("The CIDR '{block}' overlaps {}, which {} peers with.", far.id, peering.id);
            return Err(Error::new("InvalidVpc.Range", message));
        }
    }
    Ok(())
}

/// A route that a new block would take the packets of.
fn covered_route(mut tables: impl Iterator<Item = Arc<RouteTable>>, new: Ipv4Net) -> Option<String> {
    tables.find_map(|table| {
        table.routes.iter().find_map(|route| match route.destination {
            RouteDestination::Cidr(destination) if new.contains(&destination) => {
                Some(format!("{} has a route to {destination}, which lies in it", table.id))
            }
            _ => None,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(text: &str) -> Ipv4Net {
        cidr::parse("cidrBlock", text).expect("a block")
    }

    #[test]
    fn blocks_go_together_as_the_guide_says() {
        for (blocks, new, fits) in [
            (&["10.1.0.0/16"][..], "10.2.0.0/16", true),
            (&["10.1.0.0/16"], "10.1.128.0/20", false),
            (&["10.1.0.0/16"], "192.168.0.0/16", false),
            (&["10.2.0.0/16"], "100.64.0.0/16", true),
            (&["10.2.0.0/16"], "52.1.0.0/16", true),
            (&["172.16.0.0/16"], "172.31.0.0/16", false),
            (&["172.16.0.0/16"], "172.30.0.0/16", true),
            (&["10.1.0.0/16"], "10.0.0.0/20", false),
            (&["10.1.0.0/16", "100.64.0.0/16"], "172.16.0.0/16", false),
            (&["100.64.0.0/16"], "172.16.0.0/16", true),
        ] {
            let blocks: Vec<Ipv4Net> = blocks.iter().map(|text| block(text)).collect();
            assert_eq!(clash(&blocks, block(new)).is_none(), fits, "{blocks:?} and {new}");
        }
    }
}
