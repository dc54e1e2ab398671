//! A real server on loopback with a store in memory, and real clients: the `aws` CLI, boto3 and bare sockets.
#![allow(clippy::unwrap_used)]

#[path = "identity/mod.rs"]
mod identity;
#[path = "all/malformed.rs"]
mod malformed;
#[path = "all/operations.rs"]
mod operations;
#[path = "all/private.rs"]
mod private;
#[path = "all/protocols.rs"]
mod protocols;
#[path = "all/s3.rs"]
mod s3;
#[path = "all/sockets.rs"]
mod sockets;
#[path = "all/trust.rs"]
mod trust;
#[path = "all/world.rs"]
mod world;
