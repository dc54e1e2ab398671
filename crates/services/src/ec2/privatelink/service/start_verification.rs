//! StartVpcEndpointServicePrivateDnsVerification: looks for the proof of a service's private name, again if it was not found.

use resource::{EndpointService, PrivateNameState};
use serde::{Deserialize, Serialize};

use super::own;
use crate::{Error, Write};

/// What is asked.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    service_id: String,
}

/// The answer.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    return_value: bool,
}

/// Starts to look. A name that is verified stays so.
pub fn start_verification(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let mut service = EndpointService::clone(&*own(cx.txn, cx.owner(), &input.service_id)?);
    let Some(name) = &mut service.private_name else {
        let message = format!("The endpoint service {} has no private DNS name to verify", service.id);
        return Err(Error::new("IncorrectState", message));
    };
    if name.state != PrivateNameState::Verified {
        (name.state, name.since) = (PrivateNameState::PendingVerification, cx.now);
        cx.txn.put(service);
    }
    Ok(Output { return_value: true })
}
