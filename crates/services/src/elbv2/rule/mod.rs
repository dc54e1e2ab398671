//! Rules of listeners: those of Network Load Balancers have one each, the default one, which is the listener's own action.

use std::sync::Arc;

use resource::Listener;
use serde::Serialize;

use super::listener::action::{self, Action};
use crate::operation::operation;
use crate::{Error, Operation, Read, Write};

mod create_rule;
mod delete_rule;
mod describe_rules;
mod modify_rule;
mod set_rule_priorities;

/// The operations.
pub const OPERATIONS: &[Operation] = &[
    operation!(write "CreateRule" create_rule::create_rule),
    operation!(read "DescribeRules" describe_rules::describe_rules),
    operation!(write "ModifyRule" modify_rule::modify_rule),
    operation!(write "DeleteRule" delete_rule::delete_rule),
    operation!(write "SetRulePriorities" set_rule_priorities::set_rule_priorities),
];

/// A rule.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct RuleView {
    rule_arn: String,
    priority: &'static str,
    conditions: [(); 0],
    actions: Vec<Action>,
    is_default: bool,
}

/// The default rule of a listener.
fn default_rule(listener: &Listener) -> RuleView {
    let actions = vec![action::forward(&listener.target_group)];
    RuleView { rule_arn: arn(listener), priority: "default", conditions: [], actions, is_default: true }
}

/// The ARN of a listener's default rule: the listener's own number ends it.
fn arn(listener: &Listener) -> String {
    let number = listener.arn.rsplit('/').next().unwrap_or_default();
    format!("{}/{number}", listener.arn.replacen(":listener/", ":listener-rule/", 1))
}

/// The listener whose default rule has this ARN.
fn find(cx: &Read<'_>, rule: &str) -> Result<Arc<Listener>, Error> {
    let listener = rule.rsplit_once('/').map(|(listener, _)| listener.replacen(":listener-rule/", ":listener/", 1));
    let found = listener.and_then(|arn| cx.world.find::<Listener>(&arn));
    let found = found.filter(|listener| listener.owner == *cx.owner() && arn(listener) == rule);
    found.ok_or_else(|| Error::new("RuleNotFound", format!("One or more rules not found: '{rule}'")))
}

/// Refuses a change of a rule, if there is such a rule: it is a default one.
fn refuse(cx: &Write<'_>, rule: &str, what: &str) -> Error {
    match find(&cx.read(), rule) {
        Ok(_) => Error::new("OperationNotPermitted", format!("Default rule '{rule}' cannot be {what}")),
        Err(refused) => refused,
    }
}
