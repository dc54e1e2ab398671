//! DisassociateResolverRule: the association goes once the VPC's resolver no longer goes by the rule.

use resource::{RuleAssociation, RuleAssociationState};
use serde::{Deserialize, Serialize};

use super::super::refusal::{missing, parameter};
use super::super::rule::INTERNET;
use super::super::{find, view};
use crate::{Error, Write};

/// What is asked.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    #[serde(rename = "VPCId")]
    vpc_id: String,
    resolver_rule_id: String,
}

/// The answer.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    resolver_rule_association: view::AssociationView,
}

/// Takes a rule from a VPC.
pub fn disassociate_resolver_rule(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    if input.resolver_rule_id == INTERNET {
        return Err(parameter("An autodefined rule cannot be disassociated."));
    }
    let rule = find::rule(cx.txn, cx.owner(), &input.resolver_rule_id)?;
    let all = find::associations(cx.txn, cx.owner());
    let known = all.iter().find(|association| association.rule == rule.id && association.vpc.as_str() == input.vpc_id);
    let known = known.ok_or_else(|| missing("Resolver rule association of the VPC", &input.vpc_id))?;
    let association = RuleAssociation { state: RuleAssociationState::Deleting, ..RuleAssociation::clone(known) };
    let resolver_rule_association = view::association(&association);
    cx.txn.put(association);
    Ok(Output { resolver_rule_association })
}
