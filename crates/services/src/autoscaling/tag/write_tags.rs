//! CreateOrUpdateTags: tags of one or several groups. Instances that there are keep theirs.

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

/// Writes tags.
pub fn create_or_update_tags(cx: &mut Write<'_>, input: Input) -> Result<Done, Error> {
    for member in input.tags {
        let mut group = find::to_change(cx, member.group()?)?;
        super::put(&mut group.tags, std::slice::from_ref(&member))?;
        cx.txn.put(group);
    }
    Ok(Done {})
}
