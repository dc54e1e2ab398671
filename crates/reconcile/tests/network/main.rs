//! The network from the store to the kernel: stories over the fake, and packets over the real one. Needs root.
#![allow(clippy::unwrap_used)]

#[path = "../../../plan/tests/any_change/mod.rs"]
#[allow(dead_code)]
mod any_change;
#[path = "../../../plan/tests/world/mod.rs"]
mod world;

mod acl;
mod appliance;
mod balancer;
mod cloud;
mod convergence;
mod groups;
mod internet;
mod pace;
mod packets;
mod peering;
mod privatelink;
mod relays;
mod repair;
mod ruleset;
mod settling;
mod subnets;
mod vacated;
