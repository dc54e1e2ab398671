//! UpdateResolverRule: what a rule is called, and whom it forwards to. It answers `UPDATING` until the resolvers go by it.

use resource::{ResolverRule, Resource, RuleAssociation, RuleWay, VpcId};
use serde::{Deserialize, Serialize};

use super::super::association::check_loop;
use super::super::refusal::parameter;
use super::super::{find, view};
use super::{Target, outbound, targets};
use crate::{Error, Write};

/// What is asked.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    resolver_rule_id: String,
    config: Config,
}

/// What is to be other than it was.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Config {
    name: Option<String>,
    target_ips: Option<Vec<Target>>,
    resolver_endpoint_id: Option<String>,
}

/// The answer.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    resolver_rule: view::RuleView,
}

/// Changes a rule.
pub fn update_resolver_rule(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let known = find::rule(cx.txn, cx.owner(), &input.resolver_rule_id)?;
    let mut rule = ResolverRule::clone(&known);
    let Config { name, target_ips, resolver_endpoint_id } = input.config;
    rule.name = name.or(rule.name);
    match &mut rule.way {
        RuleWay::System if target_ips.is_some() || resolver_endpoint_id.is_some() => {
            return Err(parameter("A SYSTEM rule has neither targets nor an endpoint."));
        }
        RuleWay::System => {}
        RuleWay::Forward { endpoint, targets: to } => {
            if let Some(wanted) = &target_ips {
                *to = targets("UpdateResolverRule", wanted)?;
            }
            if let Some(id) = &resolver_endpoint_id {
                *endpoint = outbound(cx.txn, cx.owner(), id)?;
            }
        }
    }
    let vpcs: Vec<VpcId> =
        cx.txn.linked::<RuleAssociation>(ResolverRule::KIND, &rule.id).map(|association| association.vpc.clone()).collect();
    vpcs.iter().try_for_each(|vpc| check_loop(cx.txn, &rule, vpc))?;
    // Nobody has to learn of what concerns nobody.
    rule.settled = known.settled && (vpcs.is_empty() || rule.way == known.way);
    rule.modified = cx.now;
    let resolver_rule = view::rule(&rule);
    cx.txn.put(rule);
    Ok(Output { resolver_rule })
}
