//! CreateTags: adds or replaces tags on any of the caller's resources.

use serde::Deserialize;

use super::taggable::{self, Change};
use crate::tags::{self, Tag};
use crate::{Error, Write};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    resources: Vec<String>,
    tags: Vec<Tag>,
}

/// Adds tags to resources, all or none.
pub fn create_tags(cx: &mut Write<'_>, input: Input) -> Result<(), Error> {
    let owner = cx.owner().clone();
    for id in &input.resources {
        let kind = taggable::find(cx.txn, &owner, id)?;
        (kind.change)(cx.txn, &owner, id, Change(&|tags| tags::add(tags, &input.tags)))?;
    }
    Ok(())
}
