//! DeleteTags: a key alone removes its tag, a key and value only a tag with that value, no tags at all remove every tag.

use resource::Tags;
use serde::Deserialize;

use super::taggable::{self, Change};
use crate::tags;
use crate::{Error, Write};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    resources: Vec<String>,
    tags: Vec<Unwanted>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Unwanted {
    key: String,
    value: Option<String>,
}

/// Removes tags from resources; those that are not there are no error.
pub fn delete_tags(cx: &mut Write<'_>, input: Input) -> Result<(), Error> {
    let owner = cx.owner().clone();
    if input.tags.iter().any(|tag| tags::is_reserved(&tag.key)) {
        return Err(tags::reserved());
    }
    let unwanted = |key: &str, value: &str| input.tags.is_empty() || input.tags.iter().any(|tag| tag.means(key, value));
    let removed = |tags: &mut Tags| {
        tags.0.retain(|key, value| tags::is_reserved(key) || !unwanted(key, value));
        Ok(())
    };
    for id in &input.resources {
        let kind = taggable::find(cx.txn, &owner, id)?;
        (kind.change)(cx.txn, &owner, id, Change(&removed))?;
    }
    Ok(())
}

impl Unwanted {
    fn means(&self, key: &str, value: &str) -> bool {
        self.key == key && self.value.as_deref().is_none_or(|wanted| wanted == value)
    }
}
