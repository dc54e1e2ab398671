//! Tags of resolver endpoints.

use crate::Operation;
use crate::operation::operation;

mod list_tags_for_resource;
mod tag_resource;
mod untag_resource;

/// The operations.
pub const OPERATIONS: &[Operation] = &[
    operation!(write "TagResource" tag_resource::tag_resource),
    operation!(write "UntagResource" untag_resource::untag_resource),
    operation!(read "ListTagsForResource" list_tags_for_resource::list_tags_for_resource),
];
