//! ListResolverRules.

use serde::Serialize;

use super::super::page::{self, Asked};
use super::super::{find, view};
use super::internet;
use crate::{Error, Read};

/// The answer.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
    max_results: usize,
    resolver_rules: Vec<view::RuleView>,
}

/// Lists rules, the one that is there from the start first.
pub fn list_resolver_rules(cx: &Read<'_>, asked: Asked) -> Result<Output, Error> {
    let own = find::rules(cx.world, cx.owner());
    let rules = std::iter::once(internet(&cx.owner().region)).chain(own.iter().map(|rule| view::rule(rule)));
    let page = page::of(&asked, rules, values)?;
    Ok(Output { next_token: page.next, max_results: page.items.len(), resolver_rules: page.items })
}

fn values(rule: &view::RuleView, filter: &str) -> Option<Vec<String>> {
    Some(match filter {
        "creatorrequestid" => vec![rule.creator_request_id.clone()],
        "domainname" => vec![rule.domain_name.clone()],
        "name" => rule.name.iter().cloned().collect(),
        "status" => vec![rule.status.to_owned()],
        "type" => vec![rule.rule_type.to_owned()],
        "resolverendpointid" => rule.resolver_endpoint_id.iter().cloned().collect(),
        _ => return None,
    })
}
