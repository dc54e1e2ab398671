//! Tags in requests and answers, with AWS's limits, in one shared way.

use resource::Tags;
use serde::{Deserialize, Serialize};

use crate::Error;

const MAX_TAGS: usize = 50;
const MAX_KEY: usize = 128;
const MAX_VALUE: usize = 256;

/// A tag on the wire.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Tag {
    /// The key.
    pub key: String,
    /// The value.
    pub value: String,
}

/// EC2's `TagSpecification`: tags for what a request creates.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct TagSpecification {
    /// What kind of resource they are for.
    pub resource_type: String,
    /// The tags.
    pub tags: Vec<Tag>,
}

/// The tags that `specifications` give to a resource of type `kind`.
///
/// # Errors
/// When one names another type than the request creates (`kinds`), or a tag breaks a limit.
pub fn specified(specifications: &[TagSpecification], kind: &str, kinds: &[&str]) -> Result<Tags, Error> {
    if let Some(other) = specifications.iter().find(|s| !kinds.contains(&s.resource_type.as_str())) {
        let message = format!("'{}' is not a valid taggable resource type for this operation.", other.resource_type);
        return Err(Error::invalid_value(message));
    }
    let mut tags = Tags::default();
    add(&mut tags, specifications.iter().filter(|s| s.resource_type == kind).flat_map(|s| &s.tags))?;
    Ok(tags)
}

/// Adds tags to what is there, replacing values.
///
/// # Errors
/// `InvalidParameterValue` for a bad key or value, `TagLimitExceeded` for more than 50.
pub fn add<'a>(tags: &mut Tags, more: impl IntoIterator<Item = &'a Tag>) -> Result<(), Error> {
    for Tag { key, value } in more {
        check(key, value)?;
        tags.0.insert(key.clone(), value.clone());
    }
    match tags.0.len() > MAX_TAGS {
        true => Err(Error::new("TagLimitExceeded", format!("A resource may have at most {MAX_TAGS} tags."))),
        false => Ok(()),
    }
}

fn check(key: &str, value: &str) -> Result<(), Error> {
    if key.is_empty() || key.chars().count() > MAX_KEY {
        return Err(Error::invalid_value(format!("Tag key must be 1 to {MAX_KEY} characters long: '{key}'")));
    }
    if key.to_ascii_lowercase().starts_with("aws:") {
        return Err(Error::invalid_value("Tag keys starting with 'aws:' are reserved for internal use"));
    }
    match value.chars().count() > MAX_VALUE {
        true => Err(Error::invalid_value(format!("Tag value must be at most {MAX_VALUE} characters long: key '{key}'"))),
        false => Ok(()),
    }
}

/// Tags as answers show them.
pub fn view(tags: &Tags) -> Vec<Tag> {
    tags.iter().map(|(key, value)| Tag { key: key.to_owned(), value: value.to_owned() }).collect()
}
