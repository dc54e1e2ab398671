//! DeleteCertificate: forgets a certificate that nobody uses.

use resource::Certificate;
use serde::{Deserialize, Serialize};

use super::find;
use crate::{Error, Write};

/// What is asked.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    certificate_arn: String,
}

/// Nothing.
#[derive(Serialize)]
pub struct Output {}

/// Deletes a certificate.
pub fn delete_certificate(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let certificate = find::certificate(cx.txn, cx.owner(), &input.certificate_arn)?;
    if !find::users(cx.txn, &certificate.arn).is_empty() {
        let message = format!("Certificate {} in account {} is in use.", certificate.arn, cx.owner().account);
        return Err(Error::new("ResourceInUseException", message));
    }
    cx.txn.remove::<Certificate>(&certificate.arn);
    Ok(Output {})
}
