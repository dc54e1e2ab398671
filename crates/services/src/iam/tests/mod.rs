//! What administrators and their users live through.

mod authority;
mod roles;
mod stories;
