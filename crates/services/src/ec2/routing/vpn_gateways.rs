//! DescribeVpnGateways: access from on-premises is not here yet, so there are none. `Vpc.fromLookup` of the CDK asks for them.

use serde::{Deserialize, Serialize};

use crate::filter::Filter;
use crate::{Error, Read};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    vpn_gateway_ids: Vec<String>,
    #[serde(rename = "Filters")]
    _filters: Vec<Filter>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    vpn_gateways: [(); 0],
}

/// That there are none.
pub fn describe_vpn_gateways(_: &Read<'_>, input: Input) -> Result<Output, Error> {
    match input.vpn_gateway_ids.first() {
        None => Ok(Output { vpn_gateways: [] }),
        Some(id) => Err(Error::new("InvalidVpnGatewayID.NotFound", format!("The vpnGateway ID '{id}' does not exist"))),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::ec2::testing::Cloud;

    #[test]
    fn there_are_none() {
        let cloud = Cloud::new();
        let of_a_vpc = json!({"Filters": [{"Name": "attachment.vpc-id", "Values": ["vpc-0123456789abcdef0"]}]});
        assert_eq!(cloud.ok("DescribeVpnGateways", of_a_vpc)["VpnGateways"], json!([]));
        let one = json!({"VpnGatewayIds": ["vgw-0123456789abcdef0"]});
        assert_eq!(cloud.refusal("DescribeVpnGateways", one), "InvalidVpnGatewayID.NotFound");
    }
}
