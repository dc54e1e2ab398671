//! AssociateAddress: an Elastic IP stands for a private address of an interface.

use std::net::Ipv4Addr;
use std::sync::Arc;

use resource::{AddressAssociation, ElasticAddress, Instance, InstanceState, NetworkInterface, Resource, random_id};
use serde::{Deserialize, Serialize};
use store::Snapshot;

use crate::ec2::find;
use crate::ec2::routing::internet_gateway;
use crate::{Error, Write};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    allocation_id: Option<String>,
    instance_id: Option<String>,
    network_interface_id: Option<String>,
    private_ip_address: Option<String>,
    allow_reassociation: Option<bool>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    association_id: String,
}

/// Associates an Elastic IP. Unless it is forbidden, what the address stood for before, and what stood for the private
/// address before, give way.
pub fn associate_address(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let id = input.allocation_id.as_deref().ok_or_else(|| Error::missing("AllocationId"))?;
    let address = super::elastic(cx.txn, cx.owner(), id)?;
    let interface = interface(cx, &input)?;
    if interface.kind.is_managed() {
        let message = format!("You are not allowed to associate an address with {}: a service manages it.", interface.id);
        return Err(Error::new("OperationNotPermitted", message));
    }
    let private = private_address(&interface, input.private_ip_address.as_deref())?;
    if internet_gateway::of_vpc(cx.txn, &interface.vpc).is_none() {
        return Err(Error::new(
            "Gateway.NotAttached",
            format!("Network {} is not attached to any internet gateway", interface.vpc),
        ));
    }
    if let Some((known, _)) = super::association(cx.txn, &address)
        && known.interface == interface.id
        && known.private == private
    {
        return Ok(Output { association_id: known.id });
    }
    make_way(cx, &address, &interface, private, input.allow_reassociation.unwrap_or(true))?;
    let association = AddressAssociation { id: random_id("eipassoc-"), interface: interface.id.clone(), private };
    let association_id = association.id.clone();
    cx.txn.update::<ElasticAddress>(address.id.as_str(), |address| address.association = Some(association));
    Ok(Output { association_id })
}

/// The interface that the request means.
fn interface(cx: &Write<'_>, input: &Input) -> Result<Arc<NetworkInterface>, Error> {
    match (input.instance_id.as_deref(), input.network_interface_id.as_deref()) {
        (None, Some(id)) => find::interface(cx.txn, cx.owner(), id),
        (Some(id), None) => {
            let instance = find::instance(cx.txn, cx.owner(), id)?;
            if !matches!(instance.state, InstanceState::Running | InstanceState::Stopping | InstanceState::Stopped) {
                let message = format!(
                    "The instance '{id}' is {}, in which no address can be associated.",
                    instance.state.code_and_name().1
                );
                return Err(Error::new("IncorrectInstanceState", message));
            }
            let primary = primary_interface(cx.txn, &instance);
            primary.ok_or_else(|| Error::invalid_value(format!("The instance '{id}' has no network interface.")))
        }
        (None, None) => Err(Error::new("MissingParameter", "Either InstanceId or NetworkInterfaceId must be specified.")),
        (Some(_), Some(_)) => Err(Error::combination("Specify either InstanceId or NetworkInterfaceId, not both.")),
    }
}

fn primary_interface(world: &Snapshot, instance: &Instance) -> Option<Arc<NetworkInterface>> {
    let mut interfaces = world.linked::<NetworkInterface>(Instance::KIND, &instance.id);
    interfaces.find(|interface| interface.attachment.as_ref().is_some_and(|attachment| attachment.device_index == 0))
}

fn private_address(interface: &NetworkInterface, wanted: Option<&str>) -> Result<Ipv4Addr, Error> {
    let found = match wanted {
        None => interface.primary(),
        Some(text) => interface.addresses.iter().copied().find(|address| address.to_string() == text),
    };
    found.ok_or_else(|| {
        Error::invalid_value(format!("{} is not a private address of {}.", wanted.unwrap_or_default(), interface.id))
    })
}

/// Ends what the new association replaces. An automatic public address goes for good.
fn make_way(
    cx: &mut Write<'_>,
    address: &ElasticAddress,
    interface: &NetworkInterface,
    private: Ipv4Addr,
    allowed: bool,
) -> Result<(), Error> {
    let linked = cx.txn.linked::<ElasticAddress>(NetworkInterface::KIND, &interface.id);
    let standing: Vec<_> = linked.filter(|other| other.association.as_ref().is_some_and(|a| a.private == private)).collect();
    let taken = standing.iter().find(|other| !other.automatic);
    if let Some((known, other)) = super::association(cx.txn, address).filter(|(_, other)| !allowed || other.kind.is_managed()) {
        let message = format!("resource {} is already associated with associate-id {} of {}", address.id, known.id, other.id);
        return Err(Error::new("Resource.AlreadyAssociated", message));
    }
    if let Some(other) = taken.filter(|_| !allowed) {
        let message = format!("resource {} is already associated with {} ({})", interface.id, other.id, other.public);
        return Err(Error::new("Resource.AlreadyAssociated", message));
    }
    for other in standing {
        match other.automatic {
            true => cx.txn.remove::<ElasticAddress>(other.id.as_str()),
            false => drop(cx.txn.update::<ElasticAddress>(other.id.as_str(), |other| other.association = None)),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;
    use crate::ec2::routing::testing::Network;

    fn shown(network: &Network, filter: &str, value: &str) -> Value {
        let found = network.cloud.ok("DescribeAddresses", json!({"Filters": [{"Name": filter, "Values": [value]}]}));
        found.pointer("/Addresses/0").cloned().unwrap_or_default()
    }

    #[test]
    fn an_address_is_allocated_associated_disassociated_and_released() {
        let network = Network::new();
        let cloud = &network.cloud;
        let (instance, interface) = network.instance();
        let allocated = cloud.ok("AllocateAddress", json!({}));
        assert_eq!((&allocated["Domain"], &allocated["NetworkBorderGroup"]), (&json!("vpc"), &json!("us-east-1")));
        let public = allocated["PublicIp"].as_str().expect("an address");
        assert!(public.starts_with("198.18.1."), "{public}");
        let id = &allocated["AllocationId"];

        let association = cloud.text("AssociateAddress", json!({"AllocationId": id, "InstanceId": instance}), "/AssociationId");
        let address = shown(&network, "instance-id", &instance);
        assert_eq!((&address["NetworkInterfaceId"], &address["PrivateIpAddress"]), (&json!(interface), &json!("10.0.1.4")));
        assert_eq!(shown(&network, "association-id", &association)["PublicIp"], json!(public));
        let again = json!({"AllocationId": id, "NetworkInterfaceId": interface, "AllowReassociation": false});
        assert_eq!(cloud.text("AssociateAddress", again, "/AssociationId"), association);

        assert_eq!(cloud.refusal("ReleaseAddress", json!({"AllocationId": id})), "InvalidIPAddress.InUse");
        let detach = json!({"InternetGatewayId": network.gateway, "VpcId": network.vpc});
        assert_eq!(cloud.refusal("DetachInternetGateway", detach), "DependencyViolation");
        cloud.ok("DisassociateAddress", json!({"AssociationId": association}));
        assert_eq!(cloud.refusal("DisassociateAddress", json!({"AssociationId": association})), "InvalidAssociationID.NotFound");
        cloud.ok("ReleaseAddress", json!({"AllocationId": id}));
        assert_eq!(cloud.refusal("ReleaseAddress", json!({"AllocationId": id})), "InvalidAllocationID.NotFound");
        assert_eq!(cloud.refusal("DescribeAddresses", json!({"PublicIps": [public]})), "InvalidAddress.NotFound");
    }

    #[test]
    fn reassociation_is_automatic_unless_it_is_forbidden() {
        let network = Network::new();
        let cloud = &network.cloud;
        let (first, second) = (network.interface(), network.interface());
        let (one, two) = (network.elastic(), network.elastic());
        let associate = |address: &str, interface: &str, allow: Option<bool>| {
            let mut input = json!({"AllocationId": address, "NetworkInterfaceId": interface});
            if let Some(allow) = allow {
                input["AllowReassociation"] = json!(allow);
            }
            input
        };
        cloud.ok("AssociateAddress", associate(&one, &first, None));
        assert_eq!(cloud.refusal("AssociateAddress", associate(&one, &second, Some(false))), "Resource.AlreadyAssociated");
        assert_eq!(cloud.refusal("AssociateAddress", associate(&two, &first, Some(false))), "Resource.AlreadyAssociated");
        cloud.ok("AssociateAddress", associate(&one, &second, None));
        assert_eq!(shown(&network, "allocation-id", &one)["NetworkInterfaceId"], json!(second));
        cloud.ok("AssociateAddress", associate(&two, &second, Some(true)));
        assert_eq!(shown(&network, "allocation-id", &one).get("NetworkInterfaceId"), None);
        assert_eq!(shown(&network, "network-interface-id", &second)["AllocationId"], json!(two));
    }

    #[test]
    fn an_association_ends_when_its_interface_goes() {
        let network = Network::new();
        let (interface, address) = (network.interface(), network.elastic());
        network.cloud.ok("AssociateAddress", json!({"AllocationId": address, "NetworkInterfaceId": interface}));
        network.cloud.change(|txn| txn.remove::<NetworkInterface>(&interface));
        assert_eq!(shown(&network, "allocation-id", &address).get("AssociationId"), None);
        network.cloud.ok("ReleaseAddress", json!({"AllocationId": address}));
    }

    #[test]
    fn an_automatic_address_is_not_listed_and_gives_way_to_an_elastic_one() {
        let network = Network::new();
        let interface = network.interface();
        let automatic = network.cloud.change(|txn| {
            let interface = txn.find::<NetworkInterface>(&interface).expect("just made");
            let address =
                crate::ec2::public_address::allocate(txn, &interface.owner, true, resource::Tags::default()).expect("free ones");
            crate::ec2::public_address::associate(txn, &address, &interface).expect("it has an address");
            address
        });
        let id = automatic.id.as_str();
        assert_eq!(network.cloud.ok("DescribeAddresses", json!({}))["Addresses"], json!([]));
        assert_eq!(network.cloud.refusal("DescribeAddresses", json!({"AllocationIds": [id]})), "InvalidAllocationID.NotFound");
        assert_eq!(network.cloud.refusal("ReleaseAddress", json!({"AllocationId": id})), "InvalidAllocationID.NotFound");
        network.cloud.ok("AssociateAddress", json!({"AllocationId": network.elastic(), "NetworkInterfaceId": interface}));
        assert!(network.cloud.world().find::<ElasticAddress>(id).is_none());
    }

    #[test]
    fn what_cannot_be_associated_is_refused_with_awss_codes() {
        let network = Network::new();
        let cloud = &network.cloud;
        let address = network.elastic();
        let (instance, interface) = network.instance();
        let to = |member: &str, target: &str| json!({"AllocationId": address, member: target});
        network.put_in_state(&instance, InstanceState::Pending);
        assert_eq!(cloud.refusal("AssociateAddress", to("InstanceId", &instance)), "IncorrectInstanceState");
        assert_eq!(cloud.refusal("AssociateAddress", to("InstanceId", "i-00000000000000000")), "InvalidInstanceID.NotFound");
        assert_eq!(cloud.refusal("AssociateAddress", json!({"AllocationId": address})), "MissingParameter");
        assert_eq!(cloud.refusal("AssociateAddress", json!({"NetworkInterfaceId": interface})), "MissingParameter");
        let mut elsewhere = to("NetworkInterfaceId", &interface);
        elsewhere["PrivateIpAddress"] = json!("10.0.1.200");
        assert_eq!(cloud.refusal("AssociateAddress", elsewhere), "InvalidParameterValue");
        cloud.ok("DetachInternetGateway", json!({"InternetGatewayId": network.gateway, "VpcId": network.vpc}));
        assert_eq!(cloud.refusal("AssociateAddress", to("NetworkInterfaceId", &interface)), "Gateway.NotAttached");
        let other = cloud.account("222222222222");
        assert_eq!(other.refusal("AssociateAddress", to("NetworkInterfaceId", &interface)), "InvalidAllocationID.NotFound");
        assert_eq!(cloud.refusal("AllocateAddress", json!({"PublicIpv4Pool": "ipv4pool-ec2-1"})), "InvalidParameterValue");
        assert_eq!(cloud.refusal("ReleaseAddress", json!({"PublicIp": "198.18.1.1"})), "InvalidParameterCombination");
    }

    #[test]
    fn no_address_has_a_reverse_name() {
        let network = Network::new();
        let address = network.elastic();
        let answer =
            network.cloud.ok("DescribeAddressesAttribute", json!({"AllocationIds": [address], "Attribute": "domain-name"}));
        assert_eq!(answer.pointer("/Addresses/0/AllocationId"), Some(&json!(address)));
        assert_eq!(answer.pointer("/Addresses/0/PtrRecord"), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn whatever_is_asked_a_private_address_has_one_public_address_at_most(
            asked in prop::collection::vec((0usize..4, 0usize..3, any::<Option<bool>>(), any::<bool>()), 1..16),
        ) {
            let network = Network::new();
            let addresses: Vec<String> = (0..4).map(|_| network.elastic()).collect();
            let interfaces: Vec<String> = (0..3).map(|_| network.interface()).collect();
            for (address, interface, allow, end) in asked {
                let input = json!({"AllocationId": addresses[address], "NetworkInterfaceId": interfaces[interface], "AllowReassociation": allow});
                let made = network.cloud.call("AssociateAddress", input);
                prop_assert!(made.is_ok() || (allow == Some(false) && made.clone().is_err_and(|e| e.code == "Resource.AlreadyAssociated")));
                if let Some(answer) = made.ok().filter(|_| end) {
                    network.cloud.ok("DisassociateAddress", answer);
                }
                let mut private: Vec<Ipv4Addr> =
                    network.cloud.world().all::<ElasticAddress>().filter_map(|a| a.association.as_ref().map(|a| a.private)).collect();
                let all = private.len();
                private.sort_unstable();
                private.dedup();
                prop_assert_eq!(private.len(), all);
            }
        }
    }
}
