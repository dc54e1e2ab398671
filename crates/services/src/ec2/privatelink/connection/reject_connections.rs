//! RejectVpcEndpointConnections: cuts endpoints off, whether they wait or carry packets already. They stay, for their owners to delete.

use resource::{ConnectionEvent, EndpointState};
use serde::Deserialize;

use super::super::notification;
use super::super::unsuccessful::{self, Output};
use super::{connected, service, set_state, wrong_state};
use crate::{Error, Write};

/// What is asked.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    service_id: String,
    vpc_endpoint_ids: Vec<String>,
}

/// Rejects connections.
pub fn reject_connections(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let service = service(cx, &input.service_id)?;
    unsuccessful::each(&input.vpc_endpoint_ids, |id| {
        let endpoint = connected(cx, &service.id, id)?;
        match endpoint.state {
            EndpointState::PendingAcceptance | EndpointState::Pending | EndpointState::Available => {
                set_state(cx, &endpoint, EndpointState::Rejected);
                notification::note(cx, &endpoint, ConnectionEvent::Reject);
                Ok(())
            }
            _ => Err(wrong_state(&endpoint)),
        }
    })
}
