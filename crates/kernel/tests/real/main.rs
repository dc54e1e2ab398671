//! The crate against the real kernel, in namespaces of its own, judged with the `ip` and `nft` programs. Needs root.
#![allow(clippy::unwrap_used)]

mod filters;
mod links;
mod meaning;
mod pace;
mod packets;
mod places;
mod probing;
mod random;
mod routes;
mod shortcuts;
mod world;
