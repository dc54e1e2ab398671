//! Elastic Load Balancing, version 2 of the API: Network Load Balancers, their listeners, target groups and targets.

mod arn;
mod attribute;
mod balancer;
mod find;
mod hosted_zone;
mod listener;
mod paging;
mod refusal;
mod rule;
mod tag;
mod target;
mod target_group;
#[cfg(test)]
pub(crate) mod tests;

pub(crate) use hosted_zone::of_region as balancer_zone;

use crate::Service;

/// Elastic Load Balancing.
pub const SERVICE: Service = Service {
    name: "elbv2",
    action_prefix: "elasticloadbalancing",
    operations: &[
        balancer::OPERATIONS,
        listener::OPERATIONS,
        target_group::OPERATIONS,
        target::OPERATIONS,
        tag::OPERATIONS,
        rule::OPERATIONS,
    ],
};
