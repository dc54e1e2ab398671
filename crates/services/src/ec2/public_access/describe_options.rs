//! DescribeVpcBlockPublicAccessOptions.

use resource::PublicAccess;
use serde::{Deserialize, Serialize};

use super::view::OptionsView;
use crate::{Error, Read};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    vpc_block_public_access_options: OptionsView,
}

/// What the caller's account blocks in the Region.
pub fn describe_vpc_block_public_access_options(cx: &Read<'_>, _: Input) -> Result<Output, Error> {
    let access = cx.world.find::<PublicAccess>(&cx.owner().key());
    Ok(Output { vpc_block_public_access_options: OptionsView::new(cx.owner(), access.as_deref()) })
}
