//! DeleteNatGateway: it is `deleting` until the kernel has let go of it; its Elastic IP stays with the account.

use resource::{NatGateway, NatState};
use serde::{Deserialize, Serialize};

use crate::{Error, Write};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    nat_gateway_id: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    nat_gateway_id: String,
}

/// Wishes a NAT gateway away. A failed one, which the kernel never had, is deleted at once.
pub fn delete_nat_gateway(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let gateway = super::find(cx.txn, cx.owner(), &input.nat_gateway_id)?;
    let now = cx.now;
    cx.txn.update::<NatGateway>(gateway.id.as_str(), |gateway| match gateway.state {
        NatState::Pending | NatState::Available => gateway.state = NatState::Deleting,
        NatState::Failed => (gateway.state, gateway.deleted) = (NatState::Deleted, Some(now)),
        NatState::Deleting | NatState::Deleted => {}
    });
    Ok(Output { nat_gateway_id: gateway.id.to_string() })
}

#[cfg(test)]
mod tests {
    use resource::{NetworkInterface, Timestamp};
    use serde_json::{Value, json};

    use super::*;
    use crate::ec2::routing::testing::Network;

    /// What the reconciler does when the kernel has let go.
    fn finish(network: &Network, id: &str) {
        network.cloud.change(|txn| {
            let interface = txn.find::<NatGateway>(id).and_then(|gateway| gateway.interface.clone());
            interface.into_iter().for_each(|interface| txn.remove::<NetworkInterface>(interface.as_str()));
            txn.update::<NatGateway>(id, |gateway| {
                (gateway.state, gateway.deleted) = (NatState::Deleted, Some(Timestamp::now()))
            });
        });
    }

    #[test]
    fn a_gateway_is_deleting_then_deleted_and_frees_its_address_and_its_vpc() {
        let network = Network::new();
        let cloud = &network.cloud;
        let elastic = network.elastic();
        let id = cloud.text(
            "CreateNatGateway",
            json!({"SubnetId": network.subnet, "AllocationId": elastic}),
            "/NatGateway/NatGatewayId",
        );
        let state = |filter: &str, value: &str| -> Value {
            let found = cloud.ok("DescribeNatGateways", json!({"Filter": [{"Name": filter, "Values": [value]}]}));
            found.pointer("/NatGateways/0/State").cloned().unwrap_or_default()
        };
        assert_eq!(cloud.text("DeleteNatGateway", json!({"NatGatewayId": id}), "/NatGatewayId"), id);
        assert_eq!(state("vpc-id", &network.vpc), "deleting");
        assert_eq!(cloud.refusal("DeleteVpc", json!({"VpcId": network.vpc})), "DependencyViolation");
        finish(&network, &id);
        assert_eq!(state("subnet-id", &network.subnet), "deleted");
        assert_eq!(state("state", "available"), Value::Null);

        cloud.ok("ReleaseAddress", json!({"AllocationId": elastic}));
        cloud.ok("DetachInternetGateway", json!({"InternetGatewayId": network.gateway, "VpcId": network.vpc}));
        cloud.ok("DeleteSubnet", json!({"SubnetId": network.subnet}));
        cloud.ok("DeleteRouteTable", json!({"RouteTableId": network.table}));
        cloud.ok("DeleteVpc", json!({"VpcId": network.vpc}));
    }

    #[test]
    fn deleted_and_failed_gateways_are_listed_for_an_hour() {
        let network = Network::new();
        let private = json!({"SubnetId": network.subnet, "ConnectivityType": "private"});
        let id = network.cloud.text("CreateNatGateway", private, "/NatGateway/NatGatewayId");
        network.cloud.ok("DeleteNatGateway", json!({"NatGatewayId": id}));
        finish(&network, &id);
        let listed = || network.cloud.ok("DescribeNatGateways", json!({}))["NatGateways"].as_array().map(Vec::len);
        assert_eq!(listed(), Some(1));
        let long_ago = Timestamp(Timestamp::now().0 - 3_700_000);
        network.cloud.change(|txn| txn.update::<NatGateway>(&id, |gateway| gateway.deleted = Some(long_ago)));
        assert_eq!(listed(), Some(0));
    }

    #[test]
    fn a_failed_gateway_is_deleted_at_once_and_an_unknown_one_has_its_own_codes() {
        let network = Network::new();
        let failing = json!({"SubnetId": network.subnet, "AllocationId": "eipalloc-00000000000000000"});
        let id = network.cloud.text("CreateNatGateway", failing, "/NatGateway/NatGatewayId");
        network.cloud.ok("DeleteNatGateway", json!({"NatGatewayId": id}));
        assert_eq!(network.cloud.text("DescribeNatGateways", json!({"NatGatewayIds": [id]}), "/NatGateways/0/State"), "deleted");
        for operation in ["DeleteNatGateway", "DescribeNatGateways"] {
            let named = |id: &str| match operation {
                "DeleteNatGateway" => json!({"NatGatewayId": id}),
                _ => json!({"NatGatewayIds": [id]}),
            };
            assert_eq!(network.cloud.refusal(operation, named("nat-00000000000000000")), "NatGatewayNotFound");
            assert_eq!(network.cloud.refusal(operation, named("nat-x")), "NatGatewayMalformed");
        }
    }
}
