//! Records of zones.

mod alias;
mod batch;
mod change_sets;
mod list_sets;
mod view;

use crate::Operation;
use crate::operation::operation;

/// The operations.
pub(super) const OPERATIONS: &[Operation] = &[
    operation!(write "ChangeResourceRecordSets" change_sets::change_resource_record_sets),
    operation!(read "ListResourceRecordSets" list_sets::list_resource_record_sets),
];
