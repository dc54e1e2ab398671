//! Brings kernel, workloads and data plane to the plan: a folder per domain. A reconciler takes no input but the store.

mod driver;
pub mod health;
pub mod machines;
pub mod network;

pub use driver::{Domain, drive};
