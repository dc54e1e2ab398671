//! DescribeSecurityGroupRules.

use std::sync::Arc;

use resource::{GroupRule, SecurityGroup};
use serde::{Deserialize, Serialize};

use super::revoke::parse_rule_id;
use super::rule_view::{self, RuleView};
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
    let all = || {
        let groups = cx.world.owned::<SecurityGroup>(cx.owner());
        groups.flat_map(|group| group.rules.clone().into_iter().map(move |rule| (Arc::clone(&group), rule)))
    };
    for text in &input.security_group_rule_ids {
        let id = parse_rule_id(text)?;
        if !all().any(|(_, rule)| rule.id == id) {
            let message = format!("The security group rule ID '{id}' does not exist");
            return Err(Error::new("InvalidSecurityGroupRuleId.NotFound", message));
        }
    }
    let ids = &input.security_group_rule_ids;
    let wanted = all().filter(|(_, rule)| ids.is_empty() || ids.iter().any(|id| id == rule.id.as_str()));
    let rules = filter::select(&input.filters, wanted, field)?;
    let ask = Ask { max_results: input.max_results, token: input.next_token.as_deref() };
    let page = page::cut(ask, rules, |(_, rule)| rule.id.to_string())?;
    let views = page.items.iter().map(|(group, rule)| rule_view::view(group, rule)).collect();
    Ok(Output { security_group_rules: views, next_token: page.next })
}

fn field(filter: &str) -> Option<Field<'_, (Arc<SecurityGroup>, GroupRule)>> {
    let of = filter::of::<(Arc<SecurityGroup>, GroupRule)>();
    match filter {
        "group-id" => of.one(|(group, _): &(Arc<SecurityGroup>, _)| group.id.to_string()),
        "security-group-rule-id" => of.one(|(_, rule): &(_, GroupRule)| rule.id.to_string()),
        _ => of.tag(filter, |(_, rule): &(_, GroupRule)| &rule.tags),
    }
}
