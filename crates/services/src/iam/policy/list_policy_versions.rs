//! `ListPolicyVersions`.

use serde::Deserialize;
use serde_json::Value;

use super::version::{self, VersionView};
use crate::iam::list::{self, Paging};
use crate::{Error, Read};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    policy_arn: String,
    marker: Option<String>,
    max_items: Option<usize>,
}

/// Lists the versions of a policy without their documents, the newest first.
pub fn list_policy_versions(cx: &Read<'_>, input: Input) -> Result<Value, Error> {
    let versions = version::all(cx.world, cx.owner(), &input.policy_arn)?.into_iter();
    let versions: Vec<_> = versions.map(VersionView::without_document).collect();
    list::page(&Paging { marker: input.marker, max_items: input.max_items }, "Versions", versions, newest_first)
}

fn newest_first(version: &VersionView) -> String {
    let number: u32 = version.version_id.trim_start_matches('v').parse().unwrap_or_default();
    format!("{:010}", u32::MAX - number)
}
