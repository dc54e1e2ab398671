//! DescribeSecurityGroupRules.

use std::sync::Arc;

use resource::{GROUP_RULE, GroupRule, Resource, SecurityGroup};
use serde::{Deserialize, Serialize};

use super::revoke::parse_rule_id;
use super::rule_view::{self, RuleView};
use crate::ec2::find;
use crate::filter::{self, Field, Filter};
use crate::page::{self, Ask};
use crate::{Error, Read};

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    security_group_rule_ids: Vec<String>,
    filters: Vec<Filter>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    security_group_rules: Vec<RuleView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

pub fn describe_security_group_rules(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    let wanted: Vec<_> = match input.security_group_rule_ids.as_slice() {
        [] => groups(cx, &input.filters)?
            .iter()
            .flat_map(|group| group.rules.iter().map(|rule| (Arc::clone(group), rule.clone())))
            .collect(),
        ids => ids.iter().map(|id| with_id(cx, id)).collect::<Result<_, _>>()?,
    };
    let rules = filter::select(&input.filters, wanted.into_iter(), field)?;
    let ask = Ask { max_results: input.max_results, token: input.next_token.as_deref() };
    let page = page::cut(ask, rules, |(_, rule)| rule.id.to_string())?;
    let views = page.items.iter().map(|(group, rule)| rule_view::view(cx.world, group, rule)).collect();
    Ok(Output { security_group_rules: views, next_token: page.next })
}

fn groups(cx: &Read<'_>, filters: &[Filter]) -> Result<Vec<Arc<SecurityGroup>>, Error> {
    find::chosen(cx, &[], filters, &[("group-id", SecurityGroup::KIND)], find::group)
}

fn with_id(cx: &Read<'_>, text: &str) -> Result<(Arc<SecurityGroup>, GroupRule), Error> {
    let id = parse_rule_id(text)?;
    let group = cx.world.named::<SecurityGroup>(GROUP_RULE, &id).find(|group| group.owner == *cx.owner());
    let found = group.and_then(|group| {
        let rule = group.rules.iter().find(|rule| rule.id == id)?.clone();
        Some((group, rule))
    });
    found.ok_or_else(|| {
        Error::new("InvalidSecurityGroupRuleId.NotFound", format!("The security group rule ID '{id}' does not exist"))
    })
}

fn field(filter: &str) -> Option<Field<'_, (Arc<SecurityGroup>, GroupRule)>> {
    let of = filter::of::<(Arc<SecurityGroup>, GroupRule)>();
    match filter {
        "group-id" => of.one(|(group, _): &(Arc<SecurityGroup>, _)| group.id.to_string()),
        "security-group-rule-id" => of.one(|(_, rule): &(_, GroupRule)| rule.id.to_string()),
        _ => of.tag(filter, |(_, rule): &(_, GroupRule)| &rule.tags),
    }
}
