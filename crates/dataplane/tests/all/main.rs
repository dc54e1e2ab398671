//! The data plane's tests on real sockets, in one binary.

#![allow(clippy::unwrap_used)]

mod arbitrary;
mod dns;
mod forward;
#[path = "../support/harness.rs"]
mod harness;
mod health;
mod metadata;
mod namespaces;
#[allow(dead_code, reason = "each test binary uses a part of it")]
#[path = "../support/relay.rs"]
mod relay;
mod tcp;
mod tls;
