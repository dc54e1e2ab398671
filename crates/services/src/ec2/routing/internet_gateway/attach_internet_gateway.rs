//! AttachInternetGateway: one gateway per VPC, one VPC per gateway.

use resource::InternetGateway;
use serde::Deserialize;

use crate::ec2::find;
use crate::{Error, Write};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    internet_gateway_id: String,
    vpc_id: String,
}

/// Attaches a gateway to a VPC.
pub fn attach_internet_gateway(cx: &mut Write<'_>, input: Input) -> Result<(), Error> {
    let gateway = find::internet_gateway(cx.txn, cx.owner(), &input.internet_gateway_id)?;
    let vpc = find::vpc(cx.txn, cx.owner(), &input.vpc_id)?;
    if let Some(other) = &gateway.vpc {
        let message = format!("resource {} is already attached to network {other}", gateway.id);
        return Err(Error::new("Resource.AlreadyAssociated", message));
    }
    if let Some(other) = super::of_vpc(cx.txn, &vpc.id) {
        return Err(Error::invalid_value(format!("Network {} already has an internet gateway attached: {}", vpc.id, other.id)));
    }
    cx.txn.update::<InternetGateway>(gateway.id.as_str(), |gateway| gateway.vpc = Some(vpc.id.clone()));
    Ok(())
}
