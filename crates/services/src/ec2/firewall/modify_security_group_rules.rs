//! ModifySecurityGroupRules: rules say something else and keep their ids.

use resource::{GroupRule, RulePeer, SecurityGroup};
use serde::{Deserialize, Serialize};
use store::Txn;

use super::permission::{self, GroupPair, Statement};
use super::revoke::parse_rule_id;
use super::{security_group, traffic};
use crate::ec2::{cidr, find};
use crate::{Error, Write};

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    group_id: String,
    security_group_rules: Vec<Update>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct Update {
    security_group_rule_id: String,
    security_group_rule: Wanted,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct Wanted {
    ip_protocol: Option<String>,
    from_port: Option<i32>,
    to_port: Option<i32>,
    cidr_ipv4: Option<String>,
    cidr_ipv6: Option<String>,
    prefix_list_id: Option<String>,
    referenced_group_id: Option<String>,
    description: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    r#return: bool,
}

pub fn modify_security_group_rules(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let owner = cx.owner().clone();
    let mut group = (*find::group(cx.txn, &owner, &input.group_id)?).clone();
    for update in &input.security_group_rules {
        let id = parse_rule_id(&update.security_group_rule_id)?;
        let statement = update.security_group_rule.statement(cx.txn, &group)?;
        let at = group.rules.iter().position(|rule| rule.id == id).ok_or_else(|| {
            let message = format!("The security group rule '{id}' does not exist in '{}'", group.id);
            Error::new("InvalidSecurityGroupRuleId.NotFound", message)
        })?;
        replace(&mut group, at, statement)?;
    }
    security_group::check_size(cx.txn, &group)?;
    cx.txn.put(group);
    Ok(Output { r#return: true })
}

fn replace(group: &mut SecurityGroup, at: usize, statement: Statement) -> Result<(), Error> {
    let Statement { traffic, peer, description } = statement;
    let old = &group.rules[at];
    let same = |rule: &GroupRule| rule.id != old.id && rule.egress == old.egress && rule.traffic == traffic && rule.peer == peer;
    if group.rules.iter().any(same) {
        return Err(Error::new("InvalidPermission.Duplicate", "Another rule of the group says the same already."));
    }
    let rule = &mut group.rules[at];
    (rule.traffic, rule.peer, rule.description) = (traffic, peer, description);
    Ok(())
}

impl Wanted {
    fn statement(&self, txn: &mut Txn, group: &SecurityGroup) -> Result<Statement, Error> {
        let protocol = self.ip_protocol.as_deref().ok_or_else(|| Error::missing("IpProtocol"))?;
        let traffic = traffic::read(protocol, self.from_port, self.to_port)?;
        if let Some(text) = &self.description {
            permission::check_description(text)?;
        }
        Ok(Statement { traffic, peer: self.peer(txn, group)?, description: self.description.clone() })
    }

    fn peer(&self, txn: &mut Txn, group: &SecurityGroup) -> Result<RulePeer, Error> {
        match (&self.cidr_ipv4, &self.cidr_ipv6, &self.prefix_list_id, &self.referenced_group_id) {
            (Some(cidr), None, None, None) => cidr::parse("CidrIpv4", cidr).map(RulePeer::Cidr),
            (None, Some(cidr), None, None) => permission::block6(cidr).map(RulePeer::Cidr6),
            (None, None, Some(list), None) => permission::listed(txn, group, list).map(RulePeer::PrefixList),
            (None, None, None, Some(id)) => {
                security_group::peer(txn, group, &GroupPair { group_id: Some(id.clone()), ..GroupPair::default() })
            }
            (None, None, None, None) => Err(Error::missing("CidrIpv4, CidrIpv6, PrefixListId or ReferencedGroupId")),
            _ => Err(Error::combination("A rule has one of CidrIpv4, CidrIpv6, PrefixListId and ReferencedGroupId.")),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::ec2::firewall::testing::Walled;

    #[test]
    fn a_rule_says_something_else_under_the_same_id() {
        let walled = Walled::new();
        let cloud = &walled.cloud;
        let permission = json!([{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}]);
        let tags = json!([{"ResourceType": "security-group-rule", "Tags": [{"Key": "why", "Value": "ssh"}]}]);
        let create = json!({"GroupId": walled.group, "IpPermissions": permission, "TagSpecifications": tags});
        let rule = cloud.text("AuthorizeSecurityGroupIngress", create, "/SecurityGroupRules/0/SecurityGroupRuleId");
        let change = |wanted: serde_json::Value| json!({"GroupId": walled.group, "SecurityGroupRules": [{"SecurityGroupRuleId": rule, "SecurityGroupRule": wanted}]});
        let wanted = json!({"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "ReferencedGroupId": walled.group});
        cloud.ok("ModifySecurityGroupRules", change(wanted));
        let shown =
            cloud.ok("DescribeSecurityGroupRules", json!({"SecurityGroupRuleIds": [rule]}))["SecurityGroupRules"][0].clone();
        assert_eq!(shown["FromPort"], 443);
        assert_eq!(shown["ReferencedGroupInfo"]["GroupId"], walled.group);
        assert_eq!(shown["Tags"], json!([{"Key": "why", "Value": "ssh"}]));
        let two = json!({"IpProtocol": "-1", "CidrIpv4": "10.0.0.0/8", "PrefixListId": "pl-63a5400a"});
        assert_eq!(cloud.refusal("ModifySecurityGroupRules", change(two)), "InvalidParameterCombination");
        assert_eq!(cloud.refusal("ModifySecurityGroupRules", change(json!({"IpProtocol": "-1"}))), "MissingParameter");
    }
}
