//! DescribeStaleSecurityGroups: groups with rules that name groups of a peer that are gone, or whose connection is.

use resource::{GroupRule, Resource, RulePeer, SecurityGroup, Vpc};
use serde::{Deserialize, Serialize};

use crate::ec2::find;
use crate::ec2::firewall::permission::{self, GroupPair, Permission};
use crate::ec2::firewall::security_group;
use crate::page::{self, Ask};
use crate::{Error, Read};

/// What is asked.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    vpc_id: String,
    max_results: Option<usize>,
    next_token: Option<String>,
}

/// The answer.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    stale_security_group_set: Vec<Stale>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

/// A group with stale rules.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Stale {
    description: String,
    group_id: String,
    group_name: String,
    stale_ip_permissions: Vec<StalePermission>,
    stale_ip_permissions_egress: Vec<StalePermission>,
    vpc_id: String,
}

/// The stale peers of some traffic.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct StalePermission {
    ip_protocol: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    from_port: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    to_port: Option<i32>,
    ip_ranges: [(); 0],
    prefix_list_ids: [(); 0],
    user_id_group_pairs: Vec<GroupPair>,
}

/// Lists the groups of one VPC.
pub fn describe_stale_security_groups(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    let vpc = find::vpc(cx.world, cx.owner(), &input.vpc_id)?;
    let groups = cx.world.linked::<SecurityGroup>(Vpc::KIND, &vpc.id);
    let stale: Vec<Stale> = groups.filter_map(|group| stale(cx, &group)).collect();
    let ask = Ask { max_results: input.max_results, token: input.next_token.as_deref() };
    let page = page::cut(ask, stale, |group| group.group_id.clone())?;
    Ok(Output { stale_security_group_set: page.items, next_token: page.next })
}

fn stale(cx: &Read<'_>, group: &SecurityGroup) -> Option<Stale> {
    let is_stale = |rule: &&GroupRule| match &rule.peer {
        RulePeer::PeerGroup { id, peering, .. } => security_group::peering_status(cx.world, id, peering) == security_group::STALE,
        _ => false,
    };
    let permissions = |egress: bool| -> Vec<StalePermission> {
        let rules = group.rules.iter().filter(|rule| rule.egress == egress).filter(is_stale);
        permission::view(cx.world, rules).into_iter().map(StalePermission::of).collect()
    };
    let (ingress, egress) = (permissions(false), permissions(true));
    (!ingress.is_empty() || !egress.is_empty()).then(|| Stale {
        description: group.description.clone(),
        group_id: group.id.to_string(),
        group_name: group.name.clone(),
        stale_ip_permissions: ingress,
        stale_ip_permissions_egress: egress,
        vpc_id: group.vpc.to_string(),
    })
}

impl StalePermission {
    fn of(permission: Permission) -> Self {
        Self {
            ip_protocol: permission.ip_protocol,
            from_port: permission.from_port,
            to_port: permission.to_port,
            ip_ranges: [],
            prefix_list_ids: [],
            user_id_group_pairs: permission.user_id_group_pairs,
        }
    }
}
