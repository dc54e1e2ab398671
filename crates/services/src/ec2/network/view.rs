//! VPCs and subnets as answers show them.

use resource::{CidrAssociation, Owner, Subnet, Vpc, zone_id};
use serde::{Deserialize, Serialize};
use store::Snapshot;

use crate::ec2::address;
use crate::tags::{self, Tag};

/// A flag as EC2 wraps it (`AttributeBooleanValue`).
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Flag {
    /// Absent means false.
    pub value: bool,
}

/// A VPC.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct VpcView {
    owner_id: String,
    instance_tenancy: String,
    cidr_block_association_set: Vec<CidrView>,
    is_default: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<Tag>,
    vpc_id: String,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    cidr_block: Option<String>,
    dhcp_options_id: String,
}

impl VpcView {
    /// `vpc` as answers show it.
    pub fn new(vpc: &Vpc) -> Self {
        Self {
            owner_id: vpc.owner.account.clone(),
            instance_tenancy: vpc.tenancy.clone(),
            cidr_block_association_set: vpc.cidrs.iter().map(|c| CidrView::new(c, "associated")).collect(),
            is_default: vpc.is_default,
            tags: tags::view(&vpc.tags),
            vpc_id: vpc.id.to_string(),
            state: vpc.state.as_str(),
            cidr_block: vpc.primary().map(|cidr| cidr.to_string()),
            dhcp_options_id: dhcp_options_id(vpc),
        }
    }
}

/// The id of the DHCP options of `vpc`; `default` when it has none.
pub fn dhcp_options_id(vpc: &Vpc) -> String {
    vpc.dhcp_options.as_ref().map_or_else(|| "default".to_owned(), ToString::to_string)
}

/// An address block of a VPC.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CidrView {
    association_id: String,
    cidr_block: String,
    cidr_block_state: CidrState,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct CidrState {
    state: &'static str,
}

impl CidrView {
    /// `association` in one of AWS's states of an association.
    pub fn new(association: &CidrAssociation, state: &'static str) -> Self {
        Self {
            association_id: association.id.clone(),
            cidr_block: association.cidr.to_string(),
            cidr_block_state: CidrState { state },
        }
    }
}

/// A subnet.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct SubnetView {
    #[serde(skip_serializing_if = "Option::is_none")]
    availability_zone_id: Option<String>,
    map_customer_owned_ip_on_launch: bool,
    owner_id: String,
    assign_ipv6_address_on_creation: bool,
    ipv6_cidr_block_association_set: [(); 0],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<Tag>,
    subnet_arn: String,
    enable_dns64: bool,
    ipv6_native: bool,
    private_dns_name_options_on_launch: NameOptions,
    subnet_id: String,
    state: &'static str,
    vpc_id: String,
    cidr_block: String,
    available_ip_address_count: usize,
    availability_zone: String,
    default_for_az: bool,
    map_public_ip_on_launch: bool,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct NameOptions {
    hostname_type: String,
    #[serde(rename = "EnableResourceNameDnsARecord")]
    a_record: bool,
    #[serde(rename = "EnableResourceNameDnsAAAARecord")]
    aaaa_record: bool,
}

impl SubnetView {
    /// `subnet` as answers show it, with the addresses that `world` leaves free in it.
    pub fn new(world: &Snapshot, subnet: &Subnet) -> Self {
        Self {
            availability_zone_id: subnet_zone_id(subnet),
            map_customer_owned_ip_on_launch: false,
            owner_id: subnet.owner.account.clone(),
            assign_ipv6_address_on_creation: false,
            ipv6_cidr_block_association_set: [],
            tags: tags::view(&subnet.tags),
            subnet_arn: subnet_arn(&subnet.owner, subnet),
            enable_dns64: false,
            ipv6_native: false,
            private_dns_name_options_on_launch: NameOptions {
                hostname_type: subnet.hostname_type.clone(),
                a_record: subnet.resource_name_a_record,
                aaaa_record: false,
            },
            subnet_id: subnet.id.to_string(),
            state: subnet.state.as_str(),
            vpc_id: subnet.vpc.to_string(),
            cidr_block: subnet.cidr.to_string(),
            available_ip_address_count: address::count_free(world, subnet),
            availability_zone: subnet.zone.clone(),
            default_for_az: subnet.default_for_zone,
            map_public_ip_on_launch: subnet.map_public_ip,
        }
    }
}

/// The ARN of a subnet.
pub fn subnet_arn(owner: &Owner, subnet: &Subnet) -> String {
    owner.arn("ec2", &format!("subnet/{}", subnet.id))
}

/// The id of a subnet's zone.
pub fn subnet_zone_id(subnet: &Subnet) -> Option<String> {
    zone_id(&subnet.owner.region, &subnet.zone)
}
