//! DeleteVpcEndpoints: endpoints carry nothing more and go, with their interfaces or routes, once the network has let them go.

use resource::{ConnectionEvent, EndpointState, VpcEndpoint};
use serde::Deserialize;

use super::super::notification;
use super::super::unsuccessful::{self, Output};
use super::gateway;
use crate::ec2::find;
use crate::{Error, Write};

/// What is asked.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    vpc_endpoint_ids: Vec<String>,
}

/// Deletes endpoints.
pub fn delete_vpc_endpoints(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    unsuccessful::each(&input.vpc_endpoint_ids, |id| {
        let not_found = |refused: Error| match refused.code.as_str() {
            "InvalidVpcEndpointId.NotFound" => Error::new("InvalidVpcEndpoint.NotFound", refused.message),
            _ => Error::new("InvalidParameter", refused.message),
        };
        let endpoint = find::endpoint(cx.txn, cx.owner(), id).map_err(not_found)?;
        if endpoint.state != EndpointState::Deleted {
            gateway::leave_all(cx, &endpoint);
            if endpoint.state != EndpointState::Deleting {
                notification::note(cx, &endpoint, ConnectionEvent::Delete);
            }
            cx.txn.update::<VpcEndpoint>(id, |endpoint| endpoint.state = EndpointState::Deleting);
        }
        Ok(())
    })
}
