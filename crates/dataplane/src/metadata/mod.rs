//! The instance metadata service: each instance sees its own facts at 169.254.169.254, guarded by session tokens (IMDSv2).
//!
//! Who asks is decided by the source address of the connection, which the network's anti-spoofing rules vouch for.

mod respond;
mod server;
mod token;
mod tree;

pub use server::serve;
pub use token::Tokens;
pub use tree::{Directory, HopLimit, Instance, Instances, InvalidHopLimit, Settings};

/// Answers one request of `instance` purely, for tests and fuzzing: the status and the body.
pub fn respond(instance: &Instance, tokens: &Tokens, request: &http::Request<()>) -> (http::StatusCode, bytes::Bytes) {
    let (parts, body) = respond::respond(Some(instance), tokens, tokens.now(), request).response.into_parts();
    (parts.status, body)
}
