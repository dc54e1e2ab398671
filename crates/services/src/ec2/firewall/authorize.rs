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
    let views = group.rules[first..].iter().map(|rule| rule_view::view(&group, rule)).collect();
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
            (false, _, _) => Err(Error::combination("The parameter 'ipPermissions' may not be used in combination with 'ipProtocol' or 'cidrIp'")),
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
