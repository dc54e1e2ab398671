//! ListResolverRules.

use serde::{Deserialize, Serialize};

use super::super::page::{self, Filter};
use super::{RuleView, internet};
use crate::{Error, Read};

/// What is asked.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    max_results: Option<usize>,
    next_token: Option<String>,
    filters: Vec<Filter>,
}

/// The answer.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
    max_results: usize,
    resolver_rules: Vec<RuleView>,
}

/// Lists rules: the one that there is.
pub fn list_resolver_rules(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    let rule = internet(&cx.owner().region);
    let listed = page::passes(&input.filters, |name| values(&rule, name))?;
    let rules = if listed { vec![rule] } else { Vec::new() };
    let page = page::cut(input.max_results, input.next_token.as_deref(), rules)?;
    Ok(Output { next_token: page.next, max_results: page.items.len(), resolver_rules: page.items })
}

fn values(rule: &RuleView, filter: &str) -> Option<Vec<String>> {
    let one = match filter {
        "creatorrequestid" => rule.creator_request_id,
        "domainname" => rule.domain_name,
        "name" => rule.name,
        "status" => rule.status,
        "type" => rule.rule_type,
        "resolverendpointid" => return Some(Vec::new()),
        _ => return None,
    };
    Some(vec![one.to_owned()])
}
