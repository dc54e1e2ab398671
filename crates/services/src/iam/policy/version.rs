//! Versions of policies: as they are shown, and how they are found.

use resource::{ManagedPolicy, Owner, Timestamp};
use serde::Serialize;
use store::Snapshot;

use crate::Error;
use crate::iam::document::encoded;
use crate::iam::find::no_such_entity;
use crate::iam::{aws_managed, find};

/// A version.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct VersionView {
    #[serde(skip_serializing_if = "Option::is_none")]
    document: Option<String>,
    pub(super) version_id: String,
    is_default_version: bool,
    create_date: Timestamp,
}

impl VersionView {
    /// The version as listings show it.
    pub(super) fn without_document(self) -> Self {
        Self { document: None, ..self }
    }
}

/// All versions of a policy of the account, or the one of a policy of AWS's.
pub(super) fn all(world: &Snapshot, owner: &Owner, arn: &str) -> Result<Vec<VersionView>, Error> {
    if let Some(policy) = aws_managed::find(arn) {
        let document = Some(encoded(policy.document));
        let (version_id, create_date) = ("v1".to_owned(), Timestamp::default());
        return Ok(vec![VersionView { document, version_id, is_default_version: true, create_date }]);
    }
    let policy = find::policy(world, owner, arn)?;
    Ok(policy.versions.iter().rev().map(|version| view(&policy, version)).collect())
}

/// A version as it is shown.
pub(super) fn view(policy: &ManagedPolicy, (id, document, made): &(String, String, Timestamp)) -> VersionView {
    VersionView {
        document: Some(encoded(document)),
        version_id: id.clone(),
        is_default_version: policy.default_version == *id,
        create_date: *made,
    }
}

/// There is no such version.
pub(super) fn missing(arn: &str, version: &str) -> Error {
    no_such_entity(format!("Policy {arn} version {version} does not exist or is not attachable."))
}
