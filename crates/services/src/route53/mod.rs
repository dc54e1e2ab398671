//! Route 53: hosted zones on the internet and in VPCs, and their records. They belong to an account and to no Region.

mod absent;
mod association;
mod change;
mod find;
mod paging;
mod record;
mod tag;
#[cfg(test)]
mod tests;
mod view;
mod zone;

use crate::Service;

/// Route 53.
pub const SERVICE: Service = Service {
    name: "route53",
    action_prefix: "route53",
    operations: &[
        zone::OPERATIONS,
        association::OPERATIONS,
        record::OPERATIONS,
        tag::OPERATIONS,
        change::OPERATIONS,
        absent::OPERATIONS,
    ],
};
