//! DescribeNetworkAcls.

use std::sync::Arc;

use resource::{AclAssociation, AclEntry, Kind, NetworkAcl, Resource, Subnet, Vpc};
use serde::{Deserialize, Serialize};

use super::entry;
use super::view::{self, View};
use crate::ec2::find;
use crate::filter::{self, Field, Filter};
use crate::page::{self, Ask};
use crate::{Error, Read};

/// Filters by which what is described is looked up.
const BY: &[(&str, Kind)] =
    &[("network-acl-id", NetworkAcl::KIND), ("association.subnet-id", Subnet::KIND), ("vpc-id", Vpc::KIND)];

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
    let acls = find::chosen(cx, &input.network_acl_ids, &input.filters, BY, find::acl)?;
    let acls = filter::select(&input.filters, acls.into_iter(), field)?;
    let page = page::cut(Ask { max_results: input.max_results, token: input.next_token.as_deref() }, acls, |a| a.id.to_string())?;
    Ok(Output { network_acls: page.items.iter().map(|acl| view::view(acl)).collect(), next_token: page.next })
}

fn field(filter: &str) -> Option<Field<'_, Arc<NetworkAcl>>> {
    let of = filter::of::<Arc<NetworkAcl>>();
    let entries: fn(&AclEntry) -> String = match filter {
        "network-acl-id" => return of.one(|acl| acl.id.to_string()),
        "vpc-id" => return of.one(|acl| acl.vpc.to_string()),
        "owner-id" => return of.one(|acl| acl.owner.account.clone()),
        "default" => return of.one(|acl| acl.is_default),
        "association.association-id" => return associations(|association| association.id.clone()),
        "association.network-acl-id" => return of.one(|acl| acl.id.to_string()),
        "association.subnet-id" => return associations(|association| association.subnet.to_string()),
        "entry.cidr" => |entry| entry.cidr.to_string(),
        "entry.egress" => |entry| entry.egress.to_string(),
        "entry.protocol" => |entry| entry::words(entry.traffic).protocol,
        "entry.rule-action" => |entry| if entry.allow { "allow" } else { "deny" }.to_owned(),
        "entry.rule-number" => |entry| entry.number.to_string(),
        _ => return of.tag(filter, |acl| &acl.tags),
    };
    of.many(move |acl| acl.entries.iter().map(entries).collect())
}

fn associations<'a>(value: fn(&AclAssociation) -> String) -> Option<Field<'a, Arc<NetworkAcl>>> {
    filter::of::<Arc<NetworkAcl>>().many(move |acl| acl.associations.iter().map(value).collect())
}
