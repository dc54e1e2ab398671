//! ModifyVpcPeeringConnectionOptions: whether the other side resolves a VPC's public host names to private addresses.

use resource::{Owner, PeeringConnection, PeeringSide, PeeringState, Vpc};
use serde::{Deserialize, Serialize};
use store::Snapshot;

use super::view::{self, Options};
use crate::{Error, Write};

/// What is asked.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    vpc_peering_connection_id: String,
    requester_peering_connection_options: Option<Wanted>,
    accepter_peering_connection_options: Option<Wanted>,
}

/// ClassicLink is gone, and what is asked of it is refused by name unless it is off.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Wanted {
    allow_dns_resolution_from_remote_vpc: Option<bool>,
    allow_egress_from_local_classic_link_to_remote_vpc: bool,
    allow_egress_from_local_vpc_to_remote_classic_link: bool,
}

/// The answer.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    #[serde(skip_serializing_if = "Option::is_none")]
    requester_peering_connection_options: Option<Options>,
    #[serde(skip_serializing_if = "Option::is_none")]
    accepter_peering_connection_options: Option<Options>,
}

/// Changes the options of the caller's own sides of an active connection.
pub fn modify_options(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let owner = cx.owner().clone();
    let peering = super::find(cx.txn, &owner, &input.vpc_peering_connection_id)?;
    let (requester, accepter) = (input.requester_peering_connection_options, input.accepter_peering_connection_options);
    if requester.is_none() && accepter.is_none() {
        return Err(Error::missing("RequesterPeeringConnectionOptions or AccepterPeeringConnectionOptions"));
    }
    if peering.state != PeeringState::Active {
        let message = format!("{} is {}: options are changed of active connections.", peering.id, peering.state.as_str());
        return Err(Error::new("OperationNotPermitted", message));
    }
    let mut changed = (*peering).clone();
    let (asker, asked) = (requester.is_some(), accepter.is_some());
    apply(cx.txn, &owner, &peering, &mut changed.requester, requester)?;
    apply(cx.txn, &owner, &peering, &mut changed.accepter, accepter)?;
    cx.txn.put::<PeeringConnection>(changed.clone());
    Ok(Output {
        requester_peering_connection_options: asker.then(|| view::options(&changed.requester)),
        accepter_peering_connection_options: asked.then(|| view::options(&changed.accepter)),
    })
}

fn apply(
    world: &Snapshot,
    owner: &Owner,
    peering: &PeeringConnection,
    side: &mut PeeringSide,
    wanted: Option<Wanted>,
) -> Result<(), Error> {
    let Some(wanted) = wanted else { return Ok(()) };
    if wanted.allow_egress_from_local_classic_link_to_remote_vpc || wanted.allow_egress_from_local_vpc_to_remote_classic_link {
        return Err(Error::new("UnsupportedOperation", "ClassicLink does not exist any more."));
    }
    if side.owner != *owner {
        let message = format!("The options of {} belong to account {} in {}.", side.vpc, side.owner.account, side.owner.region);
        return Err(Error::new("OperationNotPermitted", message));
    }
    let Some(resolves) = wanted.allow_dns_resolution_from_remote_vpc else { return Ok(()) };
    let named = |side: &PeeringSide| world.find::<Vpc>(side.vpc.as_str()).is_some_and(|vpc| vpc.has_host_names());
    if resolves && !(named(&peering.requester) && named(&peering.accepter)) {
        let message = "DNS hostnames and DNS support must be enabled in both VPCs.";
        return Err(Error::new("InvalidVpcPeeringConnectionState.DnsHostnamesDisabled", message));
    }
    side.resolves = resolves;
    Ok(())
}
