//! Brings kernel, workloads and data plane to the plan: a folder per domain. A reconciler takes no input but the store.

pub mod network;
