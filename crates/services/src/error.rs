//! What an operation answers instead of a result: AWS's code, its status, and a message that says what to do.

use store::StoreError;

/// A refusal or failure in AWS's terms.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct Error {
    /// AWS's error code.
    pub code: String,
    /// For the caller.
    pub message: String,
    /// The HTTP status.
    pub status: u16,
    /// For the log only; never sent.
    pub cause: Option<String>,
}

impl Error {
    /// A client's error with AWS's `code`.
    pub fn new(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { code: code.into(), message: message.into(), status: 400, cause: None }
    }

    /// The same error with another HTTP status.
    pub fn with_status(self, status: u16) -> Self {
        Self { status, ..self }
    }

    /// `InvalidParameterValue`: the value of a member cannot be used.
    pub fn invalid_value(message: impl Into<String>) -> Self {
        Self::new("InvalidParameterValue", message)
    }

    /// `InvalidParameterCombination`: members that exclude or need each other.
    pub fn combination(message: impl Into<String>) -> Self {
        Self::new("InvalidParameterCombination", message)
    }

    /// `MissingParameter`: a member that this use of the operation needs.
    pub fn missing(member: &str) -> Self {
        Self::new("MissingParameter", format!("The request must contain the parameter {member}"))
    }

    /// `DependencyViolation`: something else still uses the resource.
    pub fn dependency(message: impl Into<String>) -> Self {
        Self::new("DependencyViolation", message)
    }

    /// A member that AWS has and we do not act on: refused by name, never ignored.
    pub fn unsupported_member(operation: &str, member: &str) -> Self {
        Self::new("UnsupportedOperation", format!("underpass does not support {operation}.{member} yet"))
    }

    /// A failure of ours.
    pub fn internal(cause: impl std::fmt::Display) -> Self {
        let message = "An internal error has occurred; the log of underpass says more.".to_owned();
        Self { code: "InternalError".into(), message, status: 500, cause: Some(cause.to_string()) }
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        let chain = std::iter::successors(Some(&error as &dyn std::error::Error), |e| e.source());
        Self::internal(chain.map(ToString::to_string).collect::<Vec<_>>().join(": "))
    }
}
