//! ModifyVpcBlockPublicAccessOptions: chooses what does not pass the internet gateways of an account in a Region.

use resource::{BlockMode, PublicAccess};
use serde::{Deserialize, Serialize};

use super::view::OptionsView;
use crate::{Error, Write};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    internet_gateway_block_mode: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    vpc_block_public_access_options: OptionsView,
}

/// Records the choice.
pub fn modify_vpc_block_public_access_options(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let text = &input.internet_gateway_block_mode;
    let unknown = || Error::invalid_value(format!("Value ({text}) for parameter InternetGatewayBlockMode is invalid."));
    let mode = BlockMode::parse(text).ok_or_else(unknown)?;
    let access = PublicAccess { owner: cx.owner().clone(), mode, settled: false, updated: cx.now };
    let view = OptionsView::new(&access.owner, Some(&access));
    cx.txn.put(access);
    Ok(Output { vpc_block_public_access_options: view })
}
