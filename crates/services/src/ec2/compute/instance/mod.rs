//! Instances: launching, watching, stopping, changing.

pub mod change_state;
pub mod console;
pub mod describe_instance_attribute;
pub mod describe_instance_credit_specifications;
pub mod describe_instance_status;
pub mod describe_instances;
pub mod launch;
pub mod metadata_defaults;
pub mod modify_instance_attribute;
pub mod modify_instance_metadata_options;
mod network;
pub mod profile;
pub mod run_instances;
pub mod view;
