//! What users of load balancing do and see, operation by operation.

mod balancers;
mod listeners;
mod target_groups;
mod target_health;
