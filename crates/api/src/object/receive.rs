//! Receiving a body into a blob: bounded in size and in patience, unframed, and checked against everything that was declared.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use checksum::Algorithm;
use hyper::body::Incoming;
use objects::{Blobs, Intake, Kept, Pieces};
use wire::chunked::{Fault, Seals, Unchunk};
use wire::{Failure, Request};

use super::declared::{self, Declared};
use super::refused;
use crate::body::{self, BodyError};
use crate::identity::{self, Promise};
use crate::refuse;

/// What an object, or a part of one, may measure when it comes at once.
const LARGEST: u64 = 5 << 30;
/// What S3 computes when nobody asks for anything else.
const USUAL: Algorithm = Algorithm::Crc64Nvme;

/// How a body is to be received.
pub(crate) struct Receiving {
    length: u64,
    promise: Promise,
    md5: Option<[u8; 16]>,
    /// The checksum to keep.
    checksum: Declared,
    wanted: Vec<Algorithm>,
}

impl Receiving {
    /// Reads what the head of a request says; an upload may ask for a checksum of its own.
    pub(crate) fn of(request: &Request, promise: Promise, upload: Option<&str>) -> Result<Self, Failure> {
        let length = match promise {
            Promise::Chunks(_) => "x-amz-decoded-content-length",
            Promise::Anything | Promise::Hash(_) => "content-length",
        };
        let length = request.header(length).and_then(|text| text.parse().ok());
        let missing = || refused("MissingContentLength", "You must provide the Content-Length HTTP header.", 411);
        let length: u64 = length.ok_or_else(missing)?;
        if length > LARGEST {
            return Err(too_large());
        }
        let usual = upload.and_then(Algorithm::named).unwrap_or(USUAL);
        let checksum = declared::checksum(&request.headers)?.unwrap_or(Declared { algorithm: usual, value: None });
        let mut wanted = vec![checksum.algorithm];
        if matches!(promise, Promise::Hash(_)) && !wanted.contains(&Algorithm::Sha256) {
            wanted.push(Algorithm::Sha256);
        }
        Ok(Self { length, promise, md5: declared::md5(&request.headers)?, checksum, wanted })
    }

    /// Receives; returns the blob, and the checksum to keep with it.
    pub(crate) async fn receive(self, blobs: &Blobs, body: &mut Incoming) -> Result<(Kept, Option<(String, String)>), Failure> {
        let mut intake = blobs.intake(&self.wanted).map_err(unwritable)?;
        let trailers = match &self.promise {
            Promise::Chunks(pieces) => self.unchunked(&mut intake, body, Unchunk::new(seals(pieces.as_deref()))).await?,
            Promise::Anything | Promise::Hash(_) => {
                while let Some(bytes) = next(body).await? {
                    self.write(&mut intake, &bytes).await?;
                }
                Vec::new()
            }
        };
        if intake.size() != self.length {
            return Err(incomplete());
        }
        let kept = intake.finish().await.map_err(unwritable)?;
        match self.check(&kept, &trailers) {
            Ok(sum) => Ok((kept, Some((self.checksum.algorithm.name().to_owned(), sum)))),
            Err(failure) => {
                drop(kept.hold);
                // What cannot be removed now is a stray, and swept later.
                let _ = blobs.remove(&kept.id);
                Err(failure)
            }
        }
    }

    async fn unchunked(
        &self,
        intake: &mut Intake,
        body: &mut Incoming,
        mut unchunk: Unchunk,
    ) -> Result<Vec<(String, String)>, Failure> {
        let mut out = Vec::new();
        while let Some(bytes) = next(body).await? {
            unchunk.feed(&bytes, &mut out).map_err(fault)?;
            self.write(intake, &out).await?;
            out.clear();
        }
        unchunk.finish().map_err(fault)
    }

    async fn write(&self, intake: &mut Intake, bytes: &[u8]) -> Result<(), Failure> {
        if intake.size() + bytes.len() as u64 > self.length {
            return Err(incomplete());
        }
        intake.write(bytes).await.map_err(unwritable)
    }

    /// Compares what came with what was declared, and returns the checksum to keep.
    fn check(&self, kept: &Kept, trailers: &[(String, String)]) -> Result<String, Failure> {
        declared::check_md5(self.md5, kept.md5)?;
        if let Promise::Hash(hash) = &self.promise
            && checksum::hex(&sum(kept, Algorithm::Sha256)) != *hash
        {
            let message = "The provided 'x-amz-content-sha256' header does not match what was computed.";
            return Err(refused("XAmzContentSHA256Mismatch", message, 400));
        }
        let algorithm = self.checksum.algorithm;
        let found = sum(kept, algorithm);
        declared::check_sum(algorithm, self.checksum.value.as_deref(), &found)?;
        for (name, value) in trailers.iter().filter(|(name, _)| name.starts_with("x-amz-checksum-")) {
            if declared::algorithm(name)? != algorithm {
                let message = format!("The trailer {name} was not announced in the x-amz-trailer header.");
                return Err(refused("MalformedTrailerError", message, 400));
            }
            declared::check_sum(algorithm, Some(value), &found)?;
        }
        Ok(STANDARD.encode(found))
    }
}

/// Copies what is read from blobs into a new one.
pub(super) async fn copy(
    blobs: &Blobs,
    mut pieces: Pieces,
    wanted: Option<&str>,
) -> Result<(Kept, Option<(String, String)>), Failure> {
    let algorithm = wanted.and_then(Algorithm::named).unwrap_or(USUAL);
    let mut intake = blobs.intake(&[algorithm]).map_err(unwritable)?;
    while let Some(piece) = pieces.next().await {
        intake.write(&piece.map_err(unwritable)?).await.map_err(unwritable)?;
    }
    let kept = intake.finish().await.map_err(unwritable)?;
    let sum = STANDARD.encode(sum(&kept, algorithm));
    Ok((kept, Some((algorithm.name().to_owned(), sum))))
}

fn sum(kept: &Kept, algorithm: Algorithm) -> Vec<u8> {
    let found = kept.sums.iter().find(|(known, _)| *known == algorithm);
    found.map(|(_, sum)| sum.clone()).unwrap_or_default()
}

async fn next(body: &mut Incoming) -> Result<Option<bytes::Bytes>, Failure> {
    body::next(body).await.map_err(|error| match error {
        BodyError::Broken(_) => incomplete(),
        other => refuse::body(&other, wire::Protocol::RestXml),
    })
}

fn too_large() -> Failure {
    refused("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size", 400)
}

fn incomplete() -> Failure {
    let message = "The request body terminated unexpectedly, or has more or fewer bytes than it said.";
    refused("IncompleteBody", message, 400)
}

fn fault(fault: Fault) -> Failure {
    match fault {
        Fault::Short => incomplete(),
        Fault::Framing => refused("InvalidRequest", "The body is not in aws-chunked encoding.", 400),
        Fault::Signature => {
            let message = "The request signature we calculated does not match the signature you provided. Check your key and \
                           signing method.";
            refused("SignatureDoesNotMatch", message, 403)
        }
    }
}

/// What checks the signatures of pieces, from the beginning.
fn seals(pieces: Option<&identity::Pieces>) -> Option<Box<dyn Seals>> {
    pieces.cloned().map(|pieces| Box::new(pieces) as Box<dyn Seals>)
}

/// A disk that is full or broken is not the client's fault.
fn unwritable(error: std::io::Error) -> Failure {
    tracing::error!(%error, "the bytes of an object could not be kept or read");
    match error.kind() {
        std::io::ErrorKind::StorageFull => refused("SlowDown", "There is no room for objects on the disk of underpass.", 503),
        _ => refuse::internal(),
    }
}
