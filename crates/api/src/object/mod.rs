//! The bodies of objects: they never are in memory as a whole. What is written is received into a blob before its operation
//! runs, and what is read is sent from blobs after.

mod declared;
mod receive;

use hyper::body::Incoming;
use objects::{Blobs, Extent, Hold, Pieces};
use serde_json::{Value, json};
use services::s3::{Extents, Received, copied, wanted_checksum};
use services::{Caller, Operation};
use store::Snapshot;
use wire::{Failure, Identified, Request};

use crate::identity::Promise;
use crate::refuse;

pub(crate) use declared::check_document;
pub(crate) use receive::Receiving;

const SERVICE: &str = "s3";
/// The operations whose bodies are objects.
const WRITING: [&str; 2] = ["PutObject", "UploadPart"];
/// Members that say something about the body and have been acted on when an operation runs.
const OF_THE_BODY: [&str; 8] = [
    "ContentMD5",
    "ContentLength",
    "ChecksumAlgorithm",
    "ChecksumCRC32",
    "ChecksumCRC32C",
    "ChecksumCRC64NVME",
    "ChecksumSHA1",
    "ChecksumSHA256",
];
/// Operations for which they say something about an object instead.
const OF_AN_OBJECT: [&str; 4] = ["CompleteMultipartUpload", "CreateMultipartUpload", "CopyObject", "UploadPartCopy"];

/// Whether a request is S3's.
pub(crate) fn is_s3(identified: &Identified) -> bool {
    identified.service.name == SERVICE
}

/// Whether the body of a request is an object.
pub(crate) fn is_writing(identified: &Identified) -> bool {
    is_s3(identified) && WRITING.contains(&identified.operation().name)
}

/// Takes out of an input what has been checked about its body.
pub(crate) fn without_body_members(identified: &Identified, input: &mut Value) {
    let about_the_body = is_s3(identified) && !OF_AN_OBJECT.contains(&identified.operation().name);
    if let Some(members) = input.as_object_mut().filter(|_| about_the_body) {
        members.retain(|name, _| !OF_THE_BODY.contains(&name.as_str()));
    }
}

/// A blob that was received for a request: kept if the operation took it, and removed if it did not.
pub(crate) struct Taken {
    blobs: Blobs,
    id: String,
    hold: Hold,
}

impl Taken {
    /// Says whether the operation took it.
    pub(crate) fn settle(self, taken: bool) {
        drop(self.hold);
        if !taken && let Err(error) = self.blobs.remove(&self.id) {
            tracing::warn!(%error, id = self.id, "a blob that nobody took stays until it is swept");
        }
    }
}

/// Receives the body of a request, and puts into its input what stands for it.
pub(crate) async fn receive(
    blobs: &Blobs,
    world: &Snapshot,
    request: &Request,
    (body, promise): (&mut Incoming, Promise),
    input: &mut Value,
) -> Result<Taken, Failure> {
    let upload = wanted_checksum(world, input);
    let receiving = Receiving::of(request, promise, upload.as_deref())?;
    let (kept, checksum) = receiving.receive(blobs, body).await?;
    Ok(put(blobs, kept, checksum, input))
}

/// Receives bytes of another object for a request that copies them.
pub(crate) async fn copy(
    blobs: &Blobs,
    world: &Snapshot,
    caller: &Caller,
    operation: &Operation,
    input: &mut Value,
) -> Result<Option<Taken>, Failure> {
    if operation.name != "UploadPartCopy" {
        return Ok(None);
    }
    let extents = copied(world, caller, input).map_err(refuse::handler)?;
    let wanted = wanted_checksum(world, input);
    let (kept, checksum) = receive::copy(blobs, blobs.read(of(extents)), wanted.as_deref()).await?;
    Ok(Some(put(blobs, kept, checksum, input)))
}

fn put(blobs: &Blobs, kept: objects::Kept, checksum: Option<(String, String)>, input: &mut Value) -> Taken {
    let received = Received { blob: kept.id.clone(), size: kept.size, md5: checksum::hex(&kept.md5), checksum };
    if let Some(members) = input.as_object_mut() {
        members.insert("Body".into(), json!(received.body()));
    }
    Taken { blobs: blobs.clone(), id: kept.id, hold: kept.hold }
}

/// Takes the body out of an output, when it lies in blobs.
pub(crate) fn body(blobs: &Blobs, identified: &Identified, output: &mut Value) -> Result<Option<(u64, Pieces)>, Failure> {
    if !is_s3(identified) || identified.operation().name != "GetObject" {
        return Ok(None);
    }
    let Some(Value::String(body)) = output.as_object_mut().and_then(|members| members.remove("Body")) else { return Ok(None) };
    let extents = Extents::read(&body).map_err(refuse::handler)?;
    let length = extents.0.iter().map(|(_, _, length)| length).sum();
    Ok(Some((length, blobs.read(of(extents)))))
}

fn of(extents: Extents) -> Vec<Extent> {
    extents.0.into_iter().map(|(blob, offset, length)| Extent { blob, offset, length }).collect()
}

/// A failure in S3's words.
fn refused(code: &str, message: impl Into<String>, status: u16) -> Failure {
    Failure::new(code, message.into(), status)
}
