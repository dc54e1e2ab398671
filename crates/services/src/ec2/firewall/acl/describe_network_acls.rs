//! DescribeNetworkAcls.

use std::sync::Arc;

use resource::{AclEntry, NetworkAcl};
use serde::{Deserialize, Serialize};

use super::entry;
use super::view::{self, View};
use crate::ec2::find;
use crate::filter::{self, Filter};
use crate::page::{self, Ask};
use crate::{Error, Read};

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    network_acl_ids: Vec<String>,
    filters: Vec<Filter>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    network_acls: Vec<View>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

pub fn describe_network_acls(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    let acls: Vec<Arc<NetworkAcl>> = match input.network_acl_ids.as_slice() {
        [] => cx.world.owned(cx.owner()).collect(),
        ids => ids.iter().map(|id| find::acl(cx.world, cx.owner(), id)).collect::<Result<_, _>>()?,
    };
    let acls = filter::select(&input.filters, acls.into_iter(), values)?;
    let page = page::cut(Ask { max_results: input.max_results, token: input.next_token.as_deref() }, acls, |a| a.id.to_string())?;
    Ok(Output { network_acls: page.items.iter().map(|acl| view::view(acl)).collect(), next_token: page.next })
}

fn values(acl: &Arc<NetworkAcl>, filter: &str) -> Option<Vec<String>> {
    let one = |text: &str| Some(vec![text.to_owned()]);
    let associations = |value: fn(&resource::AclAssociation) -> String| Some(acl.associations.iter().map(value).collect());
    let entries = |value: fn(&AclEntry) -> String| Some(acl.entries.iter().map(value).collect());
    match filter {
        "network-acl-id" => one(acl.id.as_str()),
        "vpc-id" => one(acl.vpc.as_str()),
        "owner-id" => one(&acl.owner.account),
        "default" => one(if acl.is_default { "true" } else { "false" }),
        "association.association-id" => associations(|a| a.id.clone()),
        "association.network-acl-id" => one(acl.id.as_str()),
        "association.subnet-id" => associations(|a| a.subnet.to_string()),
        "entry.cidr" => entries(|e| e.cidr.to_string()),
        "entry.egress" => entries(|e| e.egress.to_string()),
        "entry.protocol" => entries(|e| entry::words(e.traffic).protocol),
        "entry.rule-action" => entries(|e| if e.allow { "allow" } else { "deny" }.to_owned()),
        "entry.rule-number" => entries(|e| e.number.to_string()),
        _ => filter::tag_values(&acl.tags, filter),
    }
}
