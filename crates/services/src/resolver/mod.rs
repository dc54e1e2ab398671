//! Route 53 Resolver: inbound endpoints, at which a VPC's resolver answers others, and the rule that every VPC has.

mod endpoint;
mod find;
mod page;
mod refusal;
mod rule;
mod tag;
#[cfg(test)]
mod tests;
mod view;

use crate::Service;

/// Route 53 Resolver.
pub const SERVICE: Service = Service {
    name: "route53resolver",
    action_prefix: "route53resolver",
    operations: &[endpoint::OPERATIONS, rule::OPERATIONS, tag::OPERATIONS],
};
