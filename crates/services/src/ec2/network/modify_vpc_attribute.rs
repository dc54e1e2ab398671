//! ModifyVpcAttribute: one attribute per call.

use resource::Vpc;
use serde::Deserialize;

use super::view::Flag;
use crate::ec2::find;
use crate::{Error, Write};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    vpc_id: String,
    enable_dns_hostnames: Option<Flag>,
    enable_dns_support: Option<Flag>,
    enable_network_address_usage_metrics: Option<Flag>,
}

/// Sets one attribute of a VPC.
pub fn modify_vpc_attribute(cx: &mut Write<'_>, input: Input) -> Result<(), Error> {
    let vpc = find::vpc(cx.txn, cx.owner(), &input.vpc_id)?;
    let change: Box<dyn FnOnce(&mut Vpc)> =
        match (input.enable_dns_hostnames, input.enable_dns_support, input.enable_network_address_usage_metrics) {
            (Some(flag), None, None) if flag.value && !vpc.dns_support => {
                let message = format!("enableDnsHostnames needs enableDnsSupport, which is off in {}; turn that on first.", vpc.id);
                return Err(Error::combination(message));
            }
            (Some(flag), None, None) => Box::new(move |vpc| vpc.dns_hostnames = flag.value),
            (None, Some(flag), None) => Box::new(move |vpc| vpc.dns_support = flag.value),
            (None, None, Some(flag)) => Box::new(move |vpc| vpc.usage_metrics = flag.value),
            (None, None, None) => return Err(Error::missing("EnableDnsHostnames")),
            _ => return Err(Error::combination("Fields for multiple attribute types specified. Modify one attribute per call.")),
        };
    cx.txn.update(vpc.id.as_str(), change);
    Ok(())
}
