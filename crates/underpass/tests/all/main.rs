//! The whole product as its users meet it: the real binary, the real kernel, the real `aws` CLI and boto3.
//!
//! Every test has a cloud of its own and needs root. When a test ends, its cloud is taken down, and it fails if anything
//! is left in the kernel.

#![allow(clippy::unwrap_used, missing_docs)]

mod account;
mod balancer;
mod boto;
mod catalogue;
mod cloud;
mod crash;
mod doors;
mod down;
mod endpoints;
mod exec;
mod explained;
mod flows;
mod groups;
mod input;
mod instances;
mod internet;
mod objects;
mod offer;
mod peering;
mod privatelink;
mod protocols;
mod quotas;
mod relays;
mod resolver;
mod scaling;
mod seed_001;
mod seed_004;
mod site;
mod sweep;
mod terraform;
