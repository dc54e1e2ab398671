//! Uploads in parts.

mod abort_multipart_upload;
mod complete_multipart_upload;
mod create_multipart_upload;
mod list_multipart_uploads;
mod list_parts;
mod upload_part;
mod upload_part_copy;

use resource::{Resource, Upload, UploadedPart};
use serde_json::Value;
use store::{Snapshot, Txn};

use crate::Operation;
use crate::operation::operation;

pub use upload_part_copy::copied;

/// The operations on uploads.
pub const OPERATIONS: &[Operation] = &[
    operation!(write "AbortMultipartUpload" abort_multipart_upload::abort_multipart_upload),
    operation!(write "CompleteMultipartUpload" complete_multipart_upload::complete_multipart_upload),
    operation!(write "CreateMultipartUpload" create_multipart_upload::create_multipart_upload),
    operation!(read "ListMultipartUploads" list_multipart_uploads::list_multipart_uploads),
    operation!(read "ListParts" list_parts::list_parts),
    operation!(write "UploadPart" upload_part::upload_part),
    operation!(write "UploadPartCopy" upload_part_copy::upload_part_copy),
];

/// The algorithm whose checksum the parts of the upload that `input` names must have, if it was begun with one.
pub fn wanted_checksum(world: &Snapshot, input: &Value) -> Option<String> {
    let text = |member: &str| input[member].as_str();
    let key = Upload::key_of(text("Bucket")?, text("Key")?, text("UploadId")?);
    world.find::<Upload>(&key)?.checksum.as_ref().map(|(algorithm, _)| algorithm.clone())
}

/// Removes an upload with its parts.
pub(super) fn forget(txn: &mut Txn, upload: &Upload) {
    let key = upload.key();
    let parts: Vec<String> = txn.linked::<UploadedPart>(Upload::KIND, &key).map(|part| part.key()).collect();
    parts.iter().for_each(|part| txn.remove::<UploadedPart>(part));
    txn.remove::<Upload>(&key);
}
