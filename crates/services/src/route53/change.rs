//! GetChange, and the changes that it tells of: pending until every resolver answers by them.

use rand::Rng;
use resource::{Timestamp, ZoneChange};
use serde::{Deserialize, Serialize};

use super::find::{account, bare};
use crate::operation::operation;
use crate::{Error, Operation, Read, Write};

/// The operations.
pub(super) const OPERATIONS: &[Operation] = &[operation!(read "GetChange" get_change)];

/// A change as answers show it.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ChangeInfo {
    id: String,
    status: &'static str,
    submitted_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<String>,
}

/// Records that the caller changes a zone.
pub(super) fn submit(cx: &mut Write<'_>, comment: Option<String>) -> ChangeInfo {
    let id = random_id('C');
    let change = ZoneChange { id, owner: account(cx.owner()), submitted: cx.now, synced: false, comment };
    let info = ChangeInfo::new(&change);
    cx.txn.put(change);
    info
}

/// `first` and twenty letters and digits, the form of this service's ids.
pub(super) fn random_id(first: char) -> String {
    const LETTERS: &[u8; 36] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    let mut random = rand::rng();
    std::iter::once(first).chain((0..20).map(|_| char::from(LETTERS[random.random_range(0..LETTERS.len())]))).collect()
}

impl ChangeInfo {
    fn new(change: &ZoneChange) -> Self {
        Self {
            id: format!("/change/{}", change.id),
            status: if change.synced { "INSYNC" } else { "PENDING" },
            submitted_at: change.submitted,
            comment: change.comment.clone(),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Input {
    id: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Output {
    change_info: ChangeInfo,
}

/// Where a change stands.
fn get_change(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    let change = cx.world.find::<ZoneChange>(bare(&input.id)).filter(|change| change.owner == account(cx.owner()));
    let change = change.ok_or_else(|| {
        Error::new("NoSuchChange", format!("Could not find resource with ID: {}", bare(&input.id))).with_status(404)
    })?;
    Ok(Output { change_info: ChangeInfo::new(&change) })
}
