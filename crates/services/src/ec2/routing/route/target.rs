//! The targets that a route may have, and whether packets still reach them.

use std::sync::Arc;

use resource::{
    Holder, Instance, InstanceState, InternetGateway, NatGateway, NatState, NetworkInterface, Owner, PeeringConnection, Resource,
    RouteTarget, VpcEndpoint, VpcId,
};
use store::Snapshot;

use super::Request;
use crate::Error;
use crate::ec2::{find, peering};

/// What a request names as its target.
pub enum Named {
    /// The VPC itself.
    Local,
    /// Something in it.
    Target(RouteTarget),
}

impl Request {
    /// The one target that the request names, which is in `vpc`.
    ///
    /// # Errors
    /// Codes for none, several, unknown ones, and ones of another network.
    pub fn target(&self, world: &Snapshot, owner: &Owner, vpc: &VpcId) -> Result<Named, Error> {
        let ids = [
            &self.gateway_id,
            &self.nat_gateway_id,
            &self.network_interface_id,
            &self.instance_id,
            &self.vpc_peering_connection_id,
        ];
        match ids.into_iter().flatten().count() + usize::from(self.local_target) {
            0 => {
                return Err(Error::new(
                    "MissingParameter",
                    "The request must contain exactly one target: GatewayId, NatGatewayId, NetworkInterfaceId, \
                     InstanceId or VpcPeeringConnectionId.",
                ));
            }
            1 => {}
            _ => return Err(Error::combination("The request must contain exactly one target.")),
        }
        let target = match ids.map(Option::as_deref) {
            [Some("local"), ..] | [None, None, None, None, None] => return Ok(Named::Local),
            [Some(id), ..] => internet_gateway(world, owner, vpc, id)?,
            [_, Some(id), ..] => nat_gateway(world, owner, vpc, id)?,
            [_, _, Some(id), ..] => interface(find::interface(world, owner, id)?.as_ref(), vpc)?,
            [.., Some(id)] => peering(world, owner, vpc, id)?,
            [_, _, _, Some(id), _] => interface(interface_of(world, owner, id)?.as_ref(), vpc)?,
        };
        Ok(Named::Target(target))
    }
}

fn internet_gateway(world: &Snapshot, owner: &Owner, vpc: &VpcId, id: &str) -> Result<RouteTarget, Error> {
    if let Some((prefix, _)) = id.split_once('-').filter(|(prefix, _)| *prefix != "igw") {
        return Err(Error::new(
            "UnsupportedOperation",
            format!("underpass does not support routes to gateways of the form {prefix}-… yet"),
        ));
    }
    let gateway = find::internet_gateway(world, owner, id)?;
    match gateway.vpc.as_ref() == Some(vpc) {
        true => Ok(RouteTarget::InternetGateway(gateway.id.clone())),
        false => Err(other_network(gateway.id.as_str(), vpc)),
    }
}

fn nat_gateway(world: &Snapshot, owner: &Owner, vpc: &VpcId, id: &str) -> Result<RouteTarget, Error> {
    let gateway = find::nat_gateway(world, owner, id)?;
    if gateway.vpc != *vpc {
        return Err(other_network(gateway.id.as_str(), vpc));
    }
    match gateway.state {
        NatState::Pending | NatState::Available => Ok(RouteTarget::NatGateway(gateway.id.clone())),
        state => {
            let message = format!("The natGateway ID '{id}' does not exist: it is {}", state.as_str());
            Err(Error::new("InvalidNatGatewayID.NotFound", message))
        }
    }
}

fn interface(interface: &NetworkInterface, vpc: &VpcId) -> Result<RouteTarget, Error> {
    match interface.vpc == *vpc {
        true => Ok(RouteTarget::Interface(interface.id.clone())),
        false => Err(other_network(interface.id.as_str(), vpc)),
    }
}

/// A connection of the VPC that may carry packets some day.
fn peering(world: &Snapshot, owner: &Owner, vpc: &VpcId, id: &str) -> Result<RouteTarget, Error> {
    let peering = peering::find(world, owner, id)?;
    if peering.sides_from(vpc).is_none() {
        return Err(other_network(peering.id.as_str(), vpc));
    }
    match peering.state.is_live() {
        true => Ok(RouteTarget::Peering(peering.id.clone())),
        false => Err(Error::new(
            "InvalidVpcPeeringConnectionID.NotFound",
            format!("The vpcPeeringConnection ID '{id}' does not exist: it is {}", peering.state.as_str()),
        )),
    }
}

/// The only interface of an instance.
fn interface_of(world: &Snapshot, owner: &Owner, id: &str) -> Result<Arc<NetworkInterface>, Error> {
    let instance = find::instance(world, owner, id)?;
    let mut interfaces = world.linked::<NetworkInterface>(Instance::KIND, &instance.id);
    match (interfaces.next(), interfaces.next()) {
        (Some(only), None) => Ok(only),
        (None, _) => Err(Error::invalid_value(format!("The instance {id} has no network interface any more."))),
        _ => Err(Error::new(
            "InvalidInstanceID",
            format!(
                "There are multiple interfaces attached to instance '{id}'. Please specify an interface ID for the operation instead."
            ),
        )),
    }
}

fn other_network(target: &str, vpc: &VpcId) -> Error {
    Error::invalid_value(format!(
        "The route table belongs to {vpc} and the target {target} does not; they must be in the same network."
    ))
}

/// Whether packets that a table of `vpc` sends to `target` arrive somewhere; if not, the route is a blackhole. The plan says
/// the same of them.
pub fn is_reachable(world: &Snapshot, vpc: &VpcId, target: &RouteTarget) -> bool {
    match target {
        RouteTarget::InternetGateway(id) => {
            world.find::<InternetGateway>(id.as_str()).is_some_and(|gateway| gateway.vpc.as_ref() == Some(vpc))
        }
        RouteTarget::NatGateway(id) => {
            let gateway = world.find::<NatGateway>(id.as_str());
            gateway.is_some_and(|gateway| matches!(gateway.state, NatState::Pending | NatState::Available))
        }
        RouteTarget::Interface(id) => {
            world.find::<NetworkInterface>(id.as_str()).is_some_and(|interface| is_in_use(world, &interface))
        }
        RouteTarget::Peering(id) => {
            world.find::<PeeringConnection>(id.as_str()).is_some_and(|p| p.state.carries() && p.sides_from(vpc).is_some())
        }
        RouteTarget::Endpoint(id) => world.find::<VpcEndpoint>(id.as_str()).is_some_and(|endpoint| endpoint.state.is_open()),
    }
}

/// Whether somebody takes the packets that come to an interface and are not for it; services never do.
fn is_in_use(world: &Snapshot, interface: &NetworkInterface) -> bool {
    match interface.holder() {
        Some(Holder::Instance(id)) => {
            let instance = world.find::<Instance>(id.as_str());
            instance.is_some_and(|instance| matches!(instance.state, InstanceState::Pending | InstanceState::Running))
        }
        Some(Holder::Process { .. }) => true,
        Some(Holder::Service) | None => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::ec2::routing::testing::Network;

    fn state_of_default(network: &Network) -> String {
        network.routes().into_iter().find(|(destination, ..)| destination == "0.0.0.0/0").expect("a default route").2
    }

    #[test]
    fn a_route_is_a_blackhole_while_its_gateway_is_detached() {
        let network = Network::new();
        network.cloud.ok("CreateRoute", network.route("0.0.0.0/0", "GatewayId", &network.gateway));
        let attachment = json!({"InternetGatewayId": network.gateway, "VpcId": network.vpc});
        network.cloud.ok("DetachInternetGateway", attachment.clone());
        assert_eq!(state_of_default(&network), "blackhole");
        network.cloud.ok("AttachInternetGateway", attachment.clone());
        assert_eq!(state_of_default(&network), "active");
        network.cloud.ok("DetachInternetGateway", attachment);
        network.cloud.ok("DeleteInternetGateway", json!({"InternetGatewayId": network.gateway}));
        assert_eq!(state_of_default(&network), "blackhole");
        let blackholes = json!({"Filters": [{"Name": "route.state", "Values": ["blackhole"]}]});
        assert_eq!(network.cloud.text("DescribeRouteTables", blackholes, "/RouteTables/0/RouteTableId"), network.table);
    }

    #[test]
    fn a_route_is_a_blackhole_while_its_instance_is_stopped_and_when_its_interface_is_free_or_gone() {
        let network = Network::new();
        let (instance, interface) = network.instance();
        network.cloud.ok("CreateRoute", network.route("0.0.0.0/0", "InstanceId", &instance));
        let by_instance = json!({"Filters": [{"Name": "route.instance-id", "Values": [instance]}]});
        assert_eq!(network.cloud.text("DescribeRouteTables", by_instance, "/RouteTables/0/RouteTableId"), network.table);
        assert_eq!(state_of_default(&network), "active");
        network.put_in_state(&instance, InstanceState::Stopped);
        assert_eq!(state_of_default(&network), "blackhole");
        network.put_in_state(&instance, InstanceState::Running);
        assert_eq!(state_of_default(&network), "active");

        let free = network.interface();
        network.cloud.ok("ReplaceRoute", network.route("0.0.0.0/0", "NetworkInterfaceId", &free));
        assert_eq!(state_of_default(&network), "blackhole");
        network.cloud.ok("DeleteNetworkInterface", json!({"NetworkInterfaceId": free}));
        assert_eq!(state_of_default(&network), "blackhole");
        network.cloud.ok("ReplaceRoute", network.route("0.0.0.0/0", "NetworkInterfaceId", &interface));
        assert_eq!(state_of_default(&network), "active");
    }

    #[test]
    fn a_route_is_a_blackhole_when_its_nat_gateway_is_deleted() {
        let network = Network::new();
        let private = json!({"SubnetId": network.subnet, "ConnectivityType": "private"});
        let nat = network.cloud.text("CreateNatGateway", private, "/NatGateway/NatGatewayId");
        network.cloud.ok("CreateRoute", network.route("0.0.0.0/0", "NatGatewayId", &nat));
        assert_eq!(state_of_default(&network), "active");
        network.cloud.ok("DeleteNatGateway", json!({"NatGatewayId": nat}));
        assert_eq!(state_of_default(&network), "blackhole");
        network.cloud.change(|txn| txn.update::<NatGateway>(&nat, |nat| nat.state = NatState::Deleted));
        assert_eq!(
            network.cloud.refusal("CreateRoute", network.route("1.0.0.0/8", "NatGatewayId", &nat)),
            "InvalidNatGatewayID.NotFound"
        );
    }

    #[test]
    fn a_request_names_exactly_one_target_of_its_own_network() {
        let network = Network::new();
        let cloud = &network.cloud;
        let other = cloud.text("CreateVpc", json!({"CidrBlock": "10.0.0.0/16"}), "/Vpc/VpcId");
        let foreign = cloud.text("CreateInternetGateway", json!({}), "/InternetGateway/InternetGatewayId");
        cloud.ok("AttachInternetGateway", json!({"InternetGatewayId": foreign, "VpcId": other}));
        for (member, target, code) in [
            ("GatewayId", foreign.as_str(), "InvalidParameterValue"),
            ("GatewayId", "igw-00000000000000000", "InvalidInternetGatewayID.NotFound"),
            ("GatewayId", "vgw-00000000000000000", "UnsupportedOperation"),
            ("NatGatewayId", "nat-00000000000000000", "InvalidNatGatewayID.NotFound"),
            ("NetworkInterfaceId", "eni-00000000000000000", "InvalidNetworkInterfaceID.NotFound"),
            ("InstanceId", "i-00000000000000000", "InvalidInstanceID.NotFound"),
            ("TransitGatewayId", "tgw-00000000000000000", "UnsupportedOperation"),
            ("VpcPeeringConnectionId", "pcx-00000000000000000", "InvalidVpcPeeringConnectionID.NotFound"),
            ("EgressOnlyInternetGatewayId", "eigw-00000000000000000", "UnsupportedOperation"),
        ] {
            assert_eq!(cloud.refusal("CreateRoute", network.route("0.0.0.0/0", member, target)), code, "{member} {target}");
        }
        let none = json!({"RouteTableId": network.table, "DestinationCidrBlock": "0.0.0.0/0"});
        assert_eq!(cloud.refusal("CreateRoute", none), "MissingParameter");
        let mut two = network.route("0.0.0.0/0", "GatewayId", &network.gateway);
        two["InstanceId"] = json!("i-00000000000000000");
        assert_eq!(cloud.refusal("CreateRoute", two), "InvalidParameterCombination");
        let to_ipv6 = json!({"RouteTableId": network.table, "DestinationIpv6CidrBlock": "::/0", "GatewayId": network.gateway});
        assert_eq!(cloud.refusal("CreateRoute", to_ipv6), "UnsupportedOperation");
    }

    #[test]
    fn an_instance_with_two_interfaces_is_no_target_until_one_is_chosen() {
        let network = Network::new();
        let (instance, _) = network.instance();
        network.put_in_state(&instance, InstanceState::Stopped);
        let second = network.interface();
        network
            .cloud
            .ok("AttachNetworkInterface", json!({"NetworkInterfaceId": second, "InstanceId": instance, "DeviceIndex": 1}));
        assert_eq!(
            network.cloud.refusal("CreateRoute", network.route("0.0.0.0/0", "InstanceId", &instance)),
            "InvalidInstanceID"
        );
        network.cloud.ok("CreateRoute", network.route("0.0.0.0/0", "NetworkInterfaceId", &second));
    }
}
