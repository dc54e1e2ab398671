//! Route 53 Resolver: inbound endpoints, at which a VPC's resolver answers others, outbound ones, from which resolvers ask
//! others, and the rules that say what they ask.

mod association;
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
    operations: &[endpoint::OPERATIONS, rule::OPERATIONS, association::OPERATIONS, tag::OPERATIONS],
};
