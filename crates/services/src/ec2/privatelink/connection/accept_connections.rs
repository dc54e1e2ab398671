//! AcceptVpcEndpointConnections: lets endpoints carry packets.

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

/// Accepts connections; again is no error, and a rejected one can be accepted after all.
pub fn accept_connections(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let service = service(cx, &input.service_id)?;
    unsuccessful::each(&input.vpc_endpoint_ids, |id| {
        let endpoint = connected(cx, &service.id, id)?;
        match endpoint.state {
            EndpointState::PendingAcceptance | EndpointState::Rejected => {
                set_state(cx, &endpoint, EndpointState::Pending);
                notification::note(cx, &endpoint, ConnectionEvent::Accept);
            }
            EndpointState::Pending | EndpointState::Available => {}
            EndpointState::Failed | EndpointState::Deleting | EndpointState::Deleted => return Err(wrong_state(&endpoint)),
        }
        Ok(())
    })
}
