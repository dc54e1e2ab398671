//! DetachInternetGateway: refused while a public address leads into the VPC.

use resource::{ElasticAddress, InternetGateway, NetworkInterface, Resource, Vpc, VpcId};
use serde::Deserialize;
use store::Snapshot;

use crate::ec2::find;
use crate::{Error, Write};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    internet_gateway_id: String,
    vpc_id: String,
}

/// Detaches a gateway from its VPC.
pub fn detach_internet_gateway(cx: &mut Write<'_>, input: Input) -> Result<(), Error> {
    let gateway = find::internet_gateway(cx.txn, cx.owner(), &input.internet_gateway_id)?;
    let vpc = find::vpc(cx.txn, cx.owner(), &input.vpc_id)?;
    if gateway.vpc.as_ref() != Some(&vpc.id) {
        let message = format!("resource {} is not attached to network {}", gateway.id, vpc.id);
        return Err(Error::new("Gateway.NotAttached", message));
    }
    if let Some(public) = mapped_address(cx.txn, &vpc.id) {
        let message = format!(
            "Network {} has some mapped public address(es). \
             Please unmap those public address(es) before detaching the gateway: {public}",
            vpc.id
        );
        return Err(Error::dependency(message));
    }
    cx.txn.update::<InternetGateway>(gateway.id.as_str(), |gateway| gateway.vpc = None);
    Ok(())
}

/// A public address that stands for a private one of the VPC.
fn mapped_address(world: &Snapshot, vpc: &VpcId) -> Option<std::net::Ipv4Addr> {
    let interfaces = world.linked::<NetworkInterface>(Vpc::KIND, vpc);
    let mut addresses = interfaces.flat_map(|i| world.linked::<ElasticAddress>(NetworkInterface::KIND, i.id.clone()));
    addresses.next().map(|address| address.public)
}
