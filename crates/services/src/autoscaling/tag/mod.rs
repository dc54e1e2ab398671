//! Tags of groups, which new instances may get.

mod delete_tags;
mod describe_tags;
mod write_tags;

use std::collections::BTreeMap;

use resource::{ScalingGroup, ScalingTag, Tags};
use serde::{Deserialize, Serialize};

use super::refusal::validation;
use crate::operation::operation;
use crate::tags::{self, Tag};
use crate::{Error, Operation};

/// The operations.
pub const OPERATIONS: &[Operation] = &[
    operation!(write "CreateOrUpdateTags" write_tags::create_or_update_tags),
    operation!(write "DeleteTags" delete_tags::delete_tags),
    operation!(read "DescribeTags" describe_tags::describe_tags),
];

/// What tags are on.
const RESOURCE_TYPE: &str = "auto-scaling-group";

/// A tag as requests write it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct TagMember {
    resource_id: Option<String>,
    resource_type: Option<String>,
    key: String,
    value: Option<String>,
    propagate_at_launch: bool,
}

/// A tag as answers show it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct TagView {
    resource_id: String,
    resource_type: &'static str,
    key: String,
    value: String,
    propagate_at_launch: bool,
}

impl TagMember {
    /// The name of the group that it is for.
    fn group(&self) -> Result<&str, Error> {
        if let Some(other) = self.resource_type.as_deref().filter(|kind| *kind != RESOURCE_TYPE) {
            return Err(validation(format!("Invalid ResourceType '{other}': it must be {RESOURCE_TYPE}")));
        }
        self.resource_id.as_deref().ok_or_else(|| validation("A tag must have a ResourceId"))
    }
}

/// The tags of a new group.
///
/// # Errors
/// `ValidationError`.
pub fn new(group: &str, members: &[TagMember]) -> Result<BTreeMap<String, ScalingTag>, Error> {
    let mut made = BTreeMap::new();
    for member in members {
        let named =
            TagMember { resource_id: Some(member.resource_id.clone().unwrap_or_else(|| group.to_owned())), ..member.clone() };
        if named.group()? != group {
            return Err(validation("The ResourceId of a tag of a new group must be the group's name"));
        }
    }
    put(&mut made, members)?;
    Ok(made)
}

/// Adds tags, replacing those of the same key.
///
/// # Errors
/// `ValidationError` for a bad key or value.
fn put(tags: &mut BTreeMap<String, ScalingTag>, members: &[TagMember]) -> Result<(), Error> {
    let plain = |member: &TagMember| Tag { key: member.key.clone(), value: member.value.clone().unwrap_or_default() };
    let mut all = Tags(tags.iter().map(|(key, tag)| (key.clone(), tag.value.clone())).collect());
    let added: Vec<Tag> = members.iter().map(plain).collect();
    tags::add(&mut all, &added).map_err(|refused| match refused.code.as_str() {
        "TagLimitExceeded" => Error::new("LimitExceeded", refused.message),
        _ => validation(refused.message),
    })?;
    for member in members {
        let tag = ScalingTag { value: member.value.clone().unwrap_or_default(), propagate: member.propagate_at_launch };
        tags.insert(member.key.clone(), tag);
    }
    Ok(())
}

/// The tags of a group as answers show them.
pub fn views(group: &ScalingGroup) -> Vec<TagView> {
    let view = |(key, tag): (&String, &ScalingTag)| TagView {
        resource_id: group.name.clone(),
        resource_type: RESOURCE_TYPE,
        key: key.clone(),
        value: tag.value.clone(),
        propagate_at_launch: tag.propagate,
    };
    group.tags.iter().map(view).collect()
}

/// The value of a tag, as filters see it.
pub fn value(group: &ScalingGroup, key: &str) -> Vec<String> {
    group.tags.get(key).map(|tag| tag.value.clone()).into_iter().collect()
}
