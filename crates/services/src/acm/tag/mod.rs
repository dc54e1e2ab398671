//! Tags of certificates.

use crate::Operation;
use crate::operation::operation;

mod add_tags_to_certificate;
mod list_tags_for_certificate;
mod remove_tags_from_certificate;

/// The operations.
pub const OPERATIONS: &[Operation] = &[
    operation!(write "AddTagsToCertificate" add_tags_to_certificate::add_tags_to_certificate),
    operation!(read "ListTagsForCertificate" list_tags_for_certificate::list_tags_for_certificate),
    operation!(write "RemoveTagsFromCertificate" remove_tags_from_certificate::remove_tags_from_certificate),
];
