//! GetResolverRuleAssociation.

use serde::{Deserialize, Serialize};

use super::super::{find, view};
use crate::{Error, Read};

/// What is asked.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    resolver_rule_association_id: String,
}

/// The answer.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    resolver_rule_association: view::AssociationView,
}

/// Shows an association.
pub fn get_resolver_rule_association(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    let association = find::association(cx.world, cx.owner(), &input.resolver_rule_association_id)?;
    Ok(Output { resolver_rule_association: view::association(&association) })
}
