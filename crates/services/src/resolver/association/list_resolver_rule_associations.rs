//! ListResolverRuleAssociations.

use resource::RuleAssociation;
use serde::Serialize;

use super::super::page::{self, Asked};
use super::super::{find, view};
use crate::{Error, Read};

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
pub fn list_resolver_rule_associations(cx: &Read<'_>, asked: Asked) -> Result<Output, Error> {
    let page = page::of(&asked, find::associations(cx.world, cx.owner()), |association, name| values(association, name))?;
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
