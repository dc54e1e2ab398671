//! NAT gateways as answers show them.

use resource::{ElasticAddress, NatGateway, NatState, NetworkInterface, Timestamp};
use serde::Serialize;
use store::Snapshot;

use crate::tags::{self, Tag};

/// A NAT gateway.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct NatGatewayView {
    create_time: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    delete_time: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure_message: Option<String>,
    nat_gateway_addresses: Vec<NatGatewayAddress>,
    nat_gateway_id: String,
    state: &'static str,
    subnet_id: String,
    vpc_id: String,
    tags: Vec<Tag>,
    connectivity_type: &'static str,
    availability_mode: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct NatGatewayAddress {
    #[serde(skip_serializing_if = "Option::is_none")]
    allocation_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    network_interface_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    private_ip: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    public_ip: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    association_id: Option<String>,
    is_primary: bool,
    status: &'static str,
}

impl NatGatewayView {
    /// `gateway` as answers show it.
    pub fn new(world: &Snapshot, gateway: &NatGateway) -> Self {
        let (failure_code, failure_message) = gateway.failure.clone().unzip();
        Self {
            create_time: gateway.created,
            delete_time: gateway.deleted,
            failure_code,
            failure_message,
            nat_gateway_addresses: vec![NatGatewayAddress::new(world, gateway)],
            nat_gateway_id: gateway.id.to_string(),
            state: gateway.state.as_str(),
            subnet_id: gateway.subnet.to_string(),
            vpc_id: gateway.vpc.to_string(),
            tags: tags::view(&gateway.tags),
            connectivity_type: connectivity(gateway),
            availability_mode: "zonal",
        }
    }
}

/// `public` or `private`.
pub fn connectivity(gateway: &NatGateway) -> &'static str {
    if gateway.public { "public" } else { "private" }
}

impl NatGatewayAddress {
    fn new(world: &Snapshot, gateway: &NatGateway) -> Self {
        let interface = gateway.interface.as_ref().and_then(|id| world.find::<NetworkInterface>(id.as_str()));
        let elastic = gateway.allocation.as_ref().and_then(|id| world.find::<ElasticAddress>(id.as_str()));
        let elastic = elastic.filter(|elastic| elastic.owner == gateway.owner);
        let own = elastic.as_ref().and_then(|elastic| elastic.association.as_ref());
        let association = own.filter(|association| Some(&association.interface) == gateway.interface.as_ref());
        Self {
            allocation_id: gateway.allocation.as_ref().map(ToString::to_string),
            network_interface_id: gateway.interface.as_ref().map(ToString::to_string),
            private_ip: interface.and_then(|interface| interface.primary()).map(|address| address.to_string()),
            public_ip: elastic.as_ref().map(|elastic| elastic.public.to_string()),
            association_id: association.map(|association| association.id.clone()),
            is_primary: true,
            status: match gateway.state {
                NatState::Pending => "associating",
                NatState::Available => "succeeded",
                NatState::Failed => "failed",
                NatState::Deleting | NatState::Deleted => "disassociating",
            },
        }
    }
}
