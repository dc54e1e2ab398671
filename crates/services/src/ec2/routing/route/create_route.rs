//! CreateRoute.

use resource::{Route, RouteDestination, RouteTable, RouteTarget, Vpc};
use serde::Serialize;

use super::target::Named;
use super::{Request, check_size, destination};
use crate::ec2::routing::route_table::edge;
use crate::ec2::{find, firewall};
use crate::{Error, Write};

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    r#return: bool,
}

/// Adds a route to a table.
pub fn create_route(cx: &mut Write<'_>, input: Request) -> Result<Output, Error> {
    let owner = cx.owner().clone();
    let table = find::route_table(cx.txn, &owner, &input.route_table_id)?;
    let vpc = find::vpc(cx.txn, &owner, table.vpc.as_str())?;
    let destination = destination::named(input.destination_cidr_block.as_deref(), input.destination_prefix_list_id.as_deref())?;
    let target = target(cx, &vpc, &input)?;
    match &destination {
        RouteDestination::Cidr(block) if destination::is_local(&vpc, *block) => {
            let message =
                format!("The route identified by {block} already exists: it is local. ReplaceRoute changes its target.");
            return Err(Error::new("RouteAlreadyExists", message));
        }
        RouteDestination::Cidr(block) => destination::check(cx.txn, &vpc, *block, &target)?,
        RouteDestination::PrefixList(id) => drop(firewall::prefix_list::refer(cx.txn, &owner, id.as_str())?),
    }
    if table.routes.iter().any(|route| route.destination == destination) {
        let text = input.destination_cidr_block.or(input.destination_prefix_list_id).unwrap_or_default();
        return Err(Error::new("RouteAlreadyExists", format!("The route identified by {text} already exists in {}.", table.id)));
    }
    let mut table = (*table).clone();
    table.routes.push(Route { destination, target });
    check_size(cx.txn, &table)?;
    if table.gateways().next().is_some() {
        edge::check(cx.txn, &table)?;
    }
    cx.txn.put::<RouteTable>(table);
    Ok(Output { r#return: true })
}

fn target(cx: &Write<'_>, vpc: &Vpc, input: &Request) -> Result<RouteTarget, Error> {
    match input.target(cx.txn, cx.owner(), &vpc.id)? {
        Named::Target(target) => Ok(target),
        Named::Local => Err(Error::invalid_value("Local routes come with the blocks of the VPC and cannot be created.")),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::ec2::routing::testing::Network;

    #[test]
    fn routes_are_added_replaced_and_removed() {
        let network = Network::new();
        let (_, interface) = network.instance();
        let cloud = &network.cloud;
        let active = |destination: &str, target: &str| (destination.to_owned(), target.to_owned(), "active".to_owned());
        assert_eq!(network.routes(), [active("10.0.0.0/16", "local")]);

        assert_eq!(cloud.ok("CreateRoute", network.route("0.0.0.0/0", "GatewayId", &network.gateway)), json!({"Return": true}));
        cloud.ok("CreateRoute", network.route("192.168.7.9/16", "NetworkInterfaceId", &interface));
        let (to_internet, to_appliance) = (active("0.0.0.0/0", &network.gateway), active("192.168.0.0/16", &interface));
        assert_eq!(network.routes(), [active("10.0.0.0/16", "local"), to_internet, to_appliance.clone()]);
        assert_eq!(
            cloud.refusal("CreateRoute", network.route("0.0.0.0/0", "NetworkInterfaceId", &interface)),
            "RouteAlreadyExists"
        );

        cloud.ok("ReplaceRoute", network.route("0.0.0.0/0", "NetworkInterfaceId", &interface));
        assert_eq!(network.routes()[1], active("0.0.0.0/0", &interface));
        let gone = json!({"RouteTableId": network.table, "DestinationCidrBlock": "0.0.0.0/0"});
        cloud.ok("DeleteRoute", gone.clone());
        assert_eq!(network.routes(), [active("10.0.0.0/16", "local"), to_appliance]);
        assert_eq!(cloud.refusal("DeleteRoute", gone), "InvalidRoute.NotFound");
        assert_eq!(
            cloud.refusal("ReplaceRoute", network.route("0.0.0.0/0", "GatewayId", &network.gateway)),
            "InvalidParameterValue"
        );
    }

    #[test]
    fn a_route_may_be_more_specific_than_local_only_for_a_whole_subnet_through_an_appliance() {
        let network = Network::new();
        let (instance, interface) = network.instance();
        for (destination, member, target, code) in [
            ("10.0.0.0/16", "GatewayId", &network.gateway, "RouteAlreadyExists"),
            ("10.0.1.0/24", "GatewayId", &network.gateway, "InvalidParameterValue"),
            ("10.0.1.0/25", "NetworkInterfaceId", &interface, "InvalidParameterValue"),
            ("169.254.169.0/24", "NetworkInterfaceId", &interface, "InvalidParameterValue"),
            ("250.0.0.0/8", "NetworkInterfaceId", &interface, "InvalidParameterValue"),
            ("10.9.0.0", "NetworkInterfaceId", &interface, "InvalidParameterValue"),
            ("10.9.0.0/16", "GatewayId", &"local".to_owned(), "InvalidParameterValue"),
        ] {
            assert_eq!(network.cloud.refusal("CreateRoute", network.route(destination, member, target)), code, "{destination}");
        }
        network.cloud.ok("CreateRoute", network.route("10.0.1.0/24", "InstanceId", &instance));
        assert_eq!(network.routes()[1].1, interface);
        network.cloud.ok("CreateRoute", network.route("169.254.0.0/16", "NetworkInterfaceId", &interface));
    }

    #[test]
    fn the_local_route_stays_but_for_its_target() {
        let network = Network::new();
        let local = json!({"RouteTableId": network.table, "DestinationCidrBlock": "10.0.0.0/16"});
        assert_eq!(network.cloud.refusal("DeleteRoute", local.clone()), "InvalidParameterValue");
        let (_, interface) = network.instance();
        let by_gateway = network.route("10.0.0.0/16", "GatewayId", &network.gateway);
        assert_eq!(network.cloud.refusal("ReplaceRoute", by_gateway), "InvalidParameterValue");
        network.cloud.ok("ReplaceRoute", network.route("10.0.0.0/16", "NetworkInterfaceId", &interface));
        let shown = |target: &str| [("10.0.0.0/16".to_owned(), target.to_owned(), "active".to_owned())];
        assert_eq!(network.routes(), shown(&interface));
        assert_eq!(network.cloud.refusal("DeleteRoute", local), "InvalidParameterValue");
        let restore = json!({"RouteTableId": network.table, "DestinationCidrBlock": "10.0.0.0/16", "LocalTarget": true});
        network.cloud.ok("ReplaceRoute", restore.clone());
        network.cloud.ok("ReplaceRoute", restore);
        assert_eq!(network.routes(), shown("local"));
        let other = json!({"RouteTableId": network.table, "DestinationCidrBlock": "0.0.0.0/0", "LocalTarget": true});
        assert_eq!(network.cloud.refusal("ReplaceRoute", other), "InvalidParameterValue");
    }

    #[test]
    fn a_prefix_list_is_a_destination_too() {
        let network = Network::new();
        let entries = json!([{"Cidr": "192.168.0.0/16"}]);
        let input = json!({"PrefixListName": "office", "MaxEntries": 2, "AddressFamily": "IPv4", "Entries": entries});
        let list = network.cloud.text("CreateManagedPrefixList", input, "/PrefixList/PrefixListId");
        let to_list = json!({"RouteTableId": network.table, "DestinationPrefixListId": list, "GatewayId": network.gateway});
        network.cloud.ok("CreateRoute", to_list.clone());
        assert_eq!(network.routes()[1].0, list);
        assert_eq!(network.cloud.refusal("CreateRoute", to_list), "RouteAlreadyExists");
        network.cloud.ok("DeleteRoute", json!({"RouteTableId": network.table, "DestinationPrefixListId": list}));
        let unknown = json!({"RouteTableId": network.table, "DestinationPrefixListId": "pl-00000000000000000", "GatewayId": network.gateway});
        assert_eq!(network.cloud.refusal("CreateRoute", unknown), "InvalidPrefixListID.NotFound");
    }

    #[test]
    fn a_table_takes_fifty_routes() {
        let network = Network::new();
        for n in 1..=50 {
            network.cloud.ok("CreateRoute", network.route(&format!("172.{n}.0.0/16"), "GatewayId", &network.gateway));
        }
        assert_eq!(
            network.cloud.refusal("CreateRoute", network.route("0.0.0.0/0", "GatewayId", &network.gateway)),
            "RouteLimitExceeded"
        );
    }

    #[test]
    fn routes_of_gateway_endpoints_are_not_for_route_operations() {
        let network = Network::new();
        let list = resource::PrefixListId::random();
        let endpoint = resource::EndpointId::random();
        network.cloud.change(|txn| {
            let destination = RouteDestination::PrefixList(list.clone());
            let route = Route { destination, target: RouteTarget::Endpoint(endpoint.clone()) };
            txn.update::<RouteTable>(&network.table, |table| table.routes.push(route))
        });
        let (destination, target, state) = network.routes()[1].clone();
        assert_eq!((destination.as_str(), target.as_str(), state.as_str()), (list.as_str(), endpoint.as_str(), "blackhole"));
        let mut route = json!({"RouteTableId": network.table, "DestinationPrefixListId": list});
        let refused = network.cloud.call("DeleteRoute", route.clone()).expect_err("the endpoint's");
        assert_eq!(refused.code, "InvalidParameterValue");
        assert!(refused.message.contains("ModifyVpcEndpoint"), "{}", refused.message);
        route["GatewayId"] = json!(network.gateway);
        assert_eq!(network.cloud.refusal("ReplaceRoute", route), "InvalidParameterValue");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn whatever_is_asked_a_table_has_one_route_per_destination_and_the_local_one_first(
            asked in prop::collection::vec((0u8..3, 0u8..4, 8u8..=24), 1..24),
        ) {
            let network = Network::new();
            for (operation, second, length) in asked {
                let destination = format!("10.{second}.0.0/{length}");
                let answer = match operation {
                    0 => network.cloud.call("CreateRoute", network.route(&destination, "GatewayId", &network.gateway)),
                    1 => network.cloud.call("ReplaceRoute", network.route(&destination, "GatewayId", &network.gateway)),
                    _ => network.cloud.call("DeleteRoute", json!({"RouteTableId": network.table, "DestinationCidrBlock": destination})),
                };
                let known = ["RouteAlreadyExists", "InvalidParameterValue", "InvalidRoute.NotFound", "UnsupportedOperation"];
                prop_assert!(answer.is_ok() || answer.is_err_and(|error| known.contains(&error.code.as_str())));
            }
            let mut destinations: Vec<String> = network.routes().into_iter().map(|(destination, ..)| destination).collect();
            prop_assert_eq!(&destinations[0], "10.0.0.0/16");
            let all = destinations.len();
            destinations.sort_unstable();
            destinations.dedup();
            prop_assert_eq!(destinations.len(), all);
        }
    }
}
