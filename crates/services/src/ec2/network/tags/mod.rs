//! Tags on EC2's resources: the same three operations for every kind.

pub mod create_tags;
pub mod delete_tags;
pub mod describe_tags;
mod taggable;
