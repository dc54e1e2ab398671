//! The refusals that many operations of this service share.

use crate::Error;

/// `ValidationError`: the request breaks a rule of the API.
pub fn validation(message: impl Into<String>) -> Error {
    Error::new("ValidationError", message)
}

/// `InvalidConfigurationRequest`: the settings do not go together.
pub fn configuration(message: impl Into<String>) -> Error {
    Error::new("InvalidConfigurationRequest", message)
}

/// A value that AWS has and that underpass cannot enforce yet.
pub fn unsupported(what: &str, instead: &str) -> Error {
    Error::new("UnsupportedOperation", format!("underpass does not support {what} yet; {instead}"))
}
