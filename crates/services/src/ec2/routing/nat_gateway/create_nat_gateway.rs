//! CreateNatGateway: what AWS finds out only while it makes the gateway shows as the state `failed`, with a code.

use std::net::Ipv4Addr;

use resource::{
    AddressAssociation, AllocationId, Attachment, AttachmentId, ElasticAddress, Holder, InterfaceId, InterfaceKind, NatGateway,
    NatGatewayId, NatState, Subnet, Tags, random_id,
};
use serde::{Deserialize, Serialize};

use super::view::NatGatewayView;
use crate::ec2::address::{self, Wanted};
use crate::ec2::routing::{elastic_address, internet_gateway};
use crate::ec2::find;
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
    Ok(Output { nat_gateway: NatGatewayView::new(cx.txn, &gateway) })
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
            (_, Some(id)) => Some(AllocationId::parse(id).map_err(|error| Error::new("InvalidAllocationID.Malformed", error.to_string()))?),
        };
        let address = input.private_ip_address.as_deref().map(|text| {
            let address = text.parse().map_err(|_| Error::invalid_value(format!("Value ({text}) for parameter privateIpAddress is invalid.")))?;
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
    let attachment = Attachment {
        id: AttachmentId::random(),
        holder: Holder::Service,
        device_index: 1,
        delete_on_termination: true,
        since: cx.now,
    };
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
