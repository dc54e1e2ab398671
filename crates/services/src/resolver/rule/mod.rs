//! Rules: every account has the one by which resolvers answer what nothing else says anything of. Others cannot be made.

use serde::Serialize;

use crate::Operation;
use crate::operation::operation;

mod get_resolver_rule;
mod list_resolver_rules;

/// The operations.
pub const OPERATIONS: &[Operation] = &[
    operation!(read "GetResolverRule" get_resolver_rule::get_resolver_rule),
    operation!(read "ListResolverRules" list_resolver_rules::list_resolver_rules),
];

/// The id of the rule that is there from the start.
const INTERNET: &str = "rslvr-autodefined-rr-internet-resolver";

/// A rule as answers show it.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct RuleView {
    id: &'static str,
    creator_request_id: &'static str,
    arn: String,
    domain_name: &'static str,
    status: &'static str,
    rule_type: &'static str,
    name: &'static str,
    owner_id: &'static str,
    share_status: &'static str,
}

/// The rule that is there from the start.
fn internet(region: &str) -> RuleView {
    RuleView {
        id: INTERNET,
        creator_request_id: "",
        arn: format!("arn:aws:route53resolver:{region}::autodefined-rule/{INTERNET}"),
        domain_name: ".",
        status: "COMPLETE",
        rule_type: "RECURSIVE",
        name: "Internet Resolver",
        owner_id: "Route 53 Resolver",
        share_status: "NOT_SHARED",
    }
}
