//! DescribeEgressOnlyInternetGateways: they are for IPv6, which is not here yet, so there are none.

use serde::{Deserialize, Serialize};

use crate::{Error, Read};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    egress_only_internet_gateway_ids: Vec<String>,
    #[serde(rename = "Filters")]
    _filters: Vec<crate::filter::Filter>,
    #[serde(rename = "MaxResults")]
    _max_results: Option<usize>,
    #[serde(rename = "NextToken")]
    _next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    egress_only_internet_gateways: [(); 0],
}

/// That there are none; no page of nothing has another after it.
pub fn describe_egress_only_internet_gateways(_: &Read<'_>, input: Input) -> Result<Output, Error> {
    match input.egress_only_internet_gateway_ids.first() {
        None => Ok(Output { egress_only_internet_gateways: [] }),
        Some(id) => {
            let message = format!("The egressOnlyInternetGateway ID '{id}' does not exist");
            Err(Error::new("InvalidEgressOnlyInternetGatewayId.NotFound", message))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::ec2::testing::Cloud;

    #[test]
    fn there_are_none() {
        let cloud = Cloud::new();
        let listed = cloud.ok("DescribeEgressOnlyInternetGateways", json!({"MaxResults": 5}));
        assert_eq!(listed["EgressOnlyInternetGateways"], json!([]));
        let one = json!({"EgressOnlyInternetGatewayIds": ["eigw-00000000000000000"]});
        assert_eq!(cloud.refusal("DescribeEgressOnlyInternetGateways", one), "InvalidEgressOnlyInternetGatewayId.NotFound");
    }
}
