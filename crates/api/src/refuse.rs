//! What the stages between identity and the handler answer when they stop a request, in the words of each protocol.

use wire::{Failure, Identified, Protocol, Request, WireError};

use crate::body::BodyError;
use crate::identity::Family;

/// The protocol in which to answer a request of which only its looks are known.
pub(crate) fn likely_protocol(request: &Request) -> Protocol {
    let scope = request.header("authorization").unwrap_or(&request.query);
    let is_ec2 = scope.contains("/ec2/aws4_request") || scope.contains("%2Fec2%2Faws4_request");
    match Protocol::guess(request) {
        Protocol::Query if is_ec2 => Protocol::Ec2,
        guess => guess,
    }
}

/// The body did not come.
pub(crate) fn body(error: &BodyError, protocol: Protocol) -> Failure {
    match error {
        BodyError::TooLarge(error) => error.failure(None, protocol),
        BodyError::Stalled => Failure::new("RequestTimeout", error.to_string(), 408),
        BodyError::Busy => Failure::new("ServiceUnavailable", error.to_string(), 503),
        BodyError::Broken(_) => Failure::new("IncompleteBody", error.to_string(), 400),
    }
}

/// No operation of ours was asked for. What AWS itself does not have is told in AWS's words, what only we lack in ours.
pub(crate) fn unidentified(error: &WireError, protocol: Protocol) -> Failure {
    match error {
        WireError::UnknownService { name } => unsupported(name, protocol),
        other => other.failure(None, protocol),
    }
}

/// AWS has the operation, we do not.
pub(crate) fn unimplemented(identified: &Identified) -> Failure {
    let what = format!("{}.{}", identified.service.name, identified.operation().name);
    unsupported(&what, identified.protocol)
}

/// AWS has `what`, we do not.
pub(crate) fn unsupported(what: &str, protocol: Protocol) -> Failure {
    let message = format!("underpass does not support {what} yet");
    match protocol {
        Protocol::Ec2 => Failure::new("UnsupportedOperation", message, 400),
        _ => Failure::new("NotImplemented", message, 501),
    }
}

/// The caller may not do it.
pub(crate) fn denied(family: Family, sentence: &str) -> Failure {
    match family {
        Family::Ec2 => {
            let message = format!("You are not authorized to perform this operation. {sentence}");
            Failure::new("UnauthorizedOperation", message, 403)
        }
        Family::Query | Family::S3 => Failure::new("AccessDenied", sentence.to_owned(), 403),
        Family::Json => Failure::new("AccessDeniedException", sentence.to_owned(), 400),
        Family::RestJson => Failure::new("AccessDeniedException", sentence.to_owned(), 403),
    }
}

/// A web page of another site made a browser send it.
pub(crate) fn foreign_site(site: &str) -> Failure {
    let message = format!("Requests from web pages of {site} are not accepted while every access key is.");
    Failure::new("AccessDenied", message, 403)
}

/// A web page made a browser send it to us under a name of its own site.
pub(crate) fn foreign_host(host: &str) -> Failure {
    let message = format!(
        "Requests for the host {host} are not accepted while every access key is. Use an address, localhost or a name of AWS's."
    );
    Failure::new("AccessDenied", message, 403)
}

/// Something of ours broke.
pub(crate) fn internal() -> Failure {
    let message = "An internal error has occurred; the log of underpass says more.".to_owned();
    Failure::new("InternalError", message, 500)
}

/// What a handler answered instead of an output.
pub(crate) fn handler(error: services::Error) -> Failure {
    if let Some(cause) = &error.cause {
        tracing::error!(code = error.code, cause, "an operation failed");
    }
    Failure::new(&error.code, error.message, error.status)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_that_aws_has_and_we_do_not_is_named() {
        let error = WireError::UnknownService { name: "dynamodb".into() };
        let failure = unidentified(&error, Protocol::Json10);
        assert_eq!((failure.code.as_str(), failure.status), ("NotImplemented", 501));
        assert_eq!(failure.message, "underpass does not support dynamodb yet");
    }

    #[test]
    fn an_operation_that_nobody_has_is_an_invalid_action() {
        let error = WireError::UnknownOperation { service: "ec2".into(), operation: "CreateMoon".into() };
        let failure = unidentified(&error, Protocol::Ec2);
        assert_eq!((failure.code.as_str(), failure.status), ("InvalidAction", 400));
    }

    #[test]
    fn a_denial_has_the_code_of_its_family() {
        for (family, code, status) in [
            (Family::Ec2, "UnauthorizedOperation", 403),
            (Family::Query, "AccessDenied", 403),
            (Family::S3, "AccessDenied", 403),
            (Family::Json, "AccessDeniedException", 400),
            (Family::RestJson, "AccessDeniedException", 403),
        ] {
            let failure = denied(family, "User: x is not authorized");
            assert_eq!((failure.code.as_str(), failure.status), (code, status), "{family:?}");
        }
    }
}
