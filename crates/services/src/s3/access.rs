//! Who may do what with buckets and objects: the caller's policies and the bucket's together, across accounts, and what the
//! public access block leaves of the latter.

use std::sync::Arc;

use policy::{Attached, Kind, Layers, Policy, Principal, Request, ResourcePolicy};
use resource::{Bucket, EndpointId};
use serde_json::Value;
use store::Snapshot;

use super::action::{Question, Target, questions};
use super::public::is_public;
use super::refusal::{access_denied, no_such_bucket};
use crate::iam::Authority;
use crate::{Caller, Error, Guard};

/// Operations that decide by themselves, object by object.
const OWN_DECISION: [&str; 1] = ["DeleteObjects"];
/// What the owner's root may always do, so that nobody is locked out for good by a policy.
const NEVER_LOCKED: [&str; 3] = ["s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy"];
/// Members of requests that conditions ask about.
const KEYS: &[(&str, &str)] = &[
    ("Prefix", "s3:prefix"),
    ("Delimiter", "s3:delimiter"),
    ("MaxKeys", "s3:max-keys"),
    ("ACL", "s3:x-amz-acl"),
    ("CopySource", "s3:x-amz-copy-source"),
    ("VersionId", "s3:VersionId"),
    ("ServerSideEncryption", "s3:x-amz-server-side-encryption"),
    ("StorageClass", "s3:x-amz-storage-class"),
];

/// Lets a request pass, or says as S3 does who may not do what.
///
/// # Errors
/// `AccessDenied`.
pub fn permit(world: &Snapshot, caller: &Caller, authority: &Authority, operation: &str, input: &Value) -> Result<(), Error> {
    if OWN_DECISION.contains(&operation) {
        return Ok(());
    }
    let mut questions = questions(operation, input).into_iter();
    questions.try_for_each(|question| {
        decide(world, &authority.layers(), &question, &with_members(asked(world, caller, &question), input))
    })
}

/// The questions that a request puts to policies, for those that have a say beside the caller's and the bucket's. What is decided
/// object by object asks them itself.
pub fn requests(world: &Snapshot, caller: &Caller, operation: &str, input: &Value) -> Vec<Request> {
    let questions = if OWN_DECISION.contains(&operation) { Vec::new() } else { questions(operation, input) };
    questions.iter().map(|question| with_members(asked(world, caller, question), input)).collect()
}

fn with_members(request: Request, input: &Value) -> Request {
    KEYS.iter().fold(request, |request, (member, key)| match &input[*member] {
        Value::String(text) => request.with(key, text.as_str()),
        Value::Number(number) => request.with(key, number.to_string()),
        _ => request,
    })
}

/// Whether a service of AWS may deliver objects below `prefix` into a bucket for an account: it has to be allowed to look at
/// the bucket's list and to write objects that belong to the bucket's owner.
///
/// # Errors
/// `NoSuchBucket`, `AccessDenied`.
pub fn permit_delivery(world: &Snapshot, caller: &Caller, bucket: &str, key: &str) -> Result<Arc<Bucket>, Error> {
    let found = world.find::<Bucket>(bucket).ok_or_else(no_such_bucket)?;
    let authority = Authority::of(world, caller)?;
    for (operation, input) in [
        ("GetBucketAcl", serde_json::json!({"Bucket": bucket})),
        ("PutObject", serde_json::json!({"Bucket": bucket, "Key": key, "ACL": "bucket-owner-full-control"})),
    ] {
        permit(world, caller, &authority, operation, &input)?;
    }
    Ok(found)
}

/// Whether the caller may know what the bucket does not have.
pub(super) fn may_list(world: &Snapshot, caller: &Caller, bucket: &Bucket) -> bool {
    may(world, caller, "s3:ListBucket", Target::Bucket(bucket.name.clone())).is_ok()
}

/// Whether the caller may do one thing.
///
/// # Errors
/// `AccessDenied`, or the reason for which its policies cannot be read.
pub(super) fn may(world: &Snapshot, caller: &Caller, action: &str, target: Target) -> Result<(), Error> {
    let question = Question { action: action.to_owned(), target };
    let request = asked(world, caller, &question);
    through_endpoint(world, caller, &request)?;
    decide(world, &Authority::of(world, caller)?.layers(), &question, &request)
}

/// Whether the policy of the endpoint that the caller came through allows what it asks for.
fn through_endpoint(world: &Snapshot, caller: &Caller, request: &Request) -> Result<(), Error> {
    let name = caller.facts.iter().find(|(key, _)| *key == "aws:SourceVpce").map(|(_, endpoint)| endpoint);
    let Some(endpoint) = name.and_then(|name| EndpointId::parse(name).ok()) else { return Ok(()) };
    let guard = Guard::of(world, &endpoint).map_err(access_denied)?;
    guard.and_then(|guard| guard.refusal(request)).map_or(Ok(()), |sentence| Err(access_denied(sentence)))
}

/// The bucket whose owner and policy count. Who makes a bucket asks about no other's.
fn bucket_of(world: &Snapshot, question: &Question) -> Option<Arc<Bucket>> {
    match &question.target {
        Target::Bucket(bucket) | Target::Object(bucket, _) if question.action != "s3:CreateBucket" => {
            world.find::<Bucket>(bucket)
        }
        _ => None,
    }
}

fn asked(world: &Snapshot, caller: &Caller, question: &Question) -> Request {
    let arn = match &question.target {
        Target::All => "*".to_owned(),
        Target::Bucket(bucket) => format!("arn:aws:s3:::{bucket}"),
        Target::Object(bucket, key) => format!("arn:aws:s3:::{bucket}/{key}"),
    };
    let request = caller.asks(&question.action, &arn);
    match bucket_of(world, question) {
        Some(bucket) => request.owned_by(bucket.owner.account.as_str()).with("s3:ResourceAccount", bucket.owner.account.as_str()),
        None => request,
    }
}

fn decide(world: &Snapshot, layers: &Layers<'_>, question: &Question, request: &Request) -> Result<(), Error> {
    let bucket = bucket_of(world, question);
    let about_none = bucket.is_none() && question.target != Target::All && question.action != "s3:CreateBucket";
    if about_none && request.principal == Principal::Anonymous {
        return Err(no_such_bucket());
    }
    let owners_root = bucket.as_ref().is_some_and(|bucket| is_root_of(&request.principal, &bucket.owner.account));
    if owners_root && NEVER_LOCKED.contains(&question.action.as_str()) {
        return Ok(());
    }
    let policy = bucket.as_deref().map(|bucket| policy_for(bucket, request)).transpose()?.flatten();
    let attached = policy.as_ref().map(|policy| Attached { name: "bucket policy", policy });
    let layers = Layers { resource: attached.map(|attached| ResourcePolicy { attached, required: false }), ..layers.clone() };
    match policy::evaluate(&layers, request).refusal(request) {
        Some(sentence) => Err(access_denied(sentence)),
        None => Ok(()),
    }
}

fn is_root_of(principal: &Principal, account: &str) -> bool {
    matches!(principal, Principal::Root { account: own } if own == account)
}

/// The bucket's policy as far as it counts for this request: a public one lets in no strangers while the bucket restricts them.
/// What it denies, it denies everybody.
fn policy_for(bucket: &Bucket, request: &Request) -> Result<Option<Policy>, Error> {
    let Some(document) = &bucket.policy else { return Ok(None) };
    let restricts = bucket.public_access_block.is_some_and(|block| block.restrict_buckets);
    let stranger = !matches!(request.principal, Principal::Service { .. })
        && request.principal.account().is_none_or(|account| account != bucket.owner.account);
    if restricts && stranger && is_public(document) {
        return Ok(None);
    }
    let policy = Policy::parse(document, Kind::Resource);
    policy.map(Some).map_err(|fault| Error::internal(format!("the policy of {} cannot be read: {fault}", bucket.name)))
}
