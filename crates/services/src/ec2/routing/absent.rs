//! DescribeVpnGateways and DescribeEgressOnlyInternetGateways: access from on-premises and IPv6 are not here yet, so there are
//! none. `Vpc.fromLookup` of the CDK asks for the former.

use serde::{Deserialize, Serialize};

use crate::filter::{self, Filter};
use crate::{Error, Read};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Vpn {
    vpn_gateway_ids: Vec<String>,
    filters: Vec<Filter>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct VpnOutput {
    vpn_gateways: [(); 0],
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct EgressOnly {
    egress_only_internet_gateway_ids: Vec<String>,
    filters: Vec<Filter>,
    /// No page of nothing has another after it.
    #[serde(rename = "MaxResults")]
    _max_results: Option<usize>,
    #[serde(rename = "NextToken")]
    _next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct EgressOnlyOutput {
    egress_only_internet_gateways: [(); 0],
}

/// The filters of VPN gateways besides those by tags.
const OF_VPN: [&str; 7] =
    ["amazon-side-asn", "attachment.state", "attachment.vpc-id", "availability-zone", "state", "type", "vpn-gateway-id"];

pub fn describe_vpn_gateways(_: &Read<'_>, input: Vpn) -> Result<VpnOutput, Error> {
    let vpn_gateways = none(&input.vpn_gateway_ids, "InvalidVpnGatewayID.NotFound", &input.filters, &OF_VPN)?;
    Ok(VpnOutput { vpn_gateways })
}

pub fn describe_egress_only_internet_gateways(_: &Read<'_>, input: EgressOnly) -> Result<EgressOnlyOutput, Error> {
    let ids = &input.egress_only_internet_gateway_ids;
    let egress_only_internet_gateways = none(ids, "InvalidEgressOnlyInternetGatewayId.NotFound", &input.filters, &[])?;
    Ok(EgressOnlyOutput { egress_only_internet_gateways })
}

/// That there are none; who names one by its id or asks by what is no filter is refused as if there were.
fn none(ids: &[String], not_found: &str, filters: &[Filter], known: &[&str]) -> Result<[(); 0], Error> {
    let field = |name: &str| {
        let of = filter::of::<()>();
        let is_tag = name == "tag-key" || name.starts_with("tag:");
        (is_tag || known.contains(&name)).then(|| of.empty()).flatten()
    };
    filter::select(filters, std::iter::empty(), field)?;
    ids.first().map_or(Ok([]), |id| Err(Error::new(not_found, format!("The gateway ID '{id}' does not exist"))))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::ec2::testing::Cloud;

    fn by(name: &str) -> Value {
        json!({"Filters": [{"Name": name, "Values": ["vpc-0123456789abcdef0"]}]})
    }

    #[test]
    fn there_are_none() {
        let cloud = Cloud::new();
        assert_eq!(cloud.ok("DescribeVpnGateways", by("attachment.vpc-id"))["VpnGateways"], json!([]));
        assert_eq!(cloud.ok("DescribeVpnGateways", by("tag:Name"))["VpnGateways"], json!([]));
        let one = json!({"VpnGatewayIds": ["vgw-0123456789abcdef0"]});
        assert_eq!(cloud.refusal("DescribeVpnGateways", one), "InvalidVpnGatewayID.NotFound");
        let listed = cloud.ok("DescribeEgressOnlyInternetGateways", json!({"MaxResults": 5}));
        assert_eq!(listed["EgressOnlyInternetGateways"], json!([]));
        let one = json!({"EgressOnlyInternetGatewayIds": ["eigw-00000000000000000"]});
        assert_eq!(cloud.refusal("DescribeEgressOnlyInternetGateways", one), "InvalidEgressOnlyInternetGatewayId.NotFound");
    }

    #[test]
    fn what_is_no_filter_is_refused() {
        let cloud = Cloud::new();
        for operation in ["DescribeVpnGateways", "DescribeEgressOnlyInternetGateways"] {
            assert_eq!(cloud.refusal(operation, by("colour")), "InvalidParameterValue", "{operation}");
        }
    }
}
