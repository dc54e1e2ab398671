//! CreateResolverRule: where the names of a domain are looked up, in the VPCs that the rule will be associated with.

use resource::{ResolverRule, RuleWay, Tags, canonical_name, random_id};
use serde::{Deserialize, Serialize};

use super::super::refusal::{exists, limit, of_tags, parameter, unsupported};
use super::super::{find, view};
use super::{Target, outbound, targets};
use crate::quotas::{self, known::RESOLVER_RULES};
use crate::tags::{self, Tag};
use crate::{Error, Write};

/// What is asked.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    creator_request_id: String,
    name: Option<String>,
    rule_type: String,
    domain_name: Option<String>,
    target_ips: Vec<Target>,
    resolver_endpoint_id: Option<String>,
    tags: Vec<Tag>,
}

/// The answer.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    resolver_rule: view::RuleView,
}

/// Creates a rule, which nobody goes by yet.
pub fn create_resolver_rule(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let domain = domain(input.domain_name.as_deref().unwrap_or_default())?;
    let way = way(cx, &input)?;
    let known = find::rules(cx.txn, cx.owner());
    if known.iter().any(|rule| rule.request == input.creator_request_id) {
        let message = format!("A resolver rule with the creator request ID '{}' exists already.", input.creator_request_id);
        return Err(exists(message));
    }
    let most = quotas::most(cx.txn, cx.owner(), &RESOLVER_RULES);
    if known.len() >= most {
        return Err(limit(format!("A Region has at most {most} resolver rules.")));
    }
    let mut tagged = Tags::default();
    tags::add(&mut tagged, &input.tags).map_err(of_tags)?;
    let rule = ResolverRule {
        id: random_id("rslvr-rr-"),
        owner: cx.owner().clone(),
        name: input.name,
        request: input.creator_request_id,
        domain,
        way,
        settled: true,
        created: cx.now,
        modified: cx.now,
        tags: tagged,
    };
    let resolver_rule = view::rule(&rule);
    cx.txn.put(rule);
    Ok(Output { resolver_rule })
}

/// A domain in lower case with its final dot; `.` is all of them.
fn domain(name: &str) -> Result<String, Error> {
    if name == "." {
        return Ok(name.to_owned());
    }
    let canonical = canonical_name(name).ok().filter(|name| !name.contains('*'));
    canonical.ok_or_else(|| parameter(format!("'{name}' is not a domain name.")))
}

fn way(cx: &Write<'_>, input: &Input) -> Result<RuleWay, Error> {
    match input.rule_type.as_str() {
        "FORWARD" => {
            let targets = targets("CreateResolverRule", &input.target_ips)?;
            let endpoint = input.resolver_endpoint_id.as_deref();
            let endpoint = endpoint.ok_or_else(|| parameter("A rule that forwards needs an outbound endpoint."))?;
            Ok(RuleWay::Forward { endpoint: outbound(cx.txn, cx.owner(), endpoint)?, targets })
        }
        "SYSTEM" if input.target_ips.is_empty() && input.resolver_endpoint_id.is_none() => Ok(RuleWay::System),
        "SYSTEM" => Err(parameter("A SYSTEM rule has neither targets nor an endpoint.")),
        "RECURSIVE" => Err(parameter("Only Resolver itself makes rules of the type RECURSIVE.")),
        other => Err(unsupported(&format!("CreateResolverRule.RuleType {other}"), "use FORWARD or SYSTEM")),
    }
}
