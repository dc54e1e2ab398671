//! Route 53 Resolver's words for what it refuses.

use crate::Error;

/// `InvalidParameterException`: a member's value cannot be used.
pub fn parameter(message: impl Into<String>) -> Error {
    Error::new("InvalidParameterException", message)
}

/// `InvalidRequestException`: what is asked cannot be done as things are.
pub fn request(message: impl Into<String>) -> Error {
    Error::new("InvalidRequestException", message)
}

/// `ResourceExistsException`.
pub fn exists(message: impl Into<String>) -> Error {
    Error::new("ResourceExistsException", message)
}

/// `LimitExceededException`: a quota of AWS's.
pub fn limit(message: impl Into<String>) -> Error {
    Error::new("LimitExceededException", message)
}

/// `ResourceNotFoundException`: there is no such thing in the caller's account and Region.
pub fn missing(what: &str, id: &str) -> Error {
    Error::new("ResourceNotFoundException", format!("{what} with ID \"{id}\" does not exist."))
}

/// What AWS has and we do not, by name.
pub fn unsupported(what: &str, instead: &str) -> Error {
    Error::new("UnsupportedOperation", format!("underpass does not support {what} yet; {instead}"))
}

/// EC2's refusals in this service's words.
pub fn of_ec2(error: Error) -> Error {
    match error.code.as_str() {
        code if code.ends_with(".NotFound") => Error::new("ResourceNotFoundException", error.message),
        "SecurityGroupsPerInterfaceLimitExceeded" => Error::new("LimitExceededException", error.message),
        "InternalError" => error,
        _ => parameter(error.message),
    }
}

/// Refusals of tags in this service's words.
pub fn of_tags(error: Error) -> Error {
    match error.code.as_str() {
        "TagLimitExceeded" => Error::new("LimitExceededException", error.message),
        _ => Error::new("InvalidTagException", error.message),
    }
}
