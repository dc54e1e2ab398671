//! UpdateCertificateOptions: whether a certificate stands in public logs, or may be exported.

use resource::Certificate;
use serde::{Deserialize, Serialize};

use super::find::{self, validation};
use super::wish::Options;
use crate::{Error, Write};

/// What is asked.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    certificate_arn: String,
    options: Options,
}

/// Nothing.
#[derive(Serialize)]
pub struct Output {}

/// Changes options. There are no public logs here: the wish is kept and shown.
pub fn update_certificate_options(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let certificate = find::certificate(cx.txn, cx.owner(), &input.certificate_arn)?;
    if certificate.imported {
        return Err(validation("The options of an imported certificate cannot be changed."));
    }
    let (transparency, export) = (input.options.transparency()?, input.options.export()?);
    if export == Some(false) && certificate.exported {
        return Err(validation("The certificate was exported already."));
    }
    cx.txn.update::<Certificate>(&certificate.arn, |certificate| {
        certificate.transparency = transparency.unwrap_or(certificate.transparency);
        certificate.exportable = export.unwrap_or(certificate.exportable);
    });
    Ok(Output {})
}
