//! Delivering objects to users' buckets, as AWS's log delivery does: through a handle that the daemon gives, so that a
//! bucket's policy decides as it does for everybody.

use std::pin::Pin;

/// An object on its way to a bucket, owned there by the bucket's owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The service that delivers, as policies name it: `delivery.logs.amazonaws.com`.
    pub service: &'static str,
    /// The account for which it delivers (`aws:SourceAccount`).
    pub account: String,
    /// The Region in which what is delivered came about.
    pub region: String,
    /// What is delivered about (`aws:SourceArn`).
    pub source_arn: String,
    /// The bucket.
    pub bucket: String,
    /// The object's key.
    pub key: String,
    /// The object's media type.
    pub content_type: &'static str,
    /// The object's bytes.
    pub body: Vec<u8>,
}

/// Why an object was not delivered, in AWS's words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct Undelivered {
    /// AWS's code: `AccessDenied`, `NoSuchBucket`.
    pub code: String,
    /// What is wrong.
    pub message: String,
}

/// Where domains deliver objects to.
pub trait ObjectSink: Send + Sync + 'static {
    /// Delivers one object; when it is done, the object is durable.
    fn deliver(&self, delivery: Delivery) -> Pin<Box<dyn Future<Output = Result<(), Undelivered>> + Send + '_>>;
}
