//! ExportCertificate: a certificate with its private key, which is encrypted with a passphrase.

use base64::{Engine, engine::general_purpose::STANDARD};
use resource::Certificate;
use serde::{Deserialize, Serialize};

use super::encrypted_key::encrypt;
use super::find::{self, validation};
use crate::{Error, Write};

/// What is asked; the passphrase as base64.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    certificate_arn: String,
    passphrase: String,
}

/// The answer.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    certificate: String,
    certificate_chain: String,
    private_key: String,
}

/// Exports a certificate that was asked for with Options.Export.
pub fn export_certificate(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let certificate = find::certificate(cx.txn, cx.owner(), &input.certificate_arn)?;
    if !certificate.exportable {
        return Err(validation(format!("The certificate {} cannot be exported.", certificate.arn)));
    }
    let issued = certificate.issued.clone().ok_or_else(|| {
        let message = format!("The certificate {} is not issued yet.", certificate.arn);
        Error::new("RequestInProgressException", message)
    })?;
    let passphrase = STANDARD.decode(&input.passphrase).map_err(|_| validation("The passphrase is not base64."))?;
    if passphrase.len() < 4 {
        return Err(validation("The passphrase must have at least 4 characters."));
    }
    let private_key = encrypt(&issued.key, &passphrase)?;
    cx.txn.update::<Certificate>(&certificate.arn, |certificate| certificate.exported = true);
    Ok(Output { certificate: issued.certificate, certificate_chain: issued.chain, private_key })
}
