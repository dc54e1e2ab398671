//! `GetPolicyVersion`.

use serde::{Deserialize, Serialize};

use super::version::{self, VersionView};
use crate::{Error, Read};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    policy_arn: String,
    version_id: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    policy_version: VersionView,
}

/// Shows a version with its document.
pub fn get_policy_version(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    let versions = version::all(cx.world, cx.owner(), &input.policy_arn)?;
    let found = versions.into_iter().find(|version| version.version_id == input.version_id);
    let policy_version = found.ok_or_else(|| version::missing(&input.policy_arn, &input.version_id))?;
    Ok(Output { policy_version })
}
