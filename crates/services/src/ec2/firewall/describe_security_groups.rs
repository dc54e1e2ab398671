//! DescribeSecurityGroups.

use std::sync::Arc;

use resource::{GroupRule, Kind, Resource, RulePeer, SecurityGroup, Vpc};
use serde::{Deserialize, Serialize};

use super::permission::{self, Permission};
use super::{security_group, traffic};
use crate::ec2::find;
use crate::filter::{self, Field, Filter};
use crate::page::{self, Ask};
use crate::tags::{self, Tag};
use crate::{Error, Read};

/// Filters by which what is described is looked up.
const BY: &[(&str, Kind)] = &[("group-id", SecurityGroup::KIND), ("vpc-id", Vpc::KIND)];

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    group_ids: Vec<String>,
    group_names: Vec<String>,
    filters: Vec<Filter>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    security_groups: Vec<View>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct View {
    group_id: String,
    group_name: String,
    description: String,
    vpc_id: String,
    owner_id: String,
    security_group_arn: String,
    ip_permissions: Vec<Permission>,
    ip_permissions_egress: Vec<Permission>,
    tags: Vec<Tag>,
}

pub fn describe_security_groups(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    let mut groups = Vec::new();
    for id in &input.group_ids {
        groups.push(find::group(cx.world, cx.owner(), id)?);
    }
    for name in &input.group_names {
        let vpc = security_group::default_vpc(cx.world, cx.owner())?;
        groups.push(security_group::named(cx.world, &vpc, name)?);
    }
    if input.group_ids.is_empty() && input.group_names.is_empty() {
        groups = find::chosen(cx, &[], &input.filters, BY, find::group)?;
    }
    let groups = filter::select(&input.filters, groups.into_iter(), field)?;
    let page =
        page::cut(Ask { max_results: input.max_results, token: input.next_token.as_deref() }, groups, |g| g.id.to_string())?;
    Ok(Output { security_groups: page.items.iter().map(|group| view(cx, group)).collect(), next_token: page.next })
}

fn view(cx: &Read<'_>, group: &SecurityGroup) -> View {
    View {
        group_id: group.id.to_string(),
        group_name: group.name.clone(),
        description: group.description.clone(),
        vpc_id: group.vpc.to_string(),
        owner_id: group.owner.account.clone(),
        security_group_arn: group.owner.arn("ec2", &format!("security-group/{}", group.id)),
        ip_permissions: permission::view(cx.world, group.rules.iter().filter(|rule| !rule.egress)),
        ip_permissions_egress: permission::view(cx.world, group.rules.iter().filter(|rule| rule.egress)),
        tags: tags::view(&group.tags),
    }
}

fn field(filter: &str) -> Option<Field<'_, Arc<SecurityGroup>>> {
    let of = filter::of::<Arc<SecurityGroup>>();
    match filter {
        "group-id" => of.one(|group| group.id.to_string()),
        "group-name" => of.one(|group| group.name.clone()),
        "description" => of.one(|group| group.description.clone()),
        "vpc-id" => of.one(|group| group.vpc.to_string()),
        "owner-id" => of.one(|group| group.owner.account.clone()),
        _ => of.tag(filter, |group| &group.tags).or_else(|| permission_field(filter)),
    }
}

fn permission_field(filter: &str) -> Option<Field<'_, Arc<SecurityGroup>>> {
    let of = filter::of::<Arc<SecurityGroup>>();
    let (egress, field) = match filter.strip_prefix("egress.") {
        Some(rest) => (true, rest.strip_prefix("ip-permission.")?),
        None => (false, filter.strip_prefix("ip-permission.")?),
    };
    let known = ["cidr", "ipv6-cidr", "group-id", "prefix-list-id", "user-id", "protocol", "from-port", "to-port"];
    if !known.contains(&field) {
        return None;
    }
    of.many(move |group| {
        let rules = group.rules.iter().filter(|rule| rule.egress == egress);
        rules.filter_map(|rule| rule_value(rule, field)).collect()
    })
}

fn rule_value(rule: &GroupRule, field: &str) -> Option<String> {
    let words = traffic::words(rule.traffic);
    match (field, &rule.peer) {
        ("cidr", RulePeer::Cidr(cidr)) => Some(cidr.to_string()),
        ("ipv6-cidr", RulePeer::Cidr6(cidr)) => Some(cidr.to_string()),
        ("group-id", RulePeer::Group { id, .. } | RulePeer::PeerGroup { id, .. }) => Some(id.to_string()),
        ("user-id", RulePeer::Group { account, .. } | RulePeer::PeerGroup { account, .. }) => Some(account.clone()),
        ("prefix-list-id", RulePeer::PrefixList(id)) => Some(id.to_string()),
        ("protocol", _) => Some(words.protocol),
        ("from-port", _) => words.from.map(|port| port.to_string()),
        ("to-port", _) => words.to.map(|port| port.to_string()),
        _ => None,
    }
}
