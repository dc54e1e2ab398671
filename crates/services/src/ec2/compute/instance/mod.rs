//! Instances: launching, watching, stopping, changing.

pub mod describe_instances;
pub mod launch;
mod network;
mod profile;
pub mod run_instances;
pub mod view;
