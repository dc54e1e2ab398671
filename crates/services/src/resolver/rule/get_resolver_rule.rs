//! GetResolverRule.

use serde::{Deserialize, Serialize};

use super::super::refusal::missing;
use super::{INTERNET, RuleView, internet};
use crate::{Error, Read};

/// What is asked.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    resolver_rule_id: String,
}

/// The answer.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    resolver_rule: RuleView,
}

/// Shows a rule.
pub fn get_resolver_rule(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    match input.resolver_rule_id.as_str() {
        INTERNET => Ok(Output { resolver_rule: internet(&cx.owner().region) }),
        other => Err(missing("Resolver rule", other)),
    }
}
