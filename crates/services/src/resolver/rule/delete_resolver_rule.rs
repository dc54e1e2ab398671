//! DeleteResolverRule: not while a VPC goes by it.

use resource::{ResolverRule, Resource, RuleAssociation};
use serde::{Deserialize, Serialize};

use super::super::refusal::parameter;
use super::super::{find, view};
use super::INTERNET;
use crate::{Error, Write};

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

/// Deletes a rule.
pub fn delete_resolver_rule(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    if input.resolver_rule_id == INTERNET {
        return Err(parameter("An autodefined rule cannot be deleted."));
    }
    let rule = find::rule(cx.txn, cx.owner(), &input.resolver_rule_id)?;
    if cx.txn.linked::<RuleAssociation>(ResolverRule::KIND, &rule.id).next().is_some() {
        let message = "Please disassociate this resolver rule from VPC first before deleting";
        return Err(Error::new("ResourceInUseException", message));
    }
    let resolver_rule = view::RuleView { status: "DELETING", status_message: Some("Deleting the rule"), ..view::rule(&rule) };
    cx.txn.remove::<ResolverRule>(&rule.id);
    Ok(Output { resolver_rule })
}
