//! The refusals of this service.

use crate::Error;

/// `ValidationError`: the request breaks a rule of the API.
pub fn validation(message: impl Into<String>) -> Error {
    Error::new("ValidationError", message)
}

/// `ScalingActivityInProgress`: something has to end first.
pub fn in_progress(message: impl Into<String>) -> Error {
    Error::new("ScalingActivityInProgress", message)
}

/// A value that AWS has and that underpass cannot enforce.
pub fn unsupported(what: &str, instead: &str) -> Error {
    Error::new("UnsupportedOperation", format!("underpass does not support {what} yet; {instead}"))
}
