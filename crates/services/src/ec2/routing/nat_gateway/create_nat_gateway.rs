//! CreateNatGateway: what AWS finds out only while it makes the gateway shows as the state `failed`, with a code.

use std::net::Ipv4Addr;

use resource::{
    AddressAssociation, AllocationId, Attachment, ElasticAddress, InterfaceId, InterfaceKind, NatGateway, NatGatewayId, NatState,
    Subnet, Tags, random_id,
};
use serde::{Deserialize, Serialize};

use super::view::NatGatewayView;
use crate::ec2::address::{self, Wanted};
use crate::ec2::find;
use crate::ec2::routing::{elastic_address, internet_gateway};
use crate::tags::{self, TagSpecification};
use crate::{Error, Write};

/// Who has made the interface, as AWS shows it.
const REQUESTER: &str = "amazon-aws";

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    subnet_id: Option<String>,
    allocation_id: Option<String>,
    connectivity_type: Option<String>,
    private_ip_address: Option<String>,
    availability_mode: Option<String>,
    tag_specifications: Vec<TagSpecification>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    nat_gateway: NatGatewayView,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_token: Option<String>,
}

/// Records a new NAT gateway, its interface and the association of its Elastic IP.
pub fn create_nat_gateway(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let request = Request::read(cx, &input)?;
    let mut gateway = NatGateway {
        id: NatGatewayId::random(),
        owner: cx.owner().clone(),
        vpc: request.subnet.vpc.clone(),
        subnet: request.subnet.id.clone(),
        interface: None,
        allocation: request.allocation.clone(),
        public: request.allocation.is_some(),
        state: NatState::Pending,
        failure: None,
        created: cx.now,
        deleted: None,
        tags: tags::specified(&input.tag_specifications, "natgateway", &["natgateway"])?,
    };
    match place(cx, &request, &gateway.id) {
        Ok(interface) => gateway.interface = Some(interface),
        Err(failure) if failure.status == 400 => {
            gateway.state = NatState::Failed;
            gateway.failure = Some((failure.code, failure.message));
        }
        Err(failure) => return Err(failure),
    }
    cx.txn.put(gateway.clone());
    Ok(Output { client_token: cx.client_token(), nat_gateway: NatGatewayView::new(cx.txn, &gateway) })
}

/// A request whose members go together.
struct Request {
    subnet: Subnet,
    /// Public gateways have one.
    allocation: Option<AllocationId>,
    address: Option<Ipv4Addr>,
}

impl Request {
    fn read(cx: &Write<'_>, input: &Input) -> Result<Self, Error> {
        if input.availability_mode.as_deref().is_some_and(|mode| mode != "zonal") {
            return Err(Error::unsupported_member("CreateNatGateway", "AvailabilityMode=regional"));
        }
        let subnet = find::subnet(cx.txn, cx.owner(), input.subnet_id.as_deref().ok_or_else(|| Error::missing("SubnetId"))?)?;
        let allocation = match (input.connectivity_type.as_deref(), input.allocation_id.as_deref()) {
            (Some("private"), None) => None,
            (Some("private"), Some(_)) => return Err(Error::combination("A private NAT gateway cannot have an AllocationId.")),
            (_, None) => return Err(Error::missing("AllocationId")),
            (_, Some(id)) => {
                Some(AllocationId::parse(id).map_err(|error| Error::new("InvalidAllocationID.Malformed", error.to_string()))?)
            }
        };
        let address = input.private_ip_address.as_deref().map(|text| {
            let address = text
                .parse()
                .map_err(|_| Error::invalid_value(format!("Value ({text}) for parameter privateIpAddress is invalid.")))?;
            address::checked(cx.txn, &subnet, address)
        });
        Ok(Self { address: address.transpose()?, subnet: (*subnet).clone(), allocation })
    }
}

/// Gives the gateway its interface and its Elastic IP. Nothing is written when it fails.
fn place(cx: &mut Write<'_>, request: &Request, id: &NatGatewayId) -> Result<InterfaceId, Error> {
    let owner = cx.owner().clone();
    let vpc = &request.subnet.vpc;
    if request.allocation.is_some() && internet_gateway::of_vpc(cx.txn, vpc).is_none() {
        return Err(Error::new("Gateway.NotAttached", format!("Network {vpc} has no Internet gateway attached")));
    }
    let elastic = request.allocation.as_ref().map(|id| elastic_address::elastic(cx.txn, &owner, id.as_str())).transpose()?;
    if let Some((known, _)) = elastic.as_ref().and_then(|elastic| elastic_address::association(cx.txn, elastic)) {
        let message = format!("Elastic IP address is already associated with {}", known.interface);
        return Err(Error::new("Resource.AlreadyAssociated", message));
    }
    let attachment = Attachment { delete_on_termination: true, ..Attachment::of_service(cx.now) };
    let interface = address::create_interface(
        cx.txn,
        Wanted {
            owner: &owner,
            subnet: &request.subnet,
            address: request.address,
            groups: Vec::new(),
            kind: InterfaceKind::NatGateway,
            description: format!("Interface for NAT Gateway {id}"),
            requester: Some(REQUESTER),
            attachment: Some(attachment),
            tags: Tags::default(),
        },
    )?;
    if let (Some(elastic), Some(private)) = (elastic, interface.primary()) {
        let association = AddressAssociation { id: random_id("eipassoc-"), interface: interface.id.clone(), private };
        cx.txn.update::<ElasticAddress>(elastic.id.as_str(), |elastic| elastic.association = Some(association));
    }
    Ok(interface.id)
}

#[cfg(test)]
mod tests {
    use resource::NetworkInterface;
    use serde_json::{Value, json};

    use super::*;
    use crate::ec2::routing::testing::Network;

    fn described(network: &Network, id: &Value) -> Value {
        let answer = network.cloud.ok("DescribeNatGateways", json!({"NatGatewayIds": [id]}));
        answer.pointer("/NatGateways/0").cloned().unwrap_or_default()
    }

    #[test]
    fn a_public_gateway_stands_in_its_subnet_with_its_elastic_ip() {
        let network = Network::new();
        let elastic = network.elastic();
        let made = network
            .cloud
            .ok("CreateNatGateway", json!({"SubnetId": network.subnet, "AllocationId": elastic, "ClientToken": "once"}));
        let gateway = &made["NatGateway"];
        assert_eq!((&gateway["State"], &gateway["ConnectivityType"]), (&json!("pending"), &json!("public")));
        let address = &gateway["NatGatewayAddresses"][0];
        assert_eq!((&address["AllocationId"], &address["PrivateIp"]), (&json!(elastic), &json!("10.0.1.4")));
        let id = &gateway["NatGatewayId"];

        let interface = address["NetworkInterfaceId"].as_str().expect("an interface");
        let interface = network.cloud.world().find::<NetworkInterface>(interface).expect("written");
        assert!(!interface.source_dest_check, "it forwards what is for others");
        assert_eq!(interface.description, format!("Interface for NAT Gateway {}", id.as_str().expect("an id")));
        assert_eq!((interface.kind, interface.groups.len()), (InterfaceKind::NatGateway, 0));
        assert_eq!(network.cloud.refusal("DeleteSubnet", json!({"SubnetId": network.subnet})), "DependencyViolation");

        let again = network
            .cloud
            .ok("CreateNatGateway", json!({"SubnetId": network.subnet, "AllocationId": elastic, "ClientToken": "once"}));
        assert_eq!(&again["NatGateway"]["NatGatewayId"], id);
        let association = &address["AssociationId"];
        assert_eq!(network.cloud.refusal("DisassociateAddress", json!({"AssociationId": association})), "OperationNotPermitted");
        assert_eq!(network.cloud.refusal("ReleaseAddress", json!({"AllocationId": elastic})), "InvalidIPAddress.InUse");
        let other = json!({"AllocationId": elastic, "NetworkInterfaceId": network.interface()});
        assert_eq!(network.cloud.refusal("AssociateAddress", other), "Resource.AlreadyAssociated");
    }

    #[test]
    fn what_fails_while_a_gateway_is_made_shows_as_its_state() {
        let network = Network::new();
        let used = network.elastic();
        network.cloud.ok("AssociateAddress", json!({"AllocationId": used, "NetworkInterfaceId": network.interface()}));
        let inner = network.cloud.text("CreateVpc", json!({"CidrBlock": "10.5.0.0/16"}), "/Vpc/VpcId");
        let inner = network.cloud.text("CreateSubnet", json!({"VpcId": inner, "CidrBlock": "10.5.1.0/24"}), "/Subnet/SubnetId");
        for (subnet, allocation, code) in [
            (&network.subnet, used.as_str(), "Resource.AlreadyAssociated"),
            (&network.subnet, "eipalloc-00000000000000000", "InvalidAllocationID.NotFound"),
            (&inner, &network.elastic(), "Gateway.NotAttached"),
        ] {
            let made = network.cloud.ok("CreateNatGateway", json!({"SubnetId": subnet, "AllocationId": allocation}));
            let gateway = described(&network, &made["NatGateway"]["NatGatewayId"]);
            assert_eq!((&gateway["State"], &gateway["FailureCode"]), (&json!("failed"), &json!(code)));
        }
        assert_eq!(network.cloud.world().all::<NetworkInterface>().filter(|i| i.kind == InterfaceKind::NatGateway).count(), 0);
    }

    #[test]
    fn a_full_subnet_has_no_room_for_a_gateway() {
        let network = Network::new();
        let input = json!({"VpcId": network.vpc, "CidrBlock": "10.0.9.0/28"});
        let subnet = network.cloud.text("CreateSubnet", input, "/Subnet/SubnetId");
        for _ in 0..11 {
            network.cloud.ok("CreateNetworkInterface", json!({"SubnetId": subnet}));
        }
        let made = network.cloud.ok("CreateNatGateway", json!({"SubnetId": subnet, "ConnectivityType": "private"}));
        assert_eq!(made["NatGateway"]["FailureCode"], json!("InsufficientFreeAddressesInSubnet"));
    }

    #[test]
    fn a_private_gateway_needs_no_internet_and_takes_the_address_that_it_is_given() {
        let network = Network::new();
        let private =
            |address: &str| json!({"SubnetId": network.subnet, "ConnectivityType": "private", "PrivateIpAddress": address});
        let made = network.cloud.ok("CreateNatGateway", private("10.0.1.77"));
        assert_eq!(made.pointer("/NatGateway/NatGatewayAddresses/0/PrivateIp"), Some(&json!("10.0.1.77")));
        assert_eq!(network.cloud.refusal("CreateNatGateway", private("10.0.1.77")), "InvalidIPAddress.InUse");
        assert_eq!(network.cloud.refusal("CreateNatGateway", private("10.0.1.3")), "InvalidParameterValue");
        assert_eq!(network.cloud.refusal("CreateNatGateway", private("x")), "InvalidParameterValue");
    }

    #[test]
    fn members_that_do_not_go_together_are_refused_at_once() {
        let network = Network::new();
        for (more, code) in [
            (json!({}), "MissingParameter"),
            (json!({"ConnectivityType": "private", "AllocationId": network.elastic()}), "InvalidParameterCombination"),
            (json!({"AllocationId": "address"}), "InvalidAllocationID.Malformed"),
            (json!({"AvailabilityMode": "regional"}), "UnsupportedOperation"),
            (json!({"SecondaryPrivateIpAddressCount": 2}), "UnsupportedOperation"),
            (json!({"SubnetId": "subnet-00000000000000000"}), "InvalidSubnetID.NotFound"),
        ] {
            let mut input = json!({"SubnetId": network.subnet});
            for (member, value) in more.as_object().expect("members") {
                input[member] = value.clone();
            }
            assert_eq!(network.cloud.refusal("CreateNatGateway", input), code, "{more}");
        }
    }

    #[test]
    fn an_elastic_ip_of_somebody_else_does_not_exist_and_is_not_shown() {
        let network = Network::new();
        let theirs = network.cloud.account("222222222222").text("AllocateAddress", json!({}), "/AllocationId");
        let made = network.cloud.ok("CreateNatGateway", json!({"SubnetId": network.subnet, "AllocationId": theirs}));
        assert_eq!(made["NatGateway"]["FailureCode"], json!("InvalidAllocationID.NotFound"));
        assert_eq!(made.pointer("/NatGateway/NatGatewayAddresses/0/PublicIp"), None);
    }
}
