//! Brings kernel, workloads and data plane to the plan: a folder per domain. A reconciler takes no input but the store.

mod driver;
pub mod health;
pub mod housekeeping;
pub mod machines;
pub mod metadata;
pub mod names;
pub mod network;
mod sites;
#[cfg(test)]
mod testing;

pub use driver::{Domain, drive};
