//! DeleteVpcBlockPublicAccessExclusion: it exempts nobody from now on.

use resource::{ExclusionState, PublicAccessExclusion};
use serde::{Deserialize, Serialize};

use super::view::ExclusionView;
use crate::{Error, Write};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    exclusion_id: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    vpc_block_public_access_exclusion: ExclusionView,
}

/// Ends an exclusion.
pub fn delete_vpc_block_public_access_exclusion(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let exclusion = super::present(cx.txn, cx.owner(), &input.exclusion_id)?;
    let ended = PublicAccessExclusion { state: ExclusionState::Deleting, updated: cx.now, ..(*exclusion).clone() };
    let view = ExclusionView::new(&ended);
    cx.txn.put(ended);
    Ok(Output { vpc_block_public_access_exclusion: view })
}
