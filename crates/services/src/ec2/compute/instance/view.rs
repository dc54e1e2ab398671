//! Instances as answers show them.

use std::sync::Arc;

use resource::{
    Instance, InstanceProfile, InstanceState, MetadataOptions, NetworkInterface, Resource, Timestamp, Vpc, private_dns_name,
    public_dns_name,
};
use serde::Serialize;
use store::Snapshot;

use super::super::instance_type;
use super::super::interface::view::{self as interfaces, AddressView, AttachmentView, GroupIdentifier};
use crate::tags::{self, Tag};

/// The device that holds the root on AWS's Linux images.
pub const ROOT_DEVICE: &str = "/dev/xvda";
/// What holds that root.
pub const ROOT_DEVICE_TYPE: &str = "ebs";
/// What runs every instance, as AWS names it even on Nitro.
pub const HYPERVISOR: &str = "xen";
/// How it does.
pub const VIRTUALIZATION: &str = "hvm";
/// No instance has hardware of its own.
pub const TENANCY: &str = "default";

/// An instance.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct View {
    ami_launch_index: u32,
    architecture: &'static str,
    block_device_mappings: [(); 0],
    client_token: String,
    ebs_optimized: bool,
    ena_support: bool,
    hypervisor: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    iam_instance_profile: Option<ProfileView>,
    image_id: String,
    pub instance_id: String,
    instance_type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_name: Option<String>,
    launch_time: Timestamp,
    metadata_options: MetadataView,
    monitoring: StateName,
    network_interfaces: Vec<InterfaceView>,
    placement: PlacementView,
    private_dns_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub private_ip_address: Option<String>,
    public_dns_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_ip_address: Option<String>,
    root_device_name: &'static str,
    root_device_type: &'static str,
    security_groups: Vec<GroupIdentifier>,
    source_dest_check: bool,
    pub state: StateView,
    #[serde(skip_serializing_if = "Option::is_none")]
    state_reason: Option<ReasonView>,
    state_transition_reason: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    subnet_id: Option<String>,
    tags: Vec<Tag>,
    virtualization_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    vpc_id: Option<String>,
}

/// A state's code and name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct StateView {
    code: u16,
    pub name: &'static str,
}

impl From<InstanceState> for StateView {
    fn from(state: InstanceState) -> Self {
        let (code, name) = state.code_and_name();
        Self { code, name }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct StateName {
    state: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ReasonView {
    code: String,
    message: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ProfileView {
    arn: String,
    id: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct PlacementView {
    availability_zone: String,
    group_name: &'static str,
    tenancy: &'static str,
}

/// How an instance's metadata may be read.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct MetadataView {
    state: &'static str,
    http_tokens: &'static str,
    http_put_response_hop_limit: u8,
    http_endpoint: &'static str,
    http_protocol_ipv6: &'static str,
    instance_metadata_tags: &'static str,
}

impl From<&MetadataOptions> for MetadataView {
    fn from(options: &MetadataOptions) -> Self {
        let switch = |on| if on { "enabled" } else { "disabled" };
        Self {
            state: "applied",
            http_tokens: if options.tokens_required { "required" } else { "optional" },
            http_put_response_hop_limit: options.hop_limit,
            http_endpoint: switch(options.enabled),
            http_protocol_ipv6: "disabled",
            instance_metadata_tags: switch(options.instance_tags),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct InterfaceView {
    #[serde(skip_serializing_if = "Option::is_none")]
    association: Option<PublicView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    attachment: Option<InterfaceAttachment>,
    description: String,
    groups: Vec<GroupIdentifier>,
    interface_type: &'static str,
    ipv6_addresses: [(); 0],
    mac_address: String,
    network_interface_id: String,
    owner_id: String,
    private_ip_address: String,
    private_ip_addresses: Vec<PrivateView>,
    source_dest_check: bool,
    status: &'static str,
    subnet_id: String,
    vpc_id: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct PrivateView {
    #[serde(skip_serializing_if = "Option::is_none")]
    association: Option<PublicView>,
    primary: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    private_dns_name: Option<String>,
    private_ip_address: String,
}

#[derive(Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
struct PublicView {
    ip_owner_id: String,
    public_dns_name: String,
    public_ip: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct InterfaceAttachment {
    attach_time: Timestamp,
    attachment_id: String,
    delete_on_termination: bool,
    device_index: u32,
    network_card_index: u32,
    status: &'static str,
}

/// The interfaces of an instance, primary first; none once it is terminated.
pub fn interfaces_of(world: &Snapshot, instance: &Instance) -> Vec<Arc<NetworkInterface>> {
    if instance.state == InstanceState::Terminated {
        return Vec::new();
    }
    let mut found: Vec<_> = world.linked::<NetworkInterface>(Instance::KIND, &instance.id).collect();
    found.sort_by_key(|interface| interface.attachment.as_ref().map(|attachment| attachment.device_index));
    found
}

/// The public address of an instance; a stopped one has none unless it is an Elastic IP.
pub fn public_address(world: &Snapshot, instance: &Instance) -> Option<std::net::Ipv4Addr> {
    let primary = interfaces_of(world, instance).into_iter().next()?;
    let elastic = interfaces::public(world, &primary, primary.primary()?)?;
    let hidden = elastic.automatic && matches!(instance.state, InstanceState::Stopping | InstanceState::Stopped);
    (!hidden).then_some(elastic.public)
}

/// Shows an instance.
pub fn view(world: &Snapshot, instance: &Instance) -> View {
    let interfaces = interfaces_of(world, instance);
    let primary = interfaces.first();
    let region = &instance.owner.region;
    let public = public_address(world, instance);
    let hostnames = world.find::<Vpc>(instance.vpc.as_str()).is_some_and(|vpc| vpc.has_host_names());
    let private = primary.and_then(|interface| interface.primary());
    View {
        ami_launch_index: instance.launch_index,
        architecture: instance_type::architecture(),
        block_device_mappings: [],
        client_token: instance.client_token.clone().unwrap_or_default(),
        ebs_optimized: instance.ebs_optimized,
        ena_support: true,
        hypervisor: HYPERVISOR,
        iam_instance_profile: profile(world, instance),
        image_id: instance.image.clone(),
        instance_id: instance.id.to_string(),
        instance_type: instance.instance_type.clone(),
        key_name: instance.key_name.clone(),
        launch_time: instance.launched,
        metadata_options: (&instance.metadata).into(),
        monitoring: StateName { state: if instance.monitoring { "enabled" } else { "disabled" } },
        network_interfaces: interfaces.iter().map(|interface| interface_view(world, interface, public.is_some())).collect(),
        placement: PlacementView { availability_zone: instance.zone.clone(), group_name: "", tenancy: TENANCY },
        private_dns_name: private.map(|address| private_dns_name(region, address)).unwrap_or_default(),
        private_ip_address: private.map(|address| address.to_string()),
        public_dns_name: public.filter(|_| hostnames).map(|address| public_dns_name(region, address)).unwrap_or_default(),
        public_ip_address: public.map(|address| address.to_string()),
        root_device_name: ROOT_DEVICE,
        root_device_type: ROOT_DEVICE_TYPE,
        security_groups: primary.map(|interface| interfaces::groups(world, &interface.groups)).unwrap_or_default(),
        source_dest_check: primary.is_none_or(|interface| interface.source_dest_check),
        state: instance.state.into(),
        state_reason: instance.state_reason.clone().map(|(code, message)| ReasonView { code, message }),
        state_transition_reason: transition_reason(instance),
        subnet_id: primary.map(|interface| interface.subnet.to_string()),
        tags: tags::view(&instance.tags),
        virtualization_type: VIRTUALIZATION,
        vpc_id: primary.map(|interface| interface.vpc.to_string()),
    }
}

fn transition_reason(instance: &Instance) -> &'static str {
    match &instance.state_reason {
        Some((code, _)) if code == "Client.UserInitiatedShutdown" => "User initiated",
        _ => "",
    }
}

fn profile(world: &Snapshot, instance: &Instance) -> Option<ProfileView> {
    let arn = instance.profile.as_ref()?;
    let id = world.find::<InstanceProfile>(arn).map(|profile| profile.id.clone()).unwrap_or_default();
    Some(ProfileView { arn: arn.clone(), id })
}

fn interface_view(world: &Snapshot, interface: &NetworkInterface, show_public: bool) -> InterfaceView {
    let addresses: Vec<PrivateView> =
        interfaces::addresses(world, interface).iter().map(|a| private_view(a, show_public)).collect();
    InterfaceView {
        association: addresses.first().and_then(|address| address.association.clone()),
        attachment: interfaces::attachment(interface).map(attachment_view),
        description: interface.description.clone(),
        groups: interfaces::groups(world, &interface.groups),
        interface_type: interfaces::kind(interface.kind),
        ipv6_addresses: [],
        mac_address: interface.mac.clone(),
        network_interface_id: interface.id.to_string(),
        owner_id: interface.owner.account.clone(),
        private_ip_address: addresses.first().map(|address| address.private_ip_address.clone()).unwrap_or_default(),
        private_ip_addresses: addresses,
        source_dest_check: interface.source_dest_check,
        status: interfaces::status(interface),
        subnet_id: interface.subnet.to_string(),
        vpc_id: interface.vpc.to_string(),
    }
}

fn private_view(address: &AddressView, show_public: bool) -> PrivateView {
    let shown = address.association.as_ref().filter(|association| show_public || association.allocation_id.is_some());
    PrivateView {
        association: shown.map(|association| PublicView {
            ip_owner_id: association.ip_owner_id.clone(),
            public_dns_name: association.public_dns_name.clone(),
            public_ip: association.public_ip.clone(),
        }),
        primary: address.primary,
        private_dns_name: address.private_dns_name.clone(),
        private_ip_address: address.private_ip_address.clone(),
    }
}

fn attachment_view(attachment: AttachmentView) -> InterfaceAttachment {
    InterfaceAttachment {
        attach_time: attachment.attach_time,
        attachment_id: attachment.attachment_id,
        delete_on_termination: attachment.delete_on_termination,
        device_index: attachment.device_index,
        network_card_index: attachment.network_card_index,
        status: attachment.status,
    }
}
