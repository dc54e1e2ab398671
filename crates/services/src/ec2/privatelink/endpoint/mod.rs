//! Endpoints: a consumer's way to one service.

pub mod create_vpc_endpoint;
pub mod delete_vpc_endpoints;
pub mod describe_vpc_endpoint_associations;
pub mod describe_vpc_endpoints;
mod document;
mod gateway;
pub mod modify_vpc_endpoint;
mod place;
mod private_dns;
mod quota;
mod view;

use crate::Error;

/// Operations on endpoints spell some codes differently from the rest of EC2: `InvalidVpcId.NotFound`.
fn spelled(error: Error) -> Error {
    let code = error.code.replace("InvalidVpcID.", "InvalidVpcId.").replace("InvalidSubnetID.", "InvalidSubnetId.");
    Error { code, ..error }
}
