//! ModifyVpcBlockPublicAccessExclusion: lets more or less pass.

use resource::{ExclusionState, PublicAccessExclusion};
use serde::{Deserialize, Serialize};

use super::view::ExclusionView;
use crate::{Error, Write};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    exclusion_id: String,
    internet_gateway_exclusion_mode: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    vpc_block_public_access_exclusion: ExclusionView,
}

/// Changes the mode of an exclusion.
pub fn modify_vpc_block_public_access_exclusion(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let exclusion = super::present(cx.txn, cx.owner(), &input.exclusion_id)?;
    let mode = super::mode(&input.internet_gateway_exclusion_mode)?;
    let changed = PublicAccessExclusion { mode, state: ExclusionState::Updating, updated: cx.now, ..(*exclusion).clone() };
    let view = ExclusionView::new(&changed);
    cx.txn.put(changed);
    Ok(Output { vpc_block_public_access_exclusion: view })
}
