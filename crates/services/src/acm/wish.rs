//! The options of a certificate on the wire.

use resource::Certificate;
use serde::{Deserialize, Serialize};

use super::find::validation;
use crate::Error;

/// Options.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Options {
    #[serde(skip_serializing_if = "Option::is_none")]
    certificate_transparency_logging_preference: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    export: Option<String>,
}

impl Options {
    /// As answers show them.
    pub fn of(certificate: &Certificate) -> Self {
        let word = |on: bool| Some(if on { "ENABLED" } else { "DISABLED" }.to_owned());
        Self { certificate_transparency_logging_preference: word(certificate.transparency), export: word(certificate.exportable) }
    }

    /// Whether the certificate stands in public logs.
    ///
    /// # Errors
    /// `ValidationException` for anything but a flag.
    pub fn transparency(&self) -> Result<Option<bool>, Error> {
        flag(self.certificate_transparency_logging_preference.as_deref())
    }

    /// Whether its key may leave.
    ///
    /// # Errors
    /// `ValidationException` for anything but a flag.
    pub fn export(&self) -> Result<Option<bool>, Error> {
        flag(self.export.as_deref())
    }
}

fn flag(text: Option<&str>) -> Result<Option<bool>, Error> {
    match text {
        None => Ok(None),
        Some("ENABLED") => Ok(Some(true)),
        Some("DISABLED") => Ok(Some(false)),
        Some(other) => Err(validation(format!("'{other}' is not ENABLED or DISABLED"))),
    }
}
