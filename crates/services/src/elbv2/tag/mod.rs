//! Tags of balancers, listeners and target groups.

use std::collections::BTreeSet;

use resource::Tags;

use super::refusal::validation;
use crate::operation::operation;
use crate::tags::Tag;
use crate::{Error, Operation};

mod add_tags;
mod describe_tags;
mod holder;
mod remove_tags;

/// The operations.
pub const OPERATIONS: &[Operation] = &[
    operation!(write "AddTags" add_tags::add_tags),
    operation!(write "RemoveTags" remove_tags::remove_tags),
    operation!(read "DescribeTags" describe_tags::describe_tags),
];

/// Adds the tags of a request to `tags`, with the codes of this service.
///
/// # Errors
/// `DuplicateTagKeys`, `TooManyTags`, `ValidationError`.
pub fn add(tags: &mut Tags, more: &[Tag]) -> Result<(), Error> {
    let keys: BTreeSet<&str> = more.iter().map(|tag| tag.key.as_str()).collect();
    if keys.len() < more.len() {
        return Err(Error::new("DuplicateTagKeys", "A tag key was specified more than once."));
    }
    crate::tags::add(tags, more).map_err(|refused| match refused.code.as_str() {
        "TagLimitExceeded" => Error::new("TooManyTags", refused.message),
        _ => validation(refused.message),
    })
}

/// The tags of something new.
///
/// # Errors
/// As [`add`].
pub fn new(tags: &[Tag]) -> Result<Tags, Error> {
    let mut made = Tags::default();
    add(&mut made, tags)?;
    Ok(made)
}
