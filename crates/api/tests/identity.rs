//! Requests signed by botocore and by AWS's own signing crate are believed, and nothing else is.
#![allow(clippy::unwrap_used)]

#[path = "identity/accounts.rs"]
mod accounts;
#[path = "identity/botocore.rs"]
mod botocore;
#[path = "identity/tampering.rs"]
mod tampering;
#[path = "identity/world.rs"]
mod world;
