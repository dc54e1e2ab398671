//! Deliveries into users' buckets: a service of AWS puts an object as anybody would, and the bucket's policy decides.

use std::pin::Pin;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use checksum::Algorithm;
use objects::{Blobs, Kept};
use policy::Principal;
use reconcile::{Delivery, ObjectSink, Undelivered};
use resource::TimeScale;
use serde_json::json;
use services::Caller;
use services::s3::{Received, permit_delivery};
use store::Store;

/// What is computed over what is delivered.
const CHECKSUM: Algorithm = Algorithm::Crc64Nvme;

/// Puts objects into the store and their bytes into blobs.
pub struct Sink {
    store: Store,
    blobs: Blobs,
}

impl Sink {
    /// One over this store and these blobs.
    pub fn new(store: Store, blobs: Blobs) -> Self {
        Self { store, blobs }
    }

    async fn put(&self, delivery: Delivery) -> Result<(), Undelivered> {
        let Delivery { service, account, region, source_arn, bucket, key, content_type, body } = delivery;
        let mut caller = Caller::new(Principal::Service { name: service.to_owned() }, &account, &region);
        caller.facts = vec![("aws:SourceAccount", account), ("aws:SourceArn", source_arn)];
        permit_delivery(&self.store.snapshot(), &caller, &bucket, &key).map_err(refused)?;
        let kept = self.keep(&body).await.map_err(|error| failed(&error))?;
        let input = json!({
            "Bucket": bucket,
            "Key": key,
            "ACL": "bucket-owner-full-control",
            "ContentType": content_type,
            "Body": received(&kept).body(),
        });
        let (s3, put) = services::find("s3", "PutObject").ok_or_else(|| failed(&std::io::Error::other("S3 puts objects")))?;
        let outcome = services::perform(&self.store, TimeScale::default(), (s3, put), &caller, input).await;
        tracing::info!(target: "audit", principal = service, operation = "s3:PutObject", bucket, key, done = outcome.is_ok());
        outcome.map(drop).map_err(refused)
    }

    async fn keep(&self, body: &[u8]) -> std::io::Result<Kept> {
        let mut intake = self.blobs.intake(&[CHECKSUM])?;
        intake.write(body).await?;
        intake.finish().await
    }
}

impl ObjectSink for Sink {
    fn deliver(&self, delivery: Delivery) -> Pin<Box<dyn Future<Output = Result<(), Undelivered>> + Send + '_>> {
        Box::pin(self.put(delivery))
    }
}

fn received(kept: &Kept) -> Received {
    let checksum = kept.sums.first().map(|(algorithm, sum)| (algorithm.name().to_owned(), STANDARD.encode(sum)));
    Received { blob: kept.id.clone(), size: kept.size, md5: checksum::hex(&kept.md5), checksum }
}

fn refused(error: services::Error) -> Undelivered {
    Undelivered { code: error.code, message: error.message }
}

fn failed(error: &std::io::Error) -> Undelivered {
    Undelivered { code: "InternalError".into(), message: format!("the bytes of an object could not be kept: {error}") }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use resource::Object;

    const OWNER: &str = "111111111111";

    fn delivery() -> Delivery {
        Delivery {
            service: "delivery.logs.amazonaws.com",
            account: OWNER.into(),
            region: "us-east-1".into(),
            source_arn: "arn:aws:logs:us-east-1:111111111111:*".into(),
            bucket: "logs".into(),
            key: "p/AWSLogs/1".into(),
            content_type: "application/x-gzip",
            body: b"a line".to_vec(),
        }
    }

    async fn perform(store: &Store, operation: &str, input: serde_json::Value) {
        let (service, operation) = services::find("s3", operation).unwrap();
        services::perform(store, TimeScale::default(), (service, operation), &Caller::root(OWNER, "us-east-1"), input)
            .await
            .unwrap();
    }

    #[tokio::test]
    async fn a_delivery_arrives_where_the_buckets_policy_lets_it_and_is_the_owners() {
        let folder = tempfile::tempdir().unwrap();
        let (store, blobs) = (Store::in_memory(), Blobs::open(folder.path().join("objects")).unwrap());
        let sink = Sink::new(store.clone(), blobs.clone());
        let code = async || sink.deliver(delivery()).await.map_err(|refused| refused.code);
        assert_eq!(code().await, Err("NoSuchBucket".into()));
        perform(&store, "CreateBucket", json!({"Bucket": "logs"})).await;
        assert_eq!(code().await, Err("AccessDenied".into()));
        let service = json!({"Service": "delivery.logs.amazonaws.com"});
        let policy = json!({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": service, "Action": "s3:GetBucketAcl", "Resource": "arn:aws:s3:::logs"},
            {"Effect": "Allow", "Principal": service, "Action": "s3:PutObject", "Resource": "arn:aws:s3:::logs/p/AWSLogs/*",
             "Condition": {"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control", "aws:SourceAccount": OWNER}}}]});
        perform(&store, "PutBucketPolicy", json!({"Bucket": "logs", "Policy": policy.to_string()})).await;
        assert_eq!(code().await, Ok(()));
        let object = store.snapshot().find::<Object>("logs/p/AWSLogs/1").unwrap();
        let (_, content) = object.current().unwrap();
        assert_eq!((content.size(), object.owner.account.as_str()), (6, OWNER));
        let mut pieces = blobs.read(vec![objects::Extent { blob: content.parts[0].blob.clone(), offset: 0, length: 6 }]);
        assert_eq!(pieces.next().await.unwrap().unwrap(), "a line");
    }
}
