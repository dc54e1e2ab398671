//! Route tables and the gateways they lead to.

mod absent;
mod elastic_address;
mod internet_gateway;
mod nat_gateway;
pub mod route;
mod route_table;
#[cfg(test)]
pub mod testing;

use crate::Operation;
use crate::operation::operation;

/// The operations.
pub const OPERATIONS: &[Operation] = &[
    operation!(write "AllocateAddress" elastic_address::allocate_address::allocate_address),
    operation!(write "AssociateAddress" elastic_address::associate_address::associate_address),
    operation!(write "AssociateRouteTable" route_table::associate_route_table::associate_route_table),
    operation!(write "AttachInternetGateway" internet_gateway::attach_internet_gateway::attach_internet_gateway),
    operation!(write "CreateInternetGateway" internet_gateway::create_internet_gateway::create_internet_gateway),
    operation!(write "CreateNatGateway" nat_gateway::create_nat_gateway::create_nat_gateway),
    operation!(write "CreateRoute" route::create_route::create_route),
    operation!(write "CreateRouteTable" route_table::create_route_table::create_route_table),
    operation!(write "DeleteInternetGateway" internet_gateway::delete_internet_gateway::delete_internet_gateway),
    operation!(write "DeleteNatGateway" nat_gateway::delete_nat_gateway::delete_nat_gateway),
    operation!(write "DeleteRoute" route::delete_route::delete_route),
    operation!(write "DeleteRouteTable" route_table::delete_route_table::delete_route_table),
    operation!(read "DescribeAddresses" elastic_address::describe_addresses::describe_addresses),
    operation!(read "DescribeAddressesAttribute" elastic_address::describe_addresses_attribute::describe_addresses_attribute),
    operation!(read "DescribeEgressOnlyInternetGateways" absent::describe_egress_only_internet_gateways),
    operation!(read "DescribeVpnGateways" absent::describe_vpn_gateways),
    operation!(read "DescribeInternetGateways" internet_gateway::describe_internet_gateways::describe_internet_gateways),
    operation!(read "DescribeNatGateways" nat_gateway::describe_nat_gateways::describe_nat_gateways),
    operation!(read "DescribeRouteTables" route_table::describe_route_tables::describe_route_tables),
    operation!(write "DetachInternetGateway" internet_gateway::detach_internet_gateway::detach_internet_gateway),
    operation!(write "DisassociateAddress" elastic_address::disassociate_address::disassociate_address),
    operation!(write "DisassociateRouteTable" route_table::disassociate_route_table::disassociate_route_table),
    operation!(write "ReleaseAddress" elastic_address::release_address::release_address),
    operation!(write "ReplaceRoute" route::replace_route::replace_route),
    operation!(write "ReplaceRouteTableAssociation" route_table::replace_route_table_association::replace_route_table_association),
];

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::testing::Network;

    #[test]
    fn nobody_reaches_what_belongs_to_another_account() {
        let network = Network::new();
        let cloud = &network.cloud;
        let elastic = network.elastic();
        let association = json!({"RouteTableId": network.table, "SubnetId": network.subnet});
        let association = cloud.text("AssociateRouteTable", association, "/AssociationId");
        let mapped = json!({"AllocationId": elastic, "NetworkInterfaceId": network.interface()});
        let mapped = cloud.text("AssociateAddress", mapped, "/AssociationId");
        let nat = cloud.text(
            "CreateNatGateway",
            json!({"SubnetId": network.subnet, "ConnectivityType": "private"}),
            "/NatGateway/NatGatewayId",
        );
        let (vpc, subnet, table, gateway) = (&network.vpc, &network.subnet, &network.table, &network.gateway);
        let before = cloud.world().revision();

        let stranger = cloud.account("222222222222");
        for (operation, input, code) in [
            (
                "AssociateAddress",
                json!({"AllocationId": elastic, "InstanceId": "i-00000000000000000"}),
                "InvalidAllocationID.NotFound",
            ),
            ("AssociateRouteTable", json!({"RouteTableId": table, "SubnetId": subnet}), "InvalidRouteTableID.NotFound"),
            ("AttachInternetGateway", json!({"InternetGatewayId": gateway, "VpcId": vpc}), "InvalidInternetGatewayID.NotFound"),
            ("CreateNatGateway", json!({"SubnetId": subnet, "ConnectivityType": "private"}), "InvalidSubnetID.NotFound"),
            ("CreateRoute", network.route("0.0.0.0/0", "GatewayId", gateway), "InvalidRouteTableID.NotFound"),
            ("CreateRouteTable", json!({"VpcId": vpc}), "InvalidVpcID.NotFound"),
            ("DeleteInternetGateway", json!({"InternetGatewayId": gateway}), "InvalidInternetGatewayID.NotFound"),
            ("DeleteNatGateway", json!({"NatGatewayId": nat}), "NatGatewayNotFound"),
            ("DeleteRoute", json!({"RouteTableId": table, "DestinationCidrBlock": "0.0.0.0/0"}), "InvalidRouteTableID.NotFound"),
            ("DeleteRouteTable", json!({"RouteTableId": table}), "InvalidRouteTableID.NotFound"),
            ("DescribeAddresses", json!({"AllocationIds": [elastic]}), "InvalidAllocationID.NotFound"),
            ("DescribeInternetGateways", json!({"InternetGatewayIds": [gateway]}), "InvalidInternetGatewayID.NotFound"),
            ("DescribeNatGateways", json!({"NatGatewayIds": [nat]}), "NatGatewayNotFound"),
            ("DescribeRouteTables", json!({"RouteTableIds": [table]}), "InvalidRouteTableID.NotFound"),
            ("DetachInternetGateway", json!({"InternetGatewayId": gateway, "VpcId": vpc}), "InvalidInternetGatewayID.NotFound"),
            ("DisassociateAddress", json!({"AssociationId": mapped}), "InvalidAssociationID.NotFound"),
            ("DisassociateRouteTable", json!({"AssociationId": association}), "InvalidAssociationID.NotFound"),
            ("ReleaseAddress", json!({"AllocationId": elastic}), "InvalidAllocationID.NotFound"),
            ("ReplaceRoute", network.route("0.0.0.0/0", "GatewayId", gateway), "InvalidRouteTableID.NotFound"),
            (
                "ReplaceRouteTableAssociation",
                json!({"AssociationId": association, "RouteTableId": table}),
                "InvalidAssociationID.NotFound",
            ),
        ] {
            assert_eq!(stranger.refusal(operation, input), code, "{operation}");
        }
        for (operation, member) in [
            ("DescribeAddresses", "Addresses"),
            ("DescribeInternetGateways", "InternetGateways"),
            ("DescribeNatGateways", "NatGateways"),
            ("DescribeRouteTables", "RouteTables"),
        ] {
            assert_eq!(stranger.ok(operation, json!({}))[member], json!([]), "{operation}");
        }
        assert_eq!(cloud.world().revision(), before);
    }
}
