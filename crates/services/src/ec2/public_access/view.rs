//! Options and exclusions as answers show them.

use resource::{BlockMode, Owner, PublicAccess, PublicAccessExclusion, Timestamp};
use serde::Serialize;

use crate::tags::{self, Tag};

/// What an account blocks in a Region.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct OptionsView {
    aws_account_id: String,
    aws_region: String,
    state: &'static str,
    internet_gateway_block_mode: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_update_timestamp: Option<Timestamp>,
    managed_by: &'static str,
    exclusions_allowed: &'static str,
}

impl OptionsView {
    pub fn new(owner: &Owner, access: Option<&PublicAccess>) -> Self {
        Self {
            aws_account_id: owner.account.clone(),
            aws_region: owner.region.clone(),
            state: match access {
                None => "default-state",
                Some(access) if access.settled => "update-complete",
                Some(_) => "update-in-progress",
            },
            internet_gateway_block_mode: access.map_or(BlockMode::Off, |access| access.mode).as_str(),
            last_update_timestamp: access.map(|access| access.updated),
            managed_by: "account",
            exclusions_allowed: "allowed",
        }
    }
}

/// What is exempt.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ExclusionView {
    exclusion_id: String,
    internet_gateway_exclusion_mode: &'static str,
    resource_arn: String,
    state: &'static str,
    creation_timestamp: Timestamp,
    last_update_timestamp: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    deletion_timestamp: Option<Timestamp>,
    tags: Vec<Tag>,
}

impl ExclusionView {
    pub fn new(exclusion: &PublicAccessExclusion) -> Self {
        Self {
            exclusion_id: exclusion.id.to_string(),
            internet_gateway_exclusion_mode: exclusion.mode.as_str(),
            resource_arn: super::arn(&exclusion.owner, &exclusion.of),
            state: exclusion.state.as_str(),
            creation_timestamp: exclusion.created,
            last_update_timestamp: exclusion.updated,
            deletion_timestamp: exclusion.deleted,
            tags: tags::view(&exclusion.tags),
        }
    }
}
