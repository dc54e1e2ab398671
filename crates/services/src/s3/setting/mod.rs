//! What is set on buckets: policies, versioning, tags and the rest. Terraform reads all of it on every refresh, so what was never
//! set has its own error each.

mod delete_bucket_encryption;
mod delete_bucket_ownership_controls;
mod delete_bucket_policy;
mod delete_bucket_tagging;
mod delete_public_access_block;
mod get_bucket_accelerate_configuration;
mod get_bucket_acl;
mod get_bucket_cors;
mod get_bucket_encryption;
mod get_bucket_lifecycle_configuration;
mod get_bucket_logging;
mod get_bucket_notification_configuration;
mod get_bucket_ownership_controls;
mod get_bucket_policy;
mod get_bucket_policy_status;
mod get_bucket_replication;
mod get_bucket_request_payment;
mod get_bucket_tagging;
mod get_bucket_versioning;
mod get_bucket_website;
mod get_object_lock_configuration;
mod get_public_access_block;
mod put_bucket_acl;
mod put_bucket_encryption;
mod put_bucket_ownership_controls;
mod put_bucket_policy;
mod put_bucket_tagging;
mod put_bucket_versioning;
mod put_public_access_block;

use crate::Operation;
use crate::operation::operation;

pub(super) use put_bucket_ownership_controls::ownership;

/// The operations on settings of buckets.
pub const OPERATIONS: &[Operation] = &[
    operation!(read "DeleteBucketEncryption" delete_bucket_encryption::delete_bucket_encryption),
    operation!(write "DeleteBucketOwnershipControls" delete_bucket_ownership_controls::delete_bucket_ownership_controls),
    operation!(write "DeleteBucketPolicy" delete_bucket_policy::delete_bucket_policy),
    operation!(write "DeleteBucketTagging" delete_bucket_tagging::delete_bucket_tagging),
    operation!(write "DeletePublicAccessBlock" delete_public_access_block::delete_public_access_block),
    operation!(read "GetBucketAccelerateConfiguration" get_bucket_accelerate_configuration::get_bucket_accelerate_configuration),
    operation!(read "GetBucketAcl" get_bucket_acl::get_bucket_acl),
    operation!(read "GetBucketCors" get_bucket_cors::get_bucket_cors),
    operation!(read "GetBucketEncryption" get_bucket_encryption::get_bucket_encryption),
    operation!(read "GetBucketLifecycleConfiguration" get_bucket_lifecycle_configuration::get_bucket_lifecycle_configuration),
    operation!(read "GetBucketLogging" get_bucket_logging::get_bucket_logging),
    operation!(read "GetBucketNotificationConfiguration" get_bucket_notification_configuration::get_bucket_notification_configuration),
    operation!(read "GetBucketOwnershipControls" get_bucket_ownership_controls::get_bucket_ownership_controls),
    operation!(read "GetBucketPolicy" get_bucket_policy::get_bucket_policy),
    operation!(read "GetBucketPolicyStatus" get_bucket_policy_status::get_bucket_policy_status),
    operation!(read "GetBucketReplication" get_bucket_replication::get_bucket_replication),
    operation!(read "GetBucketRequestPayment" get_bucket_request_payment::get_bucket_request_payment),
    operation!(read "GetBucketTagging" get_bucket_tagging::get_bucket_tagging),
    operation!(read "GetBucketVersioning" get_bucket_versioning::get_bucket_versioning),
    operation!(read "GetBucketWebsite" get_bucket_website::get_bucket_website),
    operation!(read "GetObjectLockConfiguration" get_object_lock_configuration::get_object_lock_configuration),
    operation!(read "GetPublicAccessBlock" get_public_access_block::get_public_access_block),
    operation!(read "PutBucketAcl" put_bucket_acl::put_bucket_acl),
    operation!(read "PutBucketEncryption" put_bucket_encryption::put_bucket_encryption),
    operation!(write "PutBucketOwnershipControls" put_bucket_ownership_controls::put_bucket_ownership_controls),
    operation!(write "PutBucketPolicy" put_bucket_policy::put_bucket_policy),
    operation!(write "PutBucketTagging" put_bucket_tagging::put_bucket_tagging),
    operation!(write "PutBucketVersioning" put_bucket_versioning::put_bucket_versioning),
    operation!(write "PutPublicAccessBlock" put_public_access_block::put_public_access_block),
];
