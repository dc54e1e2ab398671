//! GetCertificate: a certificate and the chain to its authority, in PEM.

use serde::{Deserialize, Serialize};

use super::find;
use crate::{Error, Read};

/// What is asked.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    certificate_arn: String,
}

/// The answer.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    certificate: String,
    certificate_chain: String,
}

/// Shows the texts of a certificate.
pub fn get_certificate(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    let certificate = find::certificate(cx.world, cx.owner(), &input.certificate_arn)?;
    let issued = certificate.issued.clone().ok_or_else(|| {
        let message = format!("The certificate {} is not issued yet.", certificate.arn);
        Error::new("RequestInProgressException", message)
    })?;
    // A certificate that was imported without a chain is its own, as on AWS; Ansible compares what it imported with that.
    let own = || issued.certificate.clone();
    let certificate_chain = Some(issued.chain).filter(|chain| !chain.is_empty()).unwrap_or_else(own);
    Ok(Output { certificate: issued.certificate, certificate_chain })
}
