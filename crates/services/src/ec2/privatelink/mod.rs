//! PrivateLink: interface endpoints of consumers, endpoint services of providers, and the connections between them.

mod connection;
mod dns;
mod endpoint;
mod notification;
mod principal;
mod service;
mod service_name;
#[cfg(test)]
mod tests;
mod unsuccessful;

pub(crate) use dns::public_names as endpoint_names;

use crate::Operation;
use crate::operation::operation;

/// The operations.
pub const OPERATIONS: &[Operation] = &[
    operation!(write "CreateVpcEndpoint" endpoint::create_vpc_endpoint::create_vpc_endpoint),
    operation!(read "DescribeVpcEndpoints" endpoint::describe_vpc_endpoints::describe_vpc_endpoints),
    operation!(write "ModifyVpcEndpoint" endpoint::modify_vpc_endpoint::modify_vpc_endpoint),
    operation!(write "DeleteVpcEndpoints" endpoint::delete_vpc_endpoints::delete_vpc_endpoints),
    operation!(read "DescribeVpcEndpointServices" service::describe_vpc_endpoint_services::describe_vpc_endpoint_services),
    operation!(write "CreateVpcEndpointServiceConfiguration" service::create_configuration::create_configuration),
    operation!(read "DescribeVpcEndpointServiceConfigurations" service::describe_configurations::describe_configurations),
    operation!(write "ModifyVpcEndpointServiceConfiguration" service::modify_configuration::modify_configuration),
    operation!(write "StartVpcEndpointServicePrivateDnsVerification" service::start_verification::start_verification),
    operation!(write "DeleteVpcEndpointServiceConfigurations" service::delete_configurations::delete_configurations),
    operation!(write "ModifyVpcEndpointServicePermissions" service::modify_permissions::modify_permissions),
    operation!(read "DescribeVpcEndpointServicePermissions" service::describe_permissions::describe_permissions),
    operation!(read "DescribeVpcEndpointConnections" connection::describe_connections::describe_connections),
    operation!(write "AcceptVpcEndpointConnections" connection::accept_connections::accept_connections),
    operation!(write "RejectVpcEndpointConnections" connection::reject_connections::reject_connections),
    operation!(write "ModifyVpcEndpointServicePayerResponsibility" service::modify_payer_responsibility::modify_payer_responsibility),
    operation!(read "DescribeVpcEndpointAssociations" endpoint::describe_vpc_endpoint_associations::describe_vpc_endpoint_associations),
    operation!(write "CreateVpcEndpointConnectionNotification" notification::create_notification::create_notification),
    operation!(read "DescribeVpcEndpointConnectionNotifications" notification::describe_notifications::describe_notifications),
    operation!(write "ModifyVpcEndpointConnectionNotification" notification::modify_notification::modify_notification),
    operation!(write "DeleteVpcEndpointConnectionNotifications" notification::delete_notifications::delete_notifications),
];
