//! Tables of internet gateways (edge associations): which packets from outside go to an appliance before they go to a subnet.

use std::sync::Arc;

use resource::{InternetGateway, InternetGatewayId, Owner, Resource, Route, RouteDestination, RouteTable, RouteTarget, Vpc};
use store::Snapshot;

use crate::Error;
use crate::ec2::find;

/// The gateway that a request names.
///
/// # Errors
/// `InvalidInternetGatewayID.NotFound`, and a refusal of gateways of other kinds.
pub fn gateway(world: &Snapshot, owner: &Owner, id: &str) -> Result<Arc<InternetGateway>, Error> {
    if let Some((prefix, _)) = id.split_once('-').filter(|(prefix, _)| *prefix != "igw") {
        let message = format!("underpass does not support route tables for gateways of the form {prefix}-… yet");
        return Err(Error::new("UnsupportedOperation", message));
    }
    find::internet_gateway(world, owner, id)
}

/// The table that a gateway uses.
pub fn table_of(world: &Snapshot, gateway: &InternetGatewayId) -> Option<Arc<RouteTable>> {
    let mut linked = world.linked::<RouteTable>(InternetGateway::KIND, gateway);
    linked.find(|table| table.gateways().any(|id| id == gateway))
}

/// Whether a gateway may use a table: all its routes lead to interfaces, for blocks in the VPC.
///
/// # Errors
/// `InvalidParameterValue` with the route that is in the way.
pub fn check(world: &Snapshot, table: &RouteTable) -> Result<(), Error> {
    let blocks = world.find::<Vpc>(table.vpc.as_str()).map(|vpc| vpc.cidrs.clone()).unwrap_or_default();
    let inside = |route: &Route| match &route.destination {
        RouteDestination::Cidr(net) => blocks.iter().any(|block| block.cidr.contains(net)),
        RouteDestination::PrefixList(_) => false,
    };
    match table.routes.iter().find(|route| !inside(route) || !matches!(route.target, RouteTarget::Interface(_))) {
        None => Ok(()),
        Some(route) => Err(Error::invalid_value(format!(
            "{} has a route to {}: the table of a gateway has routes to network interfaces only, for blocks of {}.",
            table.id,
            destination(route),
            table.vpc
        ))),
    }
}

fn destination(route: &Route) -> String {
    match &route.destination {
        RouteDestination::Cidr(net) => net.to_string(),
        RouteDestination::PrefixList(id) => id.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::ec2::routing::testing::Network;

    fn to_gateway(network: &Network, gateway: &str) -> Value {
        json!({"RouteTableId": network.table, "GatewayId": gateway})
    }

    #[test]
    fn a_gateway_uses_one_table_which_goes_with_it_or_when_it_is_taken_away() {
        let network = Network::new();
        let cloud = &network.cloud;
        let made = cloud.ok("AssociateRouteTable", to_gateway(&network, &network.gateway));
        assert_eq!(made["AssociationState"], json!({"State": "associated"}));
        let by_gateway = json!({"Filters": [{"Name": "association.gateway-id", "Values": [network.gateway]}]});
        let shown = cloud.ok("DescribeRouteTables", by_gateway.clone())["RouteTables"][0].clone();
        let expected = json!({"Main": false, "RouteTableAssociationId": made["AssociationId"], "RouteTableId": network.table,
                              "GatewayId": network.gateway, "AssociationState": {"State": "associated"}});
        let associations = shown["Associations"].as_array().expect("associations");
        assert!(associations.contains(&expected), "{shown}");

        let vpc = shown["VpcId"].clone();
        let other = cloud.text("CreateRouteTable", json!({"VpcId": vpc}), "/RouteTable/RouteTableId");
        let second = json!({"RouteTableId": other, "GatewayId": network.gateway});
        assert_eq!(cloud.refusal("AssociateRouteTable", second.clone()), "Resource.AlreadyAssociated");
        assert_eq!(cloud.refusal("DeleteRouteTable", json!({"RouteTableId": network.table})), "DependencyViolation");
        let moved = json!({"AssociationId": made["AssociationId"], "RouteTableId": other});
        let moved = cloud.text("ReplaceRouteTableAssociation", moved, "/NewAssociationId");
        assert_eq!(cloud.text("DescribeRouteTables", by_gateway.clone(), "/RouteTables/0/RouteTableId"), other);
        cloud.ok("DisassociateRouteTable", json!({"AssociationId": moved}));
        assert_eq!(cloud.ok("DescribeRouteTables", by_gateway.clone())["RouteTables"], json!([]));

        cloud.ok("AssociateRouteTable", second);
        cloud.ok("DetachInternetGateway", json!({"InternetGatewayId": network.gateway, "VpcId": vpc}));
        cloud.ok("DeleteInternetGateway", json!({"InternetGatewayId": network.gateway}));
        assert_eq!(cloud.ok("DescribeRouteTables", by_gateway)["RouteTables"], json!([]));
        cloud.ok("DeleteRouteTable", json!({"RouteTableId": other}));
    }

    #[test]
    fn the_table_of_a_gateway_leads_to_interfaces_only() {
        let network = Network::new();
        let cloud = &network.cloud;
        let (_, interface) = network.instance();
        let to_internet = network.route("0.0.0.0/0", "GatewayId", &network.gateway);
        cloud.ok("CreateRoute", to_internet.clone());
        let associate = to_gateway(&network, &network.gateway);
        assert_eq!(cloud.refusal("AssociateRouteTable", associate.clone()), "InvalidParameterValue");
        cloud.ok("ReplaceRoute", network.route("0.0.0.0/0", "NetworkInterfaceId", &interface));
        assert_eq!(cloud.refusal("AssociateRouteTable", associate.clone()), "InvalidParameterValue");
        cloud.ok("DeleteRoute", json!({"RouteTableId": network.table, "DestinationCidrBlock": "0.0.0.0/0"}));
        cloud.ok("AssociateRouteTable", associate);
        assert_eq!(cloud.refusal("CreateRoute", to_internet), "InvalidParameterValue");
        let block = cloud.text("DescribeSubnets", json!({"SubnetIds": [network.subnet]}), "/Subnets/0/CidrBlock");
        cloud.ok("CreateRoute", network.route(&block, "NetworkInterfaceId", &interface));
    }

    #[test]
    fn a_table_is_for_a_subnet_or_for_an_internet_gateway_of_its_own_network() {
        let network = Network::new();
        let cloud = &network.cloud;
        let mut both = to_gateway(&network, &network.gateway);
        both["SubnetId"] = json!(network.subnet);
        assert_eq!(cloud.refusal("AssociateRouteTable", both), "InvalidParameterCombination");
        let free = cloud.text("CreateInternetGateway", json!({}), "/InternetGateway/InternetGatewayId");
        for (gateway, code) in [
            (free.as_str(), "InvalidParameterValue"),
            ("igw-00000000000000000", "InvalidInternetGatewayID.NotFound"),
            ("vgw-00000000000000000", "UnsupportedOperation"),
        ] {
            assert_eq!(cloud.refusal("AssociateRouteTable", to_gateway(&network, gateway)), code, "{gateway}");
        }
    }
}
