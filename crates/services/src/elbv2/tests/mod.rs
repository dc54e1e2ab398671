//! What users of load balancing do and see, operation by operation.

mod balancers;
mod listeners;
pub mod site;
mod target_groups;
mod target_health;
mod terraform;
