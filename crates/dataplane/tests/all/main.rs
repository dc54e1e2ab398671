//! The data plane's tests on real sockets, in one binary.

#![allow(clippy::unwrap_used)]

mod dns;
mod health;
mod metadata;
mod process;
