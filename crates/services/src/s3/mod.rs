//! S3: buckets, what is set on them, objects, and uploads in parts. The bytes of objects never come here: they lie in blobs,
//! and a [`Received`] or a list of extents stands for them where the model has a body.

mod access;
mod action;
mod bucket;
mod canned;
mod checksum;
mod condition;
mod extent;
mod find;
mod headers;
mod listing;
mod name;
mod object;
mod owner;
mod public;
mod range;
mod received;
mod refusal;
mod setting;
#[cfg(test)]
mod tests;
mod upload;
mod version;

use crate::Service;

pub use access::{permit, permit_delivery, requests};
pub use extent::Extents;
pub use received::Received;
pub use upload::{copied, wanted_checksum};

/// S3.
pub const SERVICE: Service = Service {
    name: "s3",
    action_prefix: "s3",
    operations: &[bucket::OPERATIONS, setting::OPERATIONS, object::OPERATIONS, upload::OPERATIONS],
};
