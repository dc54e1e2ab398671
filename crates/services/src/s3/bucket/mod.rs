//! Buckets themselves.

mod create_bucket;
mod delete_bucket;
mod get_bucket_location;
mod head_bucket;
mod list_buckets;

use serde::Deserialize;

use crate::Operation;
use crate::operation::operation;

/// A request that only names a bucket.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Named {
    pub bucket: String,
    pub expected_bucket_owner: Option<String>,
}

/// The operations on buckets.
pub const OPERATIONS: &[Operation] = &[
    operation!(write "CreateBucket" create_bucket::create_bucket),
    operation!(write "DeleteBucket" delete_bucket::delete_bucket),
    operation!(read "GetBucketLocation" get_bucket_location::get_bucket_location),
    operation!(read "HeadBucket" head_bucket::head_bucket),
    operation!(read "ListBuckets" list_buckets::list_buckets),
];
