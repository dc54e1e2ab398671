//! AssociateDhcpOptions: which options the instances of a VPC are told; `default` means none.

use resource::Vpc;
use serde::Deserialize;

use crate::ec2::find;
use crate::{Error, Write};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    dhcp_options_id: String,
    vpc_id: String,
}

/// Puts DHCP options into force in a VPC.
pub fn associate_dhcp_options(cx: &mut Write<'_>, input: Input) -> Result<(), Error> {
    let vpc = find::vpc(cx.txn, cx.owner(), &input.vpc_id)?;
    let options = match input.dhcp_options_id.as_str() {
        "default" => None,
        id => Some(find::dhcp_options(cx.txn, cx.owner(), id)?.id.clone()),
    };
    cx.txn.update::<Vpc>(vpc.id.as_str(), |vpc| vpc.dhcp_options = options);
    Ok(())
}
