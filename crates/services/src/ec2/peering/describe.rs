//! DescribeVpcPeeringConnections: those that the caller asked for, and those that it was asked for.

use std::sync::Arc;

use resource::{PeeringConnection, PeeringSide};
use serde::{Deserialize, Serialize};

use super::view::{self, View};
use crate::filter::{self, Field, Filter};
use crate::page::{self, Ask};
use crate::{Error, Read};

/// What is asked.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    vpc_peering_connection_ids: Vec<String>,
    filters: Vec<Filter>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

/// The answer.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    vpc_peering_connections: Vec<View>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

/// Describes connections.
pub fn describe(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    let found = match input.vpc_peering_connection_ids.as_slice() {
        [] => super::seen(cx.world, cx.owner()),
        ids => ids.iter().map(|id| super::find(cx.world, cx.owner(), id)).collect::<Result<_, _>>()?,
    };
    let kept = filter::select(&input.filters, found.into_iter(), |name| field(cx, name))?;
    let ask = Ask { max_results: input.max_results, token: input.next_token.as_deref() };
    let page = page::cut(ask, kept, |peering| peering.id.to_string())?;
    let shown = page.items.iter().map(|peering| view::view(cx, peering)).collect();
    Ok(Output { vpc_peering_connections: shown, next_token: page.next })
}

fn field<'a>(cx: &'a Read<'_>, filter: &'a str) -> Option<Field<'a, Arc<PeeringConnection>>> {
    let of = filter::of::<Arc<PeeringConnection>>();
    if let Some(member) = filter.strip_prefix("accepter-vpc-info.") {
        return side_field(|peering| &peering.accepter, member);
    }
    if let Some(member) = filter.strip_prefix("requester-vpc-info.") {
        return side_field(|peering| &peering.requester, member);
    }
    match filter {
        "expiration-time" => {
            of.many(|peering| view::expiration(cx, peering).map(|time| format!("{}", time.0)).into_iter().collect())
        }
        "status-code" => of.one(|peering| peering.state.as_str()),
        "status-message" => of.one(|peering| view::message(peering)),
        "vpc-peering-connection-id" => of.one(|peering| peering.id.to_string()),
        _ => of.tag(filter, |peering| view::tags_of(peering, cx.owner())),
    }
}

fn side_field<'a>(side: fn(&PeeringConnection) -> &PeeringSide, member: &str) -> Option<Field<'a, Arc<PeeringConnection>>> {
    let of = filter::of::<Arc<PeeringConnection>>();
    match member {
        "cidr-block" => of.many(move |peering| side(peering).cidrs.iter().map(ToString::to_string).collect()),
        "owner-id" => of.one(move |peering| side(peering).owner.account.clone()),
        "vpc-id" => of.one(move |peering| side(peering).vpc.to_string()),
        _ => None,
    }
}
