//! GetResolverRule.

use serde::{Deserialize, Serialize};

use super::super::{find, view};
use super::{INTERNET, internet};
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
    resolver_rule: view::RuleView,
}

/// Shows a rule.
pub fn get_resolver_rule(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    let resolver_rule = match input.resolver_rule_id.as_str() {
        INTERNET => internet(&cx.owner().region),
        id => view::rule(&*find::rule(cx.world, cx.owner(), id)?),
    };
    Ok(Output { resolver_rule })
}
