//! AuthorizeSecurityGroupIngress and AuthorizeSecurityGroupEgress: new rules, all or none.

use resource::{GroupRule, GroupRuleId, SecurityGroup, Tags};
use serde::{Deserialize, Serialize};

use super::permission::{self, Permission, Statement};
use super::rule_view::{self, RuleView};
use super::{security_group, traffic};
use crate::tags::{self, TagSpecification};
use crate::{Error, Write};

/// The members `IpProtocol`, `FromPort`, `ToPort` and `CidrIp` are the older form of one permission.
#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    group_id: Option<String>,
    group_name: Option<String>,
    ip_permissions: Vec<Permission>,
    ip_protocol: Option<String>,
    from_port: Option<i32>,
    to_port: Option<i32>,
    cidr_ip: Option<String>,
    tag_specifications: Vec<TagSpecification>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    r#return: bool,
    security_group_rules: Vec<RuleView>,
}

pub fn ingress(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    authorize(cx, input, false)
}

pub fn egress(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    authorize(cx, input, true)
}

fn authorize(cx: &mut Write<'_>, input: Input, egress: bool) -> Result<Output, Error> {
    let owner = cx.owner().clone();
    let group = security_group::requested(cx.txn, &owner, input.group_id.as_deref(), input.group_name.as_deref())?;
    let rule_tags = tags::specified(&input.tag_specifications, "security-group-rule", &["security-group-rule"])?;
    let permissions = input.permissions()?;
    let statements = permission::statements(cx.txn, &group, &permissions)?;
    let mut group = (*group).clone();
    let first = group.rules.len();
    for statement in statements {
        add(&mut group, first, statement, egress, &rule_tags)?;
    }
    security_group::check_size(cx.txn, &group)?;
    let views = group.rules[first..].iter().map(|rule| rule_view::view(cx.txn, &group, rule)).collect();
    cx.txn.put(group);
    Ok(Output { r#return: true, security_group_rules: views })
}

impl Input {
    fn permissions(self) -> Result<Vec<Permission>, Error> {
        match (self.ip_permissions.is_empty(), self.ip_protocol, self.cidr_ip) {
            (false, None, None) => Ok(self.ip_permissions),
            (true, Some(protocol), Some(cidr)) => Ok(vec![Permission::flat(protocol, self.from_port, self.to_port, cidr)]),
            (true, None, None) => Err(Error::missing("IpPermissions")),
            (true, Some(_), None) => Err(Error::missing("CidrIp")),
            (true, None, Some(_)) => Err(Error::missing("IpProtocol")),
            (false, _, _) => Err(Error::combination(
                "The parameter 'ipPermissions' may not be used in combination with 'ipProtocol' or 'cidrIp'",
            )),
        }
    }
}

/// Adds a rule to those of `group`, of which the ones from `first` on are this request's own.
fn add(group: &mut SecurityGroup, first: usize, statement: Statement, egress: bool, tags: &Tags) -> Result<(), Error> {
    let same = |rule: &GroupRule| rule.egress == egress && rule.traffic == statement.traffic && rule.peer == statement.peer;
    match group.rules.iter().position(same) {
        Some(at) if at >= first => return Err(Error::invalid_value("The same permission must not appear multiple times")),
        Some(at) => {
            let words = traffic::words(statement.traffic);
            let message = format!(
                "the specified rule \"{}\" already exists: protocol {}, from {}, to {}",
                group.rules[at].id,
                words.protocol,
                words.from.unwrap_or(-1),
                words.to.unwrap_or(-1)
            );
            return Err(Error::new("InvalidPermission.Duplicate", message));
        }
        None => {}
    }
    let Statement { traffic, peer, description } = statement;
    group.rules.push(GroupRule { id: GroupRuleId::random(), egress, traffic, peer, description, tags: tags.clone() });
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::ec2::firewall::testing::Walled;

    impl Walled {
        fn allow(&self, permission: Value) -> Value {
            self.cloud.ok("AuthorizeSecurityGroupIngress", json!({"GroupId": self.group, "IpPermissions": [permission]}))
        }

        #[track_caller]
        fn refused(&self, permission: Value) -> String {
            self.cloud.refusal("AuthorizeSecurityGroupIngress", json!({"GroupId": self.group, "IpPermissions": [permission]}))
        }
    }

    #[test]
    fn each_peer_becomes_a_rule_of_its_own_and_is_shown_with_its_like() {
        let walled = Walled::new();
        let peer = walled.group("peer");
        let answer = walled.allow(json!({
            "IpProtocol": "6", "FromPort": 443, "ToPort": 443,
            "IpRanges": [{"CidrIp": "10.1.2.3/16", "Description": "office"}, {"CidrIp": "192.0.2.7/32"}],
            "Ipv6Ranges": [{"CidrIpv6": "2001:db8::1/32"}],
            "UserIdGroupPairs": [{"GroupId": peer, "UserId": "111111111111"}],
            "PrefixListIds": [{"PrefixListId": "pl-63a5400a"}],
        }));
        assert_eq!(answer["SecurityGroupRules"].as_array().map(Vec::len), Some(5));
        assert_eq!(answer["SecurityGroupRules"][0]["CidrIpv4"], "10.1.0.0/16");
        let shown = json!([{
            "IpProtocol": "tcp", "FromPort": 443, "ToPort": 443,
            "IpRanges": [{"CidrIp": "10.1.0.0/16", "Description": "office"}, {"CidrIp": "192.0.2.7/32"}],
            "Ipv6Ranges": [{"CidrIpv6": "2001:db8::/32"}],
            "UserIdGroupPairs": [{"GroupId": peer, "UserId": "111111111111"}],
            "PrefixListIds": [{"PrefixListId": "pl-63a5400a"}],
        }]);
        assert_eq!(walled.shown()["IpPermissions"], shown);
    }

    #[test]
    fn the_older_form_of_the_request_means_one_block() {
        let walled = Walled::new();
        let flat = json!({"GroupId": walled.group, "IpProtocol": "icmp", "FromPort": -1, "ToPort": -1, "CidrIp": "0.0.0.0/0"});
        walled.cloud.ok("AuthorizeSecurityGroupIngress", flat);
        assert_eq!(walled.shown()["IpPermissions"][0]["IpProtocol"], "icmp");
        let by_name = json!({"GroupId": walled.group, "SourceSecurityGroupName": "other"});
        assert_eq!(walled.cloud.refusal("AuthorizeSecurityGroupIngress", by_name), "UnsupportedOperation");
    }

    #[test]
    fn one_bad_permission_refuses_the_whole_request() {
        let walled = Walled::new();
        let ssh = json!({"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]});
        walled.allow(ssh.clone());
        let web = json!({"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]});
        let both = json!({"GroupId": walled.group, "IpPermissions": [web, ssh]});
        assert_eq!(walled.cloud.refusal("AuthorizeSecurityGroupIngress", both), "InvalidPermission.Duplicate");
        let twice = json!({"GroupId": walled.group, "IpPermissions": [web, web]});
        assert_eq!(walled.cloud.refusal("AuthorizeSecurityGroupIngress", twice), "InvalidParameterValue");
        assert_eq!(walled.shown()["IpPermissions"].as_array().map(Vec::len), Some(1));
    }

    #[test]
    fn peers_that_do_not_exist_or_lie_elsewhere_are_refused() {
        let walled = Walled::new();
        let vpc = walled.cloud.text("CreateVpc", json!({"CidrBlock": "10.0.0.0/16"}), "/Vpc/VpcId");
        let foreign = json!({"GroupName": "web", "Description": "d", "VpcId": vpc});
        let foreign = walled.cloud.text("CreateSecurityGroup", foreign, "/GroupId");
        let pair = |pair: Value| json!({"IpProtocol": "-1", "UserIdGroupPairs": [pair]});
        assert_eq!(walled.refused(pair(json!({"GroupId": foreign}))), "InvalidGroup.NotFound");
        assert_eq!(walled.refused(pair(json!({"GroupId": walled.group, "UserId": "222222222222"}))), "InvalidGroup.NotFound");
        assert_eq!(walled.refused(pair(json!({"GroupId": "sg-0123456789abcdef0"}))), "InvalidGroup.NotFound");
        assert_eq!(walled.refused(pair(json!({"GroupName": "web"}))), "InvalidParameterValue");
        let list = json!({"IpProtocol": "-1", "PrefixListIds": [{"PrefixListId": "pl-0123456789abcdef0"}]});
        assert_eq!(walled.refused(list), "InvalidPrefixListID.NotFound");
        assert_eq!(walled.refused(json!({"IpProtocol": "-1", "IpRanges": [{"CidrIp": "10.0.0.0"}]})), "InvalidParameterValue");
        assert_eq!(walled.refused(json!({"IpProtocol": "-1"})), "MissingParameter");
    }

    #[test]
    fn the_cloudfront_list_counts_as_55_of_the_60_rules() {
        let walled = Walled::new();
        walled.allow(
            json!({"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "PrefixListIds": [{"PrefixListId": "pl-3b927c52"}]}),
        );
        let blocks: Vec<Value> = (0..5).map(|n| json!({"CidrIp": format!("10.{n}.0.0/16")})).collect();
        walled.allow(json!({"IpProtocol": "-1", "IpRanges": blocks}));
        let one_more = json!({"IpProtocol": "-1", "IpRanges": [{"CidrIp": "10.9.0.0/16"}]});
        assert_eq!(walled.refused(one_more), "RulesPerSecurityGroupLimitExceeded");
        let v6 = json!({"IpProtocol": "-1", "Ipv6Ranges": [{"CidrIpv6": "::/0"}]});
        walled.allow(v6);
    }
}
