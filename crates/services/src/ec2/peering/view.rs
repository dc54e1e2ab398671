//! Peering connections as answers show them.

use ipnet::Ipv4Net;
use resource::{Owner, PEERING_PATIENCE_SECONDS, PeeringConnection, PeeringSide, PeeringState, Tags, Timestamp, Vpc};
use serde::Serialize;
use store::Snapshot;

use crate::Read;
use crate::tags::{self, Tag};

/// A connection.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct View {
    accepter_vpc_info: Side,
    #[serde(skip_serializing_if = "Option::is_none")]
    expiration_time: Option<Timestamp>,
    requester_vpc_info: Side,
    status: Status,
    tags: Vec<Tag>,
    vpc_peering_connection_id: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Status {
    code: &'static str,
    message: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Side {
    #[serde(skip_serializing_if = "Option::is_none")]
    cidr_block: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cidr_block_set: Vec<Block>,
    owner_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    peering_options: Option<Options>,
    vpc_id: String,
    region: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Block {
    cidr_block: String,
}

/// What one side lets the other do.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Options {
    allow_dns_resolution_from_remote_vpc: bool,
    allow_egress_from_local_classic_link_to_remote_vpc: bool,
    allow_egress_from_local_vpc_to_remote_classic_link: bool,
}

/// `peering` as the caller sees it.
pub fn view(cx: &Read<'_>, peering: &PeeringConnection) -> View {
    let (world, owner) = (cx.world, cx.owner());
    View {
        accepter_vpc_info: side(world, peering, &peering.accepter),
        expiration_time: expiration(cx, peering),
        requester_vpc_info: side(world, peering, &peering.requester),
        status: Status { code: peering.state.as_str(), message: message(peering) },
        tags: tags::view(tags_of(peering, owner)),
        vpc_peering_connection_id: peering.id.to_string(),
    }
}

/// The blocks of a side are those of its VPC while the connection carries packets, those that it had then later, and the
/// accepter's are unknown before.
fn side(world: &Snapshot, peering: &PeeringConnection, side: &PeeringSide) -> Side {
    let vpc = world.find::<Vpc>(side.vpc.as_str()).filter(|_| peering.state.carries());
    let cidrs: Vec<Ipv4Net> = match vpc {
        Some(vpc) => vpc.cidrs.iter().map(|association| association.cidr).collect(),
        None => side.cidrs.clone(),
    };
    Side {
        cidr_block: cidrs.first().map(ToString::to_string),
        cidr_block_set: cidrs.iter().map(|block| Block { cidr_block: block.to_string() }).collect(),
        owner_id: side.owner.account.clone(),
        peering_options: (!cidrs.is_empty()).then(|| options(side)),
        vpc_id: side.vpc.to_string(),
        region: side.owner.region.clone(),
    }
}

/// What a side lets the other do.
pub fn options(side: &PeeringSide) -> Options {
    Options {
        allow_dns_resolution_from_remote_vpc: side.resolves,
        allow_egress_from_local_classic_link_to_remote_vpc: false,
        allow_egress_from_local_vpc_to_remote_classic_link: false,
    }
}

/// When a request that waits will have waited too long.
pub fn expiration(cx: &Read<'_>, peering: &PeeringConnection) -> Option<Timestamp> {
    peering.state.is_pending().then(|| peering.created.plus_seconds(cx.scale.seconds(PEERING_PATIENCE_SECONDS)))
}

/// The tags that `owner` has given to a connection: each side has its own.
pub fn tags_of<'a>(peering: &'a PeeringConnection, owner: &Owner) -> &'a Tags {
    if peering.requester.owner == *owner { &peering.requester.tags } else { &peering.accepter.tags }
}

/// What AWS says about the state.
pub fn message(peering: &PeeringConnection) -> String {
    let (asker, asked) = (&peering.requester.owner.account, &peering.accepter.owner.account);
    let ender = if peering.requester.ended_it { asker } else { asked };
    match peering.state {
        PeeringState::InitiatingRequest => format!("Initiating Request to {asked}"),
        PeeringState::PendingAcceptance => format!("Pending Acceptance by {asked}"),
        PeeringState::Provisioning => "Provisioning".to_owned(),
        PeeringState::Active => "Active".to_owned(),
        PeeringState::Failed => "Failed due to incorrect VPC-ID, Account ID, or overlapping CIDR range".to_owned(),
        PeeringState::Rejected => format!("Rejected by {asked}"),
        PeeringState::Expired => "Expired".to_owned(),
        PeeringState::Deleting => format!("Deleting by {ender}"),
        PeeringState::Deleted => format!("Deleted by {ender}"),
    }
}
