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
                let message =
                    format!("enableDnsHostnames needs enableDnsSupport, which is off in {}; turn that on first.", vpc.id);
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::ec2::testing::Cloud;

    #[test]
    fn attributes_have_awss_defaults_and_change_one_at_a_time() {
        let cloud = Cloud::new();
        let vpc = cloud.text("CreateVpc", json!({"CidrBlock": "10.0.0.0/16"}), "/Vpc/VpcId");
        let shown = |attribute: &str, member: &str| {
            let answer = cloud.ok("DescribeVpcAttribute", json!({"VpcId": vpc, "Attribute": attribute}));
            answer[member]["Value"].as_bool()
        };
        let set = |member: &str, value: bool| json!({"VpcId": vpc, member: {"Value": value}});
        assert_eq!(shown("enableDnsSupport", "EnableDnsSupport"), Some(true));
        assert_eq!(shown("enableDnsHostnames", "EnableDnsHostnames"), Some(false));
        assert_eq!(shown("enableNetworkAddressUsageMetrics", "EnableNetworkAddressUsageMetrics"), Some(false));

        cloud.ok("ModifyVpcAttribute", set("EnableDnsHostnames", true));
        assert_eq!(shown("enableDnsHostnames", "EnableDnsHostnames"), Some(true));
        cloud.ok("ModifyVpcAttribute", set("EnableNetworkAddressUsageMetrics", true));
        assert_eq!(shown("enableNetworkAddressUsageMetrics", "EnableNetworkAddressUsageMetrics"), Some(true));
        cloud.ok("ModifyVpcAttribute", set("EnableDnsHostnames", false));
        cloud.ok("ModifyVpcAttribute", set("EnableDnsSupport", false));
        assert_eq!(cloud.refusal("ModifyVpcAttribute", set("EnableDnsHostnames", true)), "InvalidParameterCombination");

        let mut two = set("EnableDnsSupport", true);
        two["EnableDnsHostnames"] = json!({"Value": true});
        assert_eq!(cloud.refusal("ModifyVpcAttribute", two), "InvalidParameterCombination");
        assert_eq!(cloud.refusal("ModifyVpcAttribute", json!({"VpcId": vpc})), "MissingParameter");
    }
}
