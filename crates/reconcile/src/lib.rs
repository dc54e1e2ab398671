//! Brings kernel, workloads and data plane to the plan: a folder per domain. A reconciler takes no input but the store.

pub mod autoscaling;
pub mod certificates;
mod delivery;
pub mod doors;
mod driver;
pub mod health;
pub mod housekeeping;
pub mod insights;
pub mod machines;
pub mod metadata;
pub mod names;
pub mod network;
pub mod objects;
mod operator;
pub mod relays;
mod sites;
#[cfg(test)]
mod testing;

pub use delivery::{Delivery, ObjectSink, Undelivered};
pub use driver::{Domain, Driver};
pub use operator::{Act, Operator, Refusal};
pub use resource::TimeScale;
