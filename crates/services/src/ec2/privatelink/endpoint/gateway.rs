//! Gateway endpoints in route tables: each has a route to the service's prefix list, which only the endpoint adds and removes.

use resource::{PrefixListId, Route, RouteDestination, RouteTable, RouteTarget, VpcEndpoint};
use store::Snapshot;

use crate::ec2::{find, firewall};
use crate::quotas::{self, known::ROUTES};
use crate::{Error, Write};

/// Adds the endpoint's route to tables. The endpoint itself is not written.
///
/// # Errors
/// `InvalidRouteTableId.NotFound`, `InvalidParameter` for a table of another VPC, `RouteAlreadyExists` when another endpoint
/// leads to the same service there, `RouteLimitExceeded`.
pub fn join(cx: &mut Write<'_>, endpoint: &mut VpcEndpoint, tables: &[String]) -> Result<(), Error> {
    let list = firewall::prefix_list::refer_to_service(cx.txn, &endpoint.owner, &endpoint.service_name)?;
    for text in tables {
        let table = find::route_table(cx.txn, &endpoint.owner, text).map_err(spelled)?;
        if endpoint.route_tables.contains(&table.id) {
            continue;
        }
        check(cx.txn, &table, endpoint, &list.id)?;
        let destination = RouteDestination::PrefixList(list.id.clone());
        let route = Route { destination, target: RouteTarget::Endpoint(endpoint.id.clone()) };
        cx.txn.update::<RouteTable>(table.id.as_str(), |table| table.routes.push(route.clone()));
        endpoint.route_tables.push(table.id.clone());
    }
    Ok(())
}

/// Takes the endpoint's route from tables. The endpoint itself is not written.
///
/// # Errors
/// `InvalidRouteTableId.NotFound`, `InvalidParameter` for a table that the endpoint is not in.
pub fn leave(cx: &mut Write<'_>, endpoint: &mut VpcEndpoint, tables: &[String]) -> Result<(), Error> {
    for text in tables {
        let table = find::route_table(cx.txn, &endpoint.owner, text).map_err(spelled)?;
        if !endpoint.route_tables.contains(&table.id) {
            let message = format!("The route table {} is not one of the endpoint {}", table.id, endpoint.id);
            return Err(Error::new("InvalidParameter", message));
        }
        remove(cx, endpoint, &table);
        endpoint.route_tables.retain(|id| *id != table.id);
    }
    Ok(())
}

/// Takes the endpoint's route from all of its tables, which it still names afterwards.
pub fn leave_all(cx: &mut Write<'_>, endpoint: &VpcEndpoint) {
    for id in &endpoint.route_tables {
        if let Some(table) = cx.txn.find::<RouteTable>(id.as_str()) {
            remove(cx, endpoint, &table);
        }
    }
}

fn remove(cx: &mut Write<'_>, endpoint: &VpcEndpoint, table: &RouteTable) {
    let own = RouteTarget::Endpoint(endpoint.id.clone());
    cx.txn.update::<RouteTable>(table.id.as_str(), |table| table.routes.retain(|route| route.target != own));
}

fn check(world: &Snapshot, table: &RouteTable, endpoint: &VpcEndpoint, list: &PrefixListId) -> Result<(), Error> {
    if table.vpc != endpoint.vpc {
        let message = format!("The route table {} does not belong to the VPC {}", table.id, endpoint.vpc);
        return Err(Error::new("InvalidParameter", message));
    }
    if table.routes.iter().any(|route| route.destination == RouteDestination::PrefixList(list.clone())) {
        let message = format!("route table {} already has a route with destination-prefix-list-id {list}", table.id);
        return Err(Error::new("RouteAlreadyExists", message));
    }
    match table.routes.len() >= quotas::most(world, &table.owner, &ROUTES) {
        true => Err(Error::new("RouteLimitExceeded", format!("The route table {} can have no more routes.", table.id))),
        false => Ok(()),
    }
}

/// Operations on endpoints spell it `InvalidRouteTableId`.
fn spelled(error: Error) -> Error {
    let code = error.code.replace("InvalidRouteTableID.", "InvalidRouteTableId.");
    Error { code, ..error }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::ec2::routing::testing::Network;

    const S3: &str = "com.amazonaws.us-east-1.s3";
    const LIST: &str = "pl-63a5400a";

    fn request(network: &Network, tables: &[&str]) -> Value {
        json!({"VpcId": network.vpc, "ServiceName": S3, "RouteTableIds": tables})
    }

    fn create(network: &Network, tables: &[&str]) -> String {
        network.cloud.text("CreateVpcEndpoint", request(network, tables), "/VpcEndpoint/VpcEndpointId")
    }

    fn to_list(network: &Network) -> Vec<(String, String)> {
        let routes = network.routes().into_iter().filter(|(destination, ..)| destination == LIST);
        routes.map(|(_, target, state)| (target, state)).collect()
    }

    #[test]
    fn a_table_leads_to_a_service_by_one_endpoint_only() {
        let network = Network::new();
        let first = create(&network, &[&network.table]);
        assert_eq!(network.cloud.refusal("CreateVpcEndpoint", request(&network, &[&network.table])), "RouteAlreadyExists");
        let second = create(&network, &[]);
        let join = json!({"VpcEndpointId": second, "AddRouteTableIds": [network.table]});
        assert_eq!(network.cloud.refusal("ModifyVpcEndpoint", join.clone()), "RouteAlreadyExists");
        assert_eq!(to_list(&network), [(first.clone(), "active".to_owned())]);
        network.cloud.ok("ModifyVpcEndpoint", json!({"VpcEndpointId": first, "RemoveRouteTableIds": [network.table]}));
        network.cloud.ok("ModifyVpcEndpoint", join);
        assert_eq!(to_list(&network), [(second.clone(), "active".to_owned())]);
        network.cloud.ok("DeleteVpcEndpoints", json!({"VpcEndpointIds": [second]}));
        assert_eq!(to_list(&network), []);
    }

    #[test]
    fn a_gateway_endpoint_has_routes_and_nothing_that_an_interface_endpoint_has() {
        let network = Network::new();
        let refusal = |member: &str, value: Value| {
            let mut input = request(&network, &[&network.table]);
            input[member] = value;
            network.cloud.refusal("CreateVpcEndpoint", input)
        };
        assert_eq!(refusal("SubnetIds", json!([network.subnet])), "InvalidParameter");
        assert_eq!(refusal("SecurityGroupIds", json!(["sg-00000000000000000"])), "InvalidParameter");
        assert_eq!(refusal("PrivateDnsEnabled", json!(true)), "InvalidParameter");
        assert_eq!(refusal("RouteTableIds", json!(["rtb-00000000000000000"])), "InvalidRouteTableId.NotFound");
        let elsewhere = network.cloud.text("CreateVpc", json!({"CidrBlock": "10.1.0.0/16"}), "/Vpc/VpcId");
        assert_eq!(refusal("VpcId", json!(elsewhere)), "InvalidParameter", "the table is of another VPC");
        assert_eq!(refusal("ServiceName", json!("com.amazonaws.us-east-1.ec2")), "InvalidParameter", "no gateway leads there");
        let made = network.cloud.ok("CreateVpcEndpoint", request(&network, &[&network.table]));
        let made = &made["VpcEndpoint"];
        assert_eq!((&made["VpcEndpointType"], &made["RouteTableIds"]), (&json!("Gateway"), &json!([network.table])));
        for empty in ["SubnetIds", "Groups", "NetworkInterfaceIds", "DnsEntries"] {
            assert_eq!(made[empty], json!([]), "{empty}");
        }
        let modify = |member: &str| json!({"VpcEndpointId": made["VpcEndpointId"], member: [network.subnet]});
        assert_eq!(network.cloud.refusal("ModifyVpcEndpoint", modify("AddSubnetIds")), "InvalidParameter");
        assert_eq!(network.cloud.refusal("ModifyVpcEndpoint", modify("RemoveSecurityGroupIds")), "InvalidParameter");
        let absent = json!({"VpcEndpointId": made["VpcEndpointId"], "RemoveRouteTableIds": [other_table(&network)]});
        assert_eq!(network.cloud.refusal("ModifyVpcEndpoint", absent), "InvalidParameter");
    }

    fn other_table(network: &Network) -> String {
        network.cloud.text("CreateRouteTable", json!({"VpcId": network.vpc}), "/RouteTable/RouteTableId")
    }
}
