//! Launch templates (EC2 User Guide, "Store instance launch parameters").

use serde::{Deserialize, Serialize};

use crate::{Kind, LaunchTemplateId, Link, Owner, Resource, Tags, Timestamp};

/// Numbered, immutable launch parameters under one name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LaunchTemplate {
    /// Its id.
    pub id: LaunchTemplateId,
    /// Who owns it.
    pub owner: Owner,
    /// Unique in the account and Region.
    pub name: String,
    /// Who made it.
    pub created_by: String,
    /// When it was made.
    pub created: Timestamp,
    /// The version that `$Default` means.
    pub default_version: u64,
    /// The highest number that a version ever had: numbers are not used twice.
    #[serde(default)]
    pub last_number: u64,
    /// Its versions, ascending.
    pub versions: Vec<LaunchTemplateVersion>,
    /// Its tags.
    pub tags: Tags,
}

/// One version of a template.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LaunchTemplateVersion {
    /// From 1.
    pub number: u64,
    /// What the user wrote about it.
    pub description: Option<String>,
    /// Who made it.
    pub created_by: String,
    /// When it was made.
    pub created: Timestamp,
    /// The parameters as they were given, checked when the version was made, as JSON text.
    pub data: String,
}

impl Resource for LaunchTemplate {
    const KIND: Kind = Kind("launch-template");

    fn key(&self) -> String {
        self.id.to_string()
    }

    fn owner(&self) -> Option<&Owner> {
        Some(&self.owner)
    }

    fn links(&self) -> Vec<Link> {
        vec![Link::name("launch-template-name", format!("{}/{}/{}", self.owner.account, self.owner.region, self.name))]
    }
}
