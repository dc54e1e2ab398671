//! RevokeSecurityGroupIngress and RevokeSecurityGroupEgress: rules go, by id or by what they say.

use std::collections::HashSet;

use resource::{GroupRule, GroupRuleId, SecurityGroup};
use serde::{Deserialize, Serialize};

use super::permission::{self, Permission, Statement};
use super::rule_view::{self, RevokedView};
use super::security_group;
use crate::ec2::find;
use crate::{Error, Write};

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    group_id: Option<String>,
    group_name: Option<String>,
    security_group_rule_ids: Vec<String>,
    ip_permissions: Vec<Permission>,
    ip_protocol: Option<String>,
    from_port: Option<i32>,
    to_port: Option<i32>,
    cidr_ip: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    r#return: bool,
    unknown_ip_permissions: Vec<Permission>,
    revoked_security_group_rules: Vec<RevokedView>,
}

pub fn ingress(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    revoke(cx, input, false)
}

pub fn egress(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    revoke(cx, input, true)
}

fn revoke(cx: &mut Write<'_>, input: Input, egress: bool) -> Result<Output, Error> {
    let owner = cx.owner().clone();
    let group = security_group::requested(cx.txn, &owner, input.group_id.as_deref(), input.group_name.as_deref())?;
    let (gone, unknown) = if input.security_group_rule_ids.is_empty() {
        let permissions = input.permissions()?;
        let statements = permission::statements(cx.txn, &group, &permissions)?;
        said(&group, &statements, egress)
    } else {
        (named(&group, &input.security_group_rule_ids, egress)?, Vec::new())
    };
    if !unknown.is_empty() && !find::vpc(cx.txn, &owner, group.vpc.as_str())?.is_default {
        let message = "The specified rule does not exist in this security group.";
        return Err(Error::new("InvalidPermission.NotFound", message));
    }
    let is_gone = |rule: &GroupRule| gone.contains(&rule.id);
    let revoked = group.rules.iter().filter(|rule| is_gone(rule)).map(|rule| rule_view::revoked(cx.txn, &group, rule)).collect();
    cx.txn.update::<SecurityGroup>(group.id.as_str(), |group| group.rules.retain(|rule| !is_gone(rule)));
    Ok(Output { r#return: true, unknown_ip_permissions: unknown, revoked_security_group_rules: revoked })
}

impl Input {
    fn permissions(self) -> Result<Vec<Permission>, Error> {
        match (self.ip_permissions.is_empty(), self.ip_protocol, self.cidr_ip) {
            (false, ..) => Ok(self.ip_permissions),
            (true, Some(protocol), Some(cidr)) => Ok(vec![Permission::flat(protocol, self.from_port, self.to_port, cidr)]),
            (true, ..) => Err(Error::missing("IpPermissions or SecurityGroupRuleIds")),
        }
    }
}

/// The rules of a direction with these ids.
fn named(group: &SecurityGroup, ids: &[String], egress: bool) -> Result<HashSet<GroupRuleId>, Error> {
    ids.iter().map(|id| rule_with_id(group, id, egress).map(|rule| rule.id.clone())).collect()
}

/// The rule of a direction with an id.
///
/// # Errors
/// `InvalidSecurityGroupRuleId.NotFound` and `.Malformed`.
pub fn rule_with_id<'a>(group: &'a SecurityGroup, text: &str, egress: bool) -> Result<&'a GroupRule, Error> {
    let id = parse_rule_id(text)?;
    let found = group.rules.iter().find(|rule| rule.id == id && rule.egress == egress);
    found.ok_or_else(|| {
        let message =
            format!("The specified rule '{id}' does not exist in the security group '{}' for this direction.", group.id);
        Error::new("InvalidSecurityGroupRuleId.NotFound", message)
    })
}

/// Reads a rule's id.
///
/// # Errors
/// `InvalidSecurityGroupRuleId.Malformed`.
pub fn parse_rule_id(text: &str) -> Result<GroupRuleId, Error> {
    GroupRuleId::parse(text).map_err(|error| Error::new("InvalidSecurityGroupRuleId.Malformed", error.to_string()))
}

/// The rules that say what `statements` say, and those statements that no rule says.
fn said(group: &SecurityGroup, statements: &[Statement], egress: bool) -> (HashSet<GroupRuleId>, Vec<Permission>) {
    let (mut gone, mut unknown) = (HashSet::new(), Vec::new());
    for statement in statements {
        match rule_saying(group, statement, egress) {
            Some(rule) => drop(gone.insert(rule.id.clone())),
            None => unknown.push(Permission::of(statement)),
        }
    }
    (gone, unknown)
}

/// The rule of a direction with the traffic and peer of `statement`.
pub fn rule_saying<'a>(group: &'a SecurityGroup, statement: &Statement, egress: bool) -> Option<&'a GroupRule> {
    let same = |rule: &&GroupRule| rule.egress == egress && rule.traffic == statement.traffic && rule.peer == statement.peer;
    group.rules.iter().find(same)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::ec2::firewall::testing::Walled;

    #[test]
    fn the_open_egress_rule_is_replaced_by_a_narrow_one() {
        let walled = Walled::new();
        let all = json!([{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]);
        let answer = walled.cloud.ok("RevokeSecurityGroupEgress", json!({"GroupId": walled.group, "IpPermissions": all}));
        assert_eq!(answer["RevokedSecurityGroupRules"][0]["IsEgress"], true);
        let narrow = json!([{"IpProtocol": "udp", "FromPort": 53, "ToPort": 53, "IpRanges": [{"CidrIp": "10.0.0.2/32"}]}]);
        walled.cloud.ok("AuthorizeSecurityGroupEgress", json!({"GroupId": walled.group, "IpPermissions": narrow}));
        assert_eq!(walled.shown()["IpPermissionsEgress"][0]["FromPort"], 53);
    }

    #[test]
    fn a_rule_that_is_not_there_is_an_error_but_not_in_the_default_vpc() {
        let walled = Walled::new();
        let cloud = &walled.cloud;
        let ssh = json!([{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}]);
        let revoke = |group: &str| json!({"GroupId": group, "IpPermissions": ssh});
        assert_eq!(cloud.refusal("RevokeSecurityGroupIngress", revoke(&walled.group)), "InvalidPermission.NotFound");
        cloud.ok("CreateDefaultVpc", json!({}));
        let group = cloud.text("CreateSecurityGroup", json!({"GroupName": "x", "Description": "d"}), "/GroupId");
        let answer = cloud.ok("RevokeSecurityGroupIngress", revoke(&group));
        assert_eq!(answer["UnknownIpPermissions"][0]["FromPort"], 22);
        let rule = json!({"GroupId": group, "SecurityGroupRuleIds": ["sgr-0123456789abcdef0"]});
        assert_eq!(cloud.refusal("RevokeSecurityGroupIngress", rule), "InvalidSecurityGroupRuleId.NotFound");
        let rule = json!({"GroupId": group, "SecurityGroupRuleIds": ["rule"]});
        assert_eq!(cloud.refusal("RevokeSecurityGroupIngress", rule), "InvalidSecurityGroupRuleId.Malformed");
        assert_eq!(cloud.refusal("RevokeSecurityGroupIngress", json!({"GroupId": group})), "MissingParameter");
    }
}
