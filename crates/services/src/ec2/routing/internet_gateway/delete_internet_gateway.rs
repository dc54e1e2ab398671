//! DeleteInternetGateway: refused while it is attached.

use resource::{InternetGateway, RouteTable};
use serde::Deserialize;

use crate::ec2::find;
use crate::ec2::routing::route_table::edge;
use crate::{Error, Write};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    internet_gateway_id: String,
}

/// Removes a gateway and its use of a route table. Routes to it become blackholes.
pub fn delete_internet_gateway(cx: &mut Write<'_>, input: Input) -> Result<(), Error> {
    let gateway = find::internet_gateway(cx.txn, cx.owner(), &input.internet_gateway_id)?;
    if let Some(vpc) = &gateway.vpc {
        let message =
            format!("The internetGateway '{}' has dependencies and cannot be deleted: detach it from {vpc} first.", gateway.id);
        return Err(Error::dependency(message));
    }
    if let Some(table) = edge::table_of(cx.txn, &gateway.id) {
        cx.txn.update::<RouteTable>(table.id.as_str(), |table| {
            table.associations.retain(|association| association.gateway.as_ref() != Some(&gateway.id));
        });
    }
    cx.txn.remove::<InternetGateway>(gateway.id.as_str());
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::ec2::testing::Cloud;

    #[test]
    fn a_gateway_is_attached_to_one_vpc_and_goes_when_it_is_detached() {
        let cloud = Cloud::new();
        let vpc = cloud.text("CreateVpc", json!({"CidrBlock": "10.0.0.0/16"}), "/Vpc/VpcId");
        let other = cloud.text("CreateVpc", json!({"CidrBlock": "10.0.0.0/16"}), "/Vpc/VpcId");
        let gateway = || cloud.text("CreateInternetGateway", json!({}), "/InternetGateway/InternetGatewayId");
        let (first, second) = (gateway(), gateway());
        let to = |gateway: &str, vpc: &str| json!({"InternetGatewayId": gateway, "VpcId": vpc});

        cloud.ok("AttachInternetGateway", to(&first, &vpc));
        assert_eq!(cloud.refusal("AttachInternetGateway", to(&first, &other)), "Resource.AlreadyAssociated");
        assert_eq!(cloud.refusal("AttachInternetGateway", to(&second, &vpc)), "InvalidParameterValue");
        let attached = json!({"Filters": [{"Name": "attachment.vpc-id", "Values": [vpc]}, {"Name": "attachment.state", "Values": ["available"]}]});
        let found = cloud.ok("DescribeInternetGateways", attached);
        assert_eq!(found.pointer("/InternetGateways/0/InternetGatewayId"), Some(&json!(first)));
        assert_eq!(found["InternetGateways"].as_array().map(Vec::len), Some(1));

        assert_eq!(cloud.refusal("DeleteInternetGateway", json!({"InternetGatewayId": first})), "DependencyViolation");
        assert_eq!(cloud.refusal("DeleteVpc", json!({"VpcId": vpc})), "DependencyViolation");
        assert_eq!(cloud.refusal("DetachInternetGateway", to(&first, &other)), "Gateway.NotAttached");
        cloud.ok("DetachInternetGateway", to(&first, &vpc));
        cloud.ok("DeleteInternetGateway", json!({"InternetGatewayId": first}));
        assert_eq!(
            cloud.refusal("DescribeInternetGateways", json!({"InternetGatewayIds": [first]})),
            "InvalidInternetGatewayID.NotFound"
        );
        cloud.ok("DeleteVpc", json!({"VpcId": vpc}));
    }
}
