//! What the tests of S3 share: a cloud with buckets, bodies that were received, and the questions of permission.

mod permission;

use ::checksum::{Algorithm, Md5, hex};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::Received;
use crate::Error;
use crate::ec2::testing::Cloud;

/// A cloud seen by one account.
pub(super) struct Site(Cloud);

/// What receiving these bytes comes to.
pub(super) fn received(bytes: &[u8]) -> Received {
    let sum = STANDARD.encode(Algorithm::Crc64Nvme.of(bytes));
    let (md5, size) = (hex(&Md5::of(bytes)), bytes.len() as u64);
    Received { blob: format!("blob-{md5}"), size, md5, checksum: Some(("CRC64NVME".into(), sum)) }
}

impl Site {
    pub fn new() -> Self {
        Self(Cloud::new())
    }

    /// One with a bucket.
    pub fn with(bucket: &str) -> Self {
        let site = Self::new();
        site.ok("CreateBucket", json!({"Bucket": bucket}));
        site
    }

    pub fn account(&self, account: &str) -> Self {
        Self(self.0.account(account))
    }

    pub fn region(&self, region: &str) -> Self {
        Self(self.0.region(region))
    }

    /// The same, as somebody who signed with a key.
    pub fn signed(&self) -> Self {
        Self(self.0.signed("AKIAEXAMPLE"))
    }

    pub fn call(&self, operation: &str, input: Value) -> Result<Value, Error> {
        self.0.call_in("s3", operation, input)
    }

    #[track_caller]
    pub fn ok(&self, operation: &str, input: Value) -> Value {
        self.call(operation, input).unwrap_or_else(|error| panic!("{operation}: {error}"))
    }

    /// Code and status of a refusal.
    #[track_caller]
    pub fn refusal(&self, operation: &str, input: Value) -> (String, u16) {
        match self.call(operation, input) {
            Ok(answer) => panic!("{operation} succeeded: {answer}"),
            Err(error) => (error.code, error.status),
        }
    }

    #[track_caller]
    pub fn put(&self, bucket: &str, key: &str, bytes: &[u8]) -> Value {
        self.ok("PutObject", json!({"Bucket": bucket, "Key": key, "Body": received(bytes).body()}))
    }

    pub fn world(&self) -> store::Snapshot {
        self.0.world()
    }
}
