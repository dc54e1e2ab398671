//! AssociateResolverRule: from now on the VPC's resolver goes by the rule.

use resource::{Resource, RuleAssociation, RuleAssociationState, Vpc, random_id};
use serde::{Deserialize, Serialize};

use super::super::refusal::{exists, limit, of_ec2, request};
use super::super::{find as own, view};
use super::check_loop;
use crate::ec2::find;
use crate::quotas::{self, known::RULE_ASSOCIATIONS};
use crate::{Error, Write};

/// What is asked.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    resolver_rule_id: String,
    #[serde(default)]
    name: Option<String>,
    #[serde(rename = "VPCId")]
    vpc_id: String,
}

/// The answer.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    resolver_rule_association: view::AssociationView,
}

/// Associates a rule with a VPC; there is one rule per domain.
pub fn associate_resolver_rule(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let rule = own::rule(cx.txn, cx.owner(), &input.resolver_rule_id)?;
    let vpc = find::vpc(cx.txn, cx.owner(), &input.vpc_id).map_err(of_ec2)?;
    for other in cx.txn.linked::<RuleAssociation>(Vpc::KIND, &vpc.id) {
        if other.rule == rule.id {
            return Err(exists(format!("The resolver rule \"{}\" is associated with the VPC {} already.", rule.id, vpc.id)));
        }
        if own::rule(cx.txn, cx.owner(), &other.rule).is_ok_and(|other| other.domain == rule.domain) {
            return Err(request(format!(
                "Cannot associate rules with same domain name with same VPC. Conflict with resolver rule '{}'",
                other.rule
            )));
        }
    }
    check_loop(cx.txn, &rule, &vpc.id)?;
    let most = quotas::most(cx.txn, cx.owner(), &RULE_ASSOCIATIONS);
    if own::associations(cx.txn, cx.owner()).len() >= most {
        return Err(limit(format!("A Region has at most {most} associations of rules with VPCs.")));
    }
    let association = RuleAssociation {
        id: random_id("rslvr-rrassoc-"),
        owner: cx.owner().clone(),
        name: input.name,
        rule: rule.id.clone(),
        vpc: vpc.id.clone(),
        state: RuleAssociationState::Creating,
        created: cx.now,
    };
    let resolver_rule_association = view::association(&association);
    cx.txn.put(association);
    Ok(Output { resolver_rule_association })
}
