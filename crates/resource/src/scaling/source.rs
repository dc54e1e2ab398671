//! What a group launches its instances from.

use serde::{Deserialize, Serialize};

use crate::LaunchTemplateId;

/// A launch template, a version of it, and what overrides it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LaunchSource {
    /// The template.
    pub template: LaunchTemplateId,
    /// Its name when the group was told of it.
    pub name: String,
    /// `$Latest`, `$Default` or a number; none was not said, which is `$Default`.
    pub version: Option<String>,
    /// The policy that holds the template, when it was given by one.
    pub mixed: Option<MixedInstances>,
}

impl LaunchSource {
    /// The version as it was given, or what that means.
    pub fn version(&self) -> &str {
        self.version.as_deref().unwrap_or("$Default")
    }
}

/// A mixed instances policy: here all instances are on demand and of the first type that is named.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MixedInstances {
    /// Instance types, the preferred one first.
    pub types: Vec<String>,
    /// How instances are distributed, as it was given: JSON text of an object of AWS's members.
    pub distribution: String,
}

/// The version of a template that an instance was launched from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LaunchVersion {
    /// The template.
    pub template: LaunchTemplateId,
    /// Its name.
    pub name: String,
    /// The version's number.
    pub number: u64,
}
