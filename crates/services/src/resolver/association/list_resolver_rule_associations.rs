//! ListResolverRuleAssociations.

use resource::RuleAssociation;
use serde::{Deserialize, Serialize};

use super::super::page::{self, Filter};
use super::super::{find, view};
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
    resolver_rule_associations: Vec<view::AssociationView>,
}

/// Lists associations.
pub fn list_resolver_rule_associations(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    let mut found = Vec::new();
    for association in find::associations(cx.world, cx.owner()) {
        if page::passes(&input.filters, |name| values(&association, name))? {
            found.push(association);
        }
    }
    let page = page::cut(input.max_results, input.next_token.as_deref(), found)?;
    let shown: Vec<_> = page.items.iter().map(|association| view::association(association)).collect();
    Ok(Output { next_token: page.next, max_results: shown.len(), resolver_rule_associations: shown })
}

fn values(association: &RuleAssociation, filter: &str) -> Option<Vec<String>> {
    Some(match filter {
        "name" => association.name.iter().cloned().collect(),
        "resolverruleid" => vec![association.rule.clone()],
        "status" => vec![association.state.as_str().to_owned()],
        "vpcid" => vec![association.vpc.to_string()],
        _ => return None,
    })
}
