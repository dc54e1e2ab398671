//! IAM: users, roles, policies and keys. They belong to an account and to no Region.

mod authority;
mod aws_managed;

pub use authority::Authority;
