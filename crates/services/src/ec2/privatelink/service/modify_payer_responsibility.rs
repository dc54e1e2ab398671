//! ModifyVpcEndpointServicePayerResponsibility: the provider pays for the endpoints of its consumers, for ever.

use resource::EndpointService;
use serde::{Deserialize, Serialize};

use super::own;
use crate::{Error, Write};

/// What is asked.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    service_id: String,
    payer_responsibility: String,
}

/// The answer.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    return_value: bool,
}

/// Notes it. Nobody is charged here.
pub fn modify_payer_responsibility(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let service = own(cx.txn, cx.owner(), &input.service_id)?;
    if input.payer_responsibility != "ServiceOwner" {
        return Err(Error::invalid_value("The only payer responsibility that can be set is ServiceOwner"));
    }
    cx.txn.update::<EndpointService>(service.id.as_str(), |service| service.owner_pays = true);
    Ok(Output { return_value: true })
}
