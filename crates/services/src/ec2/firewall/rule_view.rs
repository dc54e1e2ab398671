//! `SecurityGroupRule`: one rule as AWS shows it.

use resource::{GroupRule, RulePeer, SecurityGroup};
use serde::Serialize;
use store::Snapshot;

use super::{security_group, traffic};
use crate::tags::{self, Tag};

/// One rule.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct RuleView {
    pub security_group_rule_id: String,
    pub group_id: String,
    pub group_owner_id: String,
    pub is_egress: bool,
    pub ip_protocol: String,
    pub from_port: i32,
    pub to_port: i32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cidr_ipv4: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cidr_ipv6: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prefix_list_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub referenced_group_info: Option<ReferencedGroup>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    pub tags: Vec<Tag>,
    pub security_group_rule_arn: String,
}

/// The group that a rule names.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ReferencedGroup {
    pub group_id: String,
    pub user_id: String,
    pub vpc_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vpc_peering_connection_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub peering_status: Option<&'static str>,
}

/// A revoked rule, which AWS shows in a shape of its own.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct RevokedView {
    pub security_group_rule_id: String,
    pub group_id: String,
    pub is_egress: bool,
    pub ip_protocol: String,
    pub from_port: i32,
    pub to_port: i32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cidr_ipv4: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cidr_ipv6: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prefix_list_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub referenced_group_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// Shows a rule of `group`.
pub fn view(world: &Snapshot, group: &SecurityGroup, rule: &GroupRule) -> RuleView {
    let words = traffic::words(rule.traffic);
    let mut view = RuleView {
        security_group_rule_id: rule.id.to_string(),
        group_id: group.id.to_string(),
        group_owner_id: group.owner.account.clone(),
        is_egress: rule.egress,
        ip_protocol: words.protocol,
        from_port: words.from.unwrap_or(-1),
        to_port: words.to.unwrap_or(-1),
        description: rule.description.clone(),
        tags: tags::view(&rule.tags),
        security_group_rule_arn: group.owner.arn("ec2", &format!("security-group-rule/{}", rule.id)),
        ..RuleView::default()
    };
    match &rule.peer {
        RulePeer::Cidr(cidr) => view.cidr_ipv4 = Some(cidr.to_string()),
        RulePeer::Cidr6(cidr) => view.cidr_ipv6 = Some(cidr.to_string()),
        RulePeer::PrefixList(id) => view.prefix_list_id = Some(id.to_string()),
        RulePeer::Group { id, account } => {
            let (group_id, user_id, vpc_id) = (id.to_string(), account.clone(), group.vpc.to_string());
            let (vpc_peering_connection_id, peering_status) = (None, None);
            view.referenced_group_info =
                Some(ReferencedGroup { group_id, user_id, vpc_id, vpc_peering_connection_id, peering_status });
        }
        RulePeer::PeerGroup { id, account, vpc, peering } => {
            view.referenced_group_info = Some(ReferencedGroup {
                group_id: id.to_string(),
                user_id: account.clone(),
                vpc_id: vpc.to_string(),
                vpc_peering_connection_id: Some(peering.to_string()),
                peering_status: Some(security_group::peering_status(world, id, peering)),
            });
        }
    }
    view
}

/// Shows a rule that `group` no longer has.
pub fn revoked(world: &Snapshot, group: &SecurityGroup, rule: &GroupRule) -> RevokedView {
    let shown = view(world, group, rule);
    RevokedView {
        security_group_rule_id: shown.security_group_rule_id,
        group_id: shown.group_id,
        is_egress: shown.is_egress,
        ip_protocol: shown.ip_protocol,
        from_port: shown.from_port,
        to_port: shown.to_port,
        cidr_ipv4: shown.cidr_ipv4,
        cidr_ipv6: shown.cidr_ipv6,
        prefix_list_id: shown.prefix_list_id,
        referenced_group_id: shown.referenced_group_info.map(|group| group.group_id),
        description: shown.description,
    }
}
