//! DeleteTags: tags go by their keys; one that is not there is no error.

use serde::Deserialize;

use super::super::{Done, find};
use super::TagMember;
use crate::{Error, Write};

/// What is asked.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    tags: Vec<TagMember>,
}

/// Deletes tags.
pub fn delete_tags(cx: &mut Write<'_>, input: Input) -> Result<Done, Error> {
    for member in input.tags {
        let mut group = find::to_change(cx, member.group()?)?;
        let has = |value: &String| group.tags.get(&member.key).is_some_and(|tag| tag.value == *value);
        if member.value.as_ref().is_none_or(has) {
            group.tags.remove(&member.key);
        }
        cx.txn.put(group);
    }
    Ok(Done {})
}
