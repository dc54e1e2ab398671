//! Auto Scaling: groups of instances of one launch template. Handlers write what is wanted; the reconciler launches and
//! terminates.

mod activity;
mod find;
mod group;
mod hook;
mod instance;
mod kinds;
mod paging;
mod policy;
mod process;
mod refresh;
mod refusal;
mod schedule;
mod source;
mod tag;
mod target;
#[cfg(test)]
mod tests;
mod view;

use serde::Serialize;

use crate::Service;

/// Auto Scaling.
pub const SERVICE: Service = Service {
    name: "autoscaling",
    action_prefix: "autoscaling",
    operations: &[
        group::OPERATIONS,
        activity::OPERATIONS,
        instance::OPERATIONS,
        target::OPERATIONS,
        process::OPERATIONS,
        hook::OPERATIONS,
        policy::OPERATIONS,
        schedule::OPERATIONS,
        refresh::OPERATIONS,
        tag::OPERATIONS,
        kinds::OPERATIONS,
    ],
};

/// The answer of operations that say nothing but that they were done.
#[derive(Serialize)]
pub(crate) struct Done {}
