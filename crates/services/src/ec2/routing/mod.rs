//! Route tables and the gateways they lead to.

mod elastic_address;
mod internet_gateway;
mod nat_gateway;
mod route;
mod route_table;
#[cfg(test)]
mod testing;

use crate::Operation;
use crate::operation::operation;

/// The operations.
pub const OPERATIONS: &[Operation] = &[
    operation!(write "AllocateAddress" elastic_address::allocate_address::allocate_address),
    operation!(write "AssociateAddress" elastic_address::associate_address::associate_address),
    operation!(write "AssociateRouteTable" route_table::associate_route_table::associate_route_table),
    operation!(write "AttachInternetGateway" internet_gateway::attach_internet_gateway::attach_internet_gateway),
    operation!(write "CreateInternetGateway" internet_gateway::create_internet_gateway::create_internet_gateway),
    operation!(write "CreateNatGateway" nat_gateway::create_nat_gateway::create_nat_gateway),
    operation!(write "CreateRoute" route::create_route::create_route),
    operation!(write "CreateRouteTable" route_table::create_route_table::create_route_table),
    operation!(write "DeleteInternetGateway" internet_gateway::delete_internet_gateway::delete_internet_gateway),
    operation!(write "DeleteNatGateway" nat_gateway::delete_nat_gateway::delete_nat_gateway),
    operation!(write "DeleteRoute" route::delete_route::delete_route),
    operation!(write "DeleteRouteTable" route_table::delete_route_table::delete_route_table),
    operation!(read "DescribeAddresses" elastic_address::describe_addresses::describe_addresses),
    operation!(read "DescribeAddressesAttribute" elastic_address::describe_addresses_attribute::describe_addresses_attribute),
    operation!(read "DescribeInternetGateways" internet_gateway::describe_internet_gateways::describe_internet_gateways),
    operation!(read "DescribeNatGateways" nat_gateway::describe_nat_gateways::describe_nat_gateways),
    operation!(read "DescribeRouteTables" route_table::describe_route_tables::describe_route_tables),
    operation!(write "DetachInternetGateway" internet_gateway::detach_internet_gateway::detach_internet_gateway),
    operation!(write "DisassociateAddress" elastic_address::disassociate_address::disassociate_address),
    operation!(write "DisassociateRouteTable" route_table::disassociate_route_table::disassociate_route_table),
    operation!(write "ReleaseAddress" elastic_address::release_address::release_address),
    operation!(write "ReplaceRoute" route::replace_route::replace_route),
    operation!(write "ReplaceRouteTableAssociation" route_table::replace_route_table_association::replace_route_table_association),
];
