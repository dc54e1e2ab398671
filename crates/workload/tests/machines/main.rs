//! Machines on the real kernel: they boot, keep secrets out, are confined, outlive their starter and leave nothing behind.
//! These tests need root and fail without it.

#![allow(clippy::unwrap_used, missing_docs)]

mod boot;
mod confinement;
mod crash;
mod helper;
mod host;
mod many;
mod privacy;
mod probe;
mod stop;
mod tampering;
mod world;
