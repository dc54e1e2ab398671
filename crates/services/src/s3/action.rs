//! Which IAM action an operation needs, and on what (Service Authorization Reference, "Amazon S3").

use serde_json::Value;

use super::find::copy_source;

/// What an action is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// Everything of the account.
    All,
    /// A bucket.
    Bucket(String),
    /// An object.
    Object(String, String),
}

/// An action on a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Question {
    /// `s3:GetObject`.
    pub action: String,
    /// On what.
    pub target: Target,
}

/// Operations on buckets whose action has another name.
const OF_BUCKETS: &[(&str, &str)] = &[
    ("HeadBucket", "ListBucket"),
    ("ListObjects", "ListBucket"),
    ("ListObjectsV2", "ListBucket"),
    ("ListObjectVersions", "ListBucketVersions"),
    ("ListMultipartUploads", "ListBucketMultipartUploads"),
    ("DeleteBucketTagging", "PutBucketTagging"),
    ("GetBucketEncryption", "GetEncryptionConfiguration"),
    ("PutBucketEncryption", "PutEncryptionConfiguration"),
    ("DeleteBucketEncryption", "PutEncryptionConfiguration"),
    ("GetPublicAccessBlock", "GetBucketPublicAccessBlock"),
    ("PutPublicAccessBlock", "PutBucketPublicAccessBlock"),
    ("DeletePublicAccessBlock", "PutBucketPublicAccessBlock"),
    ("DeleteBucketOwnershipControls", "PutBucketOwnershipControls"),
    ("GetBucketLifecycleConfiguration", "GetLifecycleConfiguration"),
    ("GetBucketCors", "GetBucketCORS"),
    ("GetBucketNotificationConfiguration", "GetBucketNotification"),
    ("GetBucketAccelerateConfiguration", "GetAccelerateConfiguration"),
    ("GetBucketReplication", "GetReplicationConfiguration"),
    ("GetObjectLockConfiguration", "GetBucketObjectLockConfiguration"),
];

/// Operations on objects whose action has another name.
const OF_OBJECTS: &[(&str, &str)] = &[
    ("HeadObject", "GetObject"),
    ("CopyObject", "PutObject"),
    ("CreateMultipartUpload", "PutObject"),
    ("UploadPart", "PutObject"),
    ("UploadPartCopy", "PutObject"),
    ("CompleteMultipartUpload", "PutObject"),
    ("ListParts", "ListMultipartUploadParts"),
];

/// Actions that are others when a version is asked for.
const OF_VERSIONS: [&str; 7] = [
    "GetObject",
    "DeleteObject",
    "GetObjectTagging",
    "PutObjectTagging",
    "DeleteObjectTagging",
    "GetObjectAcl",
    "GetObjectAttributes",
];

/// All that a request must be allowed to do.
pub(super) fn questions(operation: &str, input: &Value) -> Vec<Question> {
    let text = |member: &str| input[member].as_str().map(str::to_owned);
    let Some(bucket) = text("Bucket") else { return vec![question("ListAllMyBuckets", Target::All)] };
    if operation == "DeleteObjects" {
        let objects = input["Delete"]["Objects"].as_array().into_iter().flatten();
        let each = objects.filter_map(|object| Some((object["Key"].as_str()?.to_owned(), object["VersionId"].is_string())));
        return each.map(|(key, v)| question(&versioned("DeleteObject", v), Target::Object(bucket.clone(), key))).collect();
    }
    let Some(key) = text("Key") else {
        return vec![question(renamed(OF_BUCKETS, operation), Target::Bucket(bucket))];
    };
    let action = versioned(renamed(OF_OBJECTS, operation), input["VersionId"].is_string());
    let mut all = vec![question(&action, Target::Object(bucket.clone(), key.clone()))];
    if operation == "GetObjectAttributes" {
        let action = versioned("GetObject", input["VersionId"].is_string());
        all.push(question(&action, Target::Object(bucket.clone(), key.clone())));
    }
    if input["Tagging"].is_string() {
        all.push(question("PutObjectTagging", Target::Object(bucket, key)));
    }
    if let Some(Ok((bucket, key, version))) = input["CopySource"].as_str().map(copy_source) {
        all.push(question(&versioned("GetObject", version.is_some()), Target::Object(bucket, key)));
    }
    all
}

fn question(action: &str, target: Target) -> Question {
    Question { action: format!("s3:{action}"), target }
}

fn renamed<'a>(names: &[(&'static str, &'static str)], operation: &'a str) -> &'a str {
    names.iter().find(|(known, _)| *known == operation).map_or(operation, |(_, action)| action)
}

/// `GetObject` is `GetObjectVersion` when a version is asked for, and `GetObjectTagging` is `GetObjectVersionTagging`.
fn versioned(action: &str, of_version: bool) -> String {
    match action.find("Object").filter(|_| of_version && OF_VERSIONS.contains(&action)) {
        Some(at) => format!("{}Version{}", &action[..at + 6], &action[at + 6..]),
        None => action.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn asked(operation: &str, input: Value) -> Vec<String> {
        let target = |target: Target| match target {
            Target::All => "*".to_owned(),
            Target::Bucket(bucket) => bucket,
            Target::Object(bucket, key) => format!("{bucket}/{key}"),
        };
        questions(operation, &input).into_iter().map(|q| format!("{} {}", q.action, target(q.target))).collect()
    }

    #[test]
    fn an_operation_needs_the_action_that_iam_has_for_it() {
        assert_eq!(asked("ListBuckets", json!({})), ["s3:ListAllMyBuckets *"]);
        assert_eq!(asked("HeadBucket", json!({"Bucket": "b"})), ["s3:ListBucket b"]);
        assert_eq!(asked("PutBucketPolicy", json!({"Bucket": "b"})), ["s3:PutBucketPolicy b"]);
        assert_eq!(asked("UploadPart", json!({"Bucket": "b", "Key": "k"})), ["s3:PutObject b/k"]);
        assert_eq!(asked("HeadObject", json!({"Bucket": "b", "Key": "k", "VersionId": "v"})), ["s3:GetObjectVersion b/k"]);
        let tagging = asked("GetObjectTagging", json!({"Bucket": "b", "Key": "k", "VersionId": "v"}));
        assert_eq!(tagging, ["s3:GetObjectVersionTagging b/k"]);
    }

    #[test]
    fn a_copy_reads_its_source_and_tags_are_asked_for_apart() {
        let copy = json!({"Bucket": "b", "Key": "k", "CopySource": "a/x?versionId=1", "Tagging": "t=1"});
        let expected = ["s3:PutObject b/k", "s3:PutObjectTagging b/k", "s3:GetObjectVersion a/x"];
        assert_eq!(asked("CopyObject", copy), expected);
    }
}
