//! CreateVpcPeeringConnection: asks the owner of another VPC, which need not exist: then the request fails a moment later.

use resource::{Owner, PeeringConnection, PeeringId, PeeringSide, PeeringState, Resource, Tags, Vpc, VpcId};
use serde::{Deserialize, Serialize};
use store::Snapshot;

use super::view::{self, View};
use crate::ec2::find;
use crate::quotas::{self, known::PEERING_REQUESTS};
use crate::tags::{self, TagSpecification};
use crate::{Error, Write};

/// What is asked.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    vpc_id: String,
    peer_vpc_id: Option<String>,
    peer_owner_id: Option<String>,
    peer_region: Option<String>,
    tag_specifications: Vec<TagSpecification>,
}

/// The answer.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    vpc_peering_connection: View,
}

/// Records a request. Whether the two VPCs go together shows in its state.
pub fn create(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let owner = cx.owner().clone();
    let vpc = find::vpc(cx.txn, &owner, &input.vpc_id)?;
    let peer = input.peer_vpc_id.as_deref().ok_or_else(|| Error::missing("PeerVpcId"))?;
    let accepter = Owner {
        account: input.peer_owner_id.clone().unwrap_or_else(|| owner.account.clone()),
        region: input.peer_region.clone().unwrap_or_else(|| owner.region.clone()),
    };
    let peer = asked(cx.txn, &owner, &accepter, peer)?;
    if peer == vpc.id {
        return Err(Error::invalid_value(format!("{peer} cannot be peered with itself.")));
    }
    if let Some(known) = super::live_between(cx.txn, &vpc.id, &peer) {
        let message = format!("{} connects {} and {peer} already (it is {}).", known.id, vpc.id, known.state.as_str());
        return Err(Error::new("VpcPeeringConnectionAlreadyExists", message));
    }
    check_outstanding(cx.txn, &owner)?;
    super::check_active(cx.txn, cx.owner(), &vpc.id)?;
    let own_tags = tags::specified(&input.tag_specifications, "vpc-peering-connection", &["vpc-peering-connection"])?;
    let cidrs = vpc.cidrs.iter().map(|association| association.cidr).collect();
    let peering = PeeringConnection {
        id: PeeringId::random(),
        requester: PeeringSide { cidrs, tags: own_tags, ..side(owner.clone(), vpc.id.clone()) },
        accepter: side(accepter, peer),
        state: PeeringState::InitiatingRequest,
        created: cx.now,
        ended: None,
    };
    cx.txn.put(peering.clone());
    Ok(Output { vpc_peering_connection: view::view(&cx.read(), &peering) })
}

/// The VPC that is asked for. One of the caller's own in this Region has to exist; about others nothing is said.
fn asked(world: &Snapshot, owner: &Owner, accepter: &Owner, id: &str) -> Result<VpcId, Error> {
    if accepter.account.len() != 12 || !accepter.account.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Error::invalid_value(format!("Value ({}) for parameter peerOwnerId is invalid.", accepter.account)));
    }
    match accepter == owner {
        true => find::vpc(world, owner, id).map(|vpc| vpc.id.clone()),
        false => VpcId::parse(id).map_err(|error| Error::new("InvalidVpcID.Malformed", error.to_string())),
    }
}

fn side(owner: Owner, vpc: VpcId) -> PeeringSide {
    PeeringSide { owner, vpc, cidrs: Vec::new(), resolves: false, ended_it: false, hidden: false, tags: Tags::default() }
}

fn check_outstanding(world: &Snapshot, owner: &Owner) -> Result<(), Error> {
    let waiting = world.owned::<PeeringConnection>(owner).filter(|peering| peering.state.is_pending()).count();
    match waiting >= quotas::most(world, owner, &PEERING_REQUESTS) {
        true => Err(Error::new(
            "OutstandingVpcPeeringConnectionLimitExceeded",
            format!("{waiting} VPC peering connections of this account wait for their acceptance already."),
        )),
        false => Ok(()),
    }
}

/// Whether a VPC has asked for a connection and waits for its acceptance.
pub fn has_asked(world: &Snapshot, vpc: &VpcId) -> Option<String> {
    let mut all = world.linked::<PeeringConnection>(Vpc::KIND, vpc);
    all.find(|peering| peering.state.is_pending() && peering.requester.vpc == *vpc).map(|peering| peering.key())
}
