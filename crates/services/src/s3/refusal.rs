//! S3's errors: codes, messages and HTTP statuses.

use crate::Error;

/// An error with S3's status.
pub(super) fn refused(code: &str, message: impl Into<String>, status: u16) -> Error {
    Error::new(code, message).with_status(status)
}

pub(super) fn no_such_bucket() -> Error {
    refused("NoSuchBucket", "The specified bucket does not exist", 404)
}

pub(super) fn no_such_key() -> Error {
    refused("NoSuchKey", "The specified key does not exist.", 404)
}

pub(super) fn no_such_version() -> Error {
    refused("NoSuchVersion", "The specified version does not exist.", 404)
}

pub(super) fn no_such_upload() -> Error {
    let message = "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or \
                   completed.";
    refused("NoSuchUpload", message, 404)
}

pub(super) fn access_denied(message: impl Into<String>) -> Error {
    refused("AccessDenied", message, 403)
}

pub(super) fn invalid_argument(message: impl Into<String>) -> Error {
    refused("InvalidArgument", message, 400)
}

pub(super) fn invalid_request(message: impl Into<String>) -> Error {
    refused("InvalidRequest", message, 400)
}

pub(super) fn malformed_xml() -> Error {
    let message = "The XML you provided was not well-formed or did not validate against our published schema";
    refused("MalformedXML", message, 400)
}

pub(super) fn method_not_allowed() -> Error {
    refused("MethodNotAllowed", "The specified method is not allowed against this resource.", 405)
}

pub(super) fn precondition_failed() -> Error {
    refused("PreconditionFailed", "At least one of the pre-conditions you specified did not hold", 412)
}

/// What AWS can do and we cannot, by name.
pub(super) fn unsupported(what: &str) -> Error {
    refused("NotImplemented", format!("underpass does not support {what} yet"), 501)
}
