//! VPCs, subnets, DHCP options, tags, and what Regions and accounts have.

mod associate_vpc_cidr_block;
mod create_default_subnet;
mod create_default_vpc;
mod create_subnet;
mod create_vpc;
mod delete_subnet;
mod delete_vpc;
mod describe_account_attributes;
mod describe_availability_zones;
mod describe_regions;
mod describe_subnets;
mod describe_vpc_attribute;
mod describe_vpcs;
mod dhcp;
mod disassociate_vpc_cidr_block;
mod modify_subnet_attribute;
mod modify_vpc_attribute;
mod tags;
mod view;

use crate::Operation;
use crate::operation::operation;

/// The operations.
pub const OPERATIONS: &[Operation] = &[
    operation!(write "AssociateDhcpOptions" dhcp::associate_dhcp_options::associate_dhcp_options),
    operation!(write "AssociateVpcCidrBlock" associate_vpc_cidr_block::associate_vpc_cidr_block),
    operation!(write "CreateDefaultSubnet" create_default_subnet::create_default_subnet),
    operation!(write "CreateDefaultVpc" create_default_vpc::create_default_vpc),
    operation!(write "CreateDhcpOptions" dhcp::create_dhcp_options::create_dhcp_options),
    operation!(write "CreateSubnet" create_subnet::create_subnet),
    operation!(write "CreateTags" tags::create_tags::create_tags),
    operation!(write "CreateVpc" create_vpc::create_vpc),
    operation!(write "DeleteDhcpOptions" dhcp::delete_dhcp_options::delete_dhcp_options),
    operation!(write "DeleteSubnet" delete_subnet::delete_subnet),
    operation!(write "DeleteTags" tags::delete_tags::delete_tags),
    operation!(write "DeleteVpc" delete_vpc::delete_vpc),
    operation!(read "DescribeAccountAttributes" describe_account_attributes::describe_account_attributes),
    operation!(read "DescribeAvailabilityZones" describe_availability_zones::describe_availability_zones),
    operation!(read "DescribeDhcpOptions" dhcp::describe_dhcp_options::describe_dhcp_options),
    operation!(read "DescribeRegions" describe_regions::describe_regions),
    operation!(read "DescribeSubnets" describe_subnets::describe_subnets),
    operation!(read "DescribeTags" tags::describe_tags::describe_tags),
    operation!(read "DescribeVpcAttribute" describe_vpc_attribute::describe_vpc_attribute),
    operation!(read "DescribeVpcs" describe_vpcs::describe_vpcs),
    operation!(write "DisassociateVpcCidrBlock" disassociate_vpc_cidr_block::disassociate_vpc_cidr_block),
    operation!(write "ModifySubnetAttribute" modify_subnet_attribute::modify_subnet_attribute),
    operation!(write "ModifyVpcAttribute" modify_vpc_attribute::modify_vpc_attribute),
];
