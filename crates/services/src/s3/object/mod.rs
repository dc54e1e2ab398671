//! Objects: written, read, copied, deleted, listed and tagged.

mod copy_object;
mod delete_object;
mod delete_object_tagging;
mod delete_objects;
mod get_object;
mod get_object_acl;
mod get_object_attributes;
mod get_object_tagging;
mod list_object_versions;
mod list_objects;
mod list_objects_v2;
mod put_object;
mod put_object_acl;
mod put_object_tagging;
mod view;

use crate::Operation;
use crate::operation::operation;

/// The operations on objects.
pub const OPERATIONS: &[Operation] = &[
    operation!(write "CopyObject" copy_object::copy_object),
    operation!(write "DeleteObject" delete_object::delete_object),
    operation!(write "DeleteObjectTagging" delete_object_tagging::delete_object_tagging),
    operation!(write "DeleteObjects" delete_objects::delete_objects),
    operation!(read "GetObject" get_object::get_object),
    operation!(read "GetObjectAcl" get_object_acl::get_object_acl),
    operation!(read "GetObjectAttributes" get_object_attributes::get_object_attributes),
    operation!(read "GetObjectTagging" get_object_tagging::get_object_tagging),
    operation!(read "HeadObject" get_object::head_object),
    operation!(read "ListObjectVersions" list_object_versions::list_object_versions),
    operation!(read "ListObjects" list_objects::list_objects),
    operation!(read "ListObjectsV2" list_objects_v2::list_objects_v2),
    operation!(write "PutObject" put_object::put_object),
    operation!(read "PutObjectAcl" put_object_acl::put_object_acl),
    operation!(write "PutObjectTagging" put_object_tagging::put_object_tagging),
];
