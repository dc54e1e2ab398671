//! DescribeVpcAttribute.

use serde::{Deserialize, Serialize};

use super::view::Flag;
use crate::ec2::find;
use crate::{Error, Read};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    attribute: String,
    vpc_id: String,
}

#[derive(Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    vpc_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    enable_dns_hostnames: Option<Flag>,
    #[serde(skip_serializing_if = "Option::is_none")]
    enable_dns_support: Option<Flag>,
    #[serde(skip_serializing_if = "Option::is_none")]
    enable_network_address_usage_metrics: Option<Flag>,
}

/// One attribute of a VPC.
pub fn describe_vpc_attribute(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    let vpc = find::vpc(cx.world, cx.owner(), &input.vpc_id)?;
    let mut output = Output { vpc_id: vpc.id.to_string(), ..Output::default() };
    let (member, value) = match input.attribute.as_str() {
        "enableDnsHostnames" => (&mut output.enable_dns_hostnames, vpc.dns_hostnames),
        "enableDnsSupport" => (&mut output.enable_dns_support, vpc.dns_support),
        "enableNetworkAddressUsageMetrics" => (&mut output.enable_network_address_usage_metrics, vpc.usage_metrics),
        other => return Err(Error::invalid_value(format!("Value ({other}) for parameter attribute is invalid."))),
    };
    *member = Some(Flag { value });
    Ok(output)
}
