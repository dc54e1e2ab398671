//! Tags of resolver endpoints and rules.

use resource::{ResolverEndpoint, ResolverRule, Tags};

use super::find::{self, Tagged};
use super::refusal::parameter;
use super::rule::INTERNET;
use crate::operation::operation;
use crate::{Error, Operation, Write};

mod list_tags_for_resource;
mod tag_resource;
mod untag_resource;

/// The operations.
pub const OPERATIONS: &[Operation] = &[
    operation!(write "TagResource" tag_resource::tag_resource),
    operation!(write "UntagResource" untag_resource::untag_resource),
    operation!(read "ListTagsForResource" list_tags_for_resource::list_tags_for_resource),
];

impl Tagged {
    /// The tags.
    fn tags(&self) -> &Tags {
        match self {
            Self::Endpoint(endpoint) => &endpoint.tags,
            Self::Rule(rule) => &rule.tags,
        }
    }
}

/// Changes the tags of what has an ARN.
fn change(cx: &mut Write<'_>, arn: &str, change: impl FnOnce(&mut Tags) -> Result<(), Error>) -> Result<(), Error> {
    if arn.ends_with(INTERNET) {
        return Err(parameter("Cannot tag Auto Defined Rule."));
    }
    let found = find::by_arn(cx.txn, cx.owner(), arn)?;
    let mut tags = found.tags().clone();
    change(&mut tags)?;
    match found {
        Tagged::Endpoint(endpoint) => cx.txn.put(ResolverEndpoint { tags, ..ResolverEndpoint::clone(&endpoint) }),
        Tagged::Rule(rule) => cx.txn.put(ResolverRule { tags, ..ResolverRule::clone(&rule) }),
    }
    Ok(())
}
