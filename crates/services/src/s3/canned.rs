//! Canned access control lists. Only those that change nothing are taken: whatever else a list would grant is for policies.

use resource::{Bucket, Ownership};

use super::refusal::{access_denied, refused, unsupported};
use crate::{Caller, Error};

/// What gives the bucket's owner everything, as is always so here.
const OWNERS: &str = "bucket-owner-full-control";

/// Checks the list that comes with a new object.
///
/// # Errors
/// `AccessControlListNotSupported` where lists are off, `AccessDenied` for a public one that is blocked, and a refusal by name
/// for the others. Where objects of others would be theirs, they must be given to the bucket's owner.
pub(super) fn check_object(operation: &str, bucket: &Bucket, caller: &Caller, acl: Option<&str>) -> Result<(), Error> {
    let foreign = caller.principal.account().is_some_and(|account| account != bucket.owner.account);
    let enforced = bucket.ownership == Some(Ownership::BucketOwnerEnforced);
    match acl {
        Some(OWNERS) => Ok(()),
        None if enforced || !foreign => Ok(()),
        Some("private") if !enforced && !foreign => Ok(()),
        Some(_) if enforced => Err(lists_are_off()),
        Some(acl) if acl.starts_with("public-") => check_public(operation, bucket, acl),
        Some(acl) => Err(unsupported(&format!("{operation}.ACL={acl}"))),
        None => Err(unsupported(&format!("{operation} without ACL={OWNERS} into another account's bucket"))),
    }
}

/// Checks the list of a bucket.
pub(super) fn check_bucket(operation: &str, bucket: &Bucket, acl: &str) -> Result<(), Error> {
    match acl {
        "private" => Ok(()),
        _ if bucket.ownership == Some(Ownership::BucketOwnerEnforced) => Err(lists_are_off()),
        acl if acl.starts_with("public-") => check_public(operation, bucket, acl),
        acl => Err(unsupported(&format!("{operation}.ACL={acl}"))),
    }
}

fn check_public(operation: &str, bucket: &Bucket, acl: &str) -> Result<(), Error> {
    match bucket.public_access_block.is_some_and(|block| block.block_acls) {
        true => Err(access_denied("Access Denied: public access control lists are blocked by the BlockPublicAcls setting.")),
        false => Err(unsupported(&format!("{operation}.ACL={acl}"))),
    }
}

fn lists_are_off() -> Error {
    refused("AccessControlListNotSupported", "The bucket does not allow ACLs", 400)
}
