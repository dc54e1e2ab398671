//! Endpoints, inbound and outbound.

use crate::Operation;
use crate::operation::operation;

mod create_resolver_endpoint;
mod delete_resolver_endpoint;
mod get_resolver_endpoint;
mod list_resolver_endpoint_ip_addresses;
mod list_resolver_endpoints;
mod update_resolver_endpoint;

/// The operations.
pub const OPERATIONS: &[Operation] = &[
    operation!(write "CreateResolverEndpoint" create_resolver_endpoint::create_resolver_endpoint),
    operation!(read "GetResolverEndpoint" get_resolver_endpoint::get_resolver_endpoint),
    operation!(read "ListResolverEndpoints" list_resolver_endpoints::list_resolver_endpoints),
    operation!(read "ListResolverEndpointIpAddresses" list_resolver_endpoint_ip_addresses::list_resolver_endpoint_ip_addresses),
    operation!(write "UpdateResolverEndpoint" update_resolver_endpoint::update_resolver_endpoint),
    operation!(write "DeleteResolverEndpoint" delete_resolver_endpoint::delete_resolver_endpoint),
];
