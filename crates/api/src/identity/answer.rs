//! Refusals in the words of each family of protocols: code, status and message.

use wire::{Failure, Protocol};

use super::claim::Place;
use super::refusal::{Flaw, Refusal};

/// Protocols that refuse alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// EC2.
    Ec2,
    /// Query services, and those that speak REST in XML except S3.
    Query,
    /// JSON 1.0 and 1.1, and CBOR: client errors are 400.
    Json,
    /// REST in JSON: refusals are 403.
    RestJson,
    /// S3.
    S3,
}

impl Family {
    /// The family of a service by its protocol and signing name.
    pub fn of(protocol: Protocol, signing_name: &str) -> Self {
        match protocol {
            Protocol::Ec2 => Self::Ec2,
            Protocol::RestXml if signing_name == "s3" => Self::S3,
            Protocol::Query | Protocol::RestXml => Self::Query,
            Protocol::Json10 | Protocol::Json11 | Protocol::RpcV2Cbor => Self::Json,
            Protocol::RestJson => Self::RestJson,
        }
    }
}

impl Refusal {
    /// The failure as a client of this family knows it.
    pub fn failure(&self, family: Family) -> Failure {
        match family {
            Family::Ec2 => {
                let (code, status) = self.ec2();
                Failure::new(code, self.ec2_message(), status)
            }
            Family::Query => {
                let (code, status) = self.query();
                Failure::new(code, self.to_string(), status)
            }
            Family::Json => Failure::new(self.json(), self.to_string(), 400),
            Family::RestJson => Failure::new(self.json(), self.to_string(), 403),
            Family::S3 => {
                let (code, status) = self.s3();
                Failure::new(code, self.s3_message(), status)
            }
        }
    }

    fn ec2(&self) -> (&'static str, u16) {
        match self {
            Self::UnknownKey | Self::InvalidToken | Self::UnsupportedMechanism => ("AuthFailure", 401),
            Self::ExpiredToken | Self::Expired { .. } | Self::UrlExpired => ("RequestExpired", 400),
            Self::Incomplete { .. } => ("IncompleteSignature", 400),
            other => other.query(),
        }
    }

    fn ec2_message(&self) -> String {
        match self.ec2().0 {
            "AuthFailure" => "AWS was not able to validate the provided access credentials".to_owned(),
            "RequestExpired" => "Request has expired.".to_owned(),
            _ => self.to_string(),
        }
    }

    fn query(&self) -> (&'static str, u16) {
        match self {
            Self::Unsigned => ("MissingAuthenticationToken", 403),
            Self::UnsupportedMechanism | Self::Incomplete { .. } => ("IncompleteSignature", 403),
            Self::UnknownKey | Self::InvalidToken => ("InvalidClientTokenId", 403),
            Self::ExpiredToken => ("ExpiredToken", 403),
            Self::UrlExpired => ("RequestExpired", 400),
            Self::Expired { .. }
            | Self::NotYetCurrent { .. }
            | Self::Scope(_)
            | Self::HeadersNotSigned(_)
            | Self::MissingContentHash
            | Self::PayloadMismatch
            | Self::UnsupportedPayload(_)
            | Self::Mismatch => ("SignatureDoesNotMatch", 403),
        }
    }

    fn json(&self) -> &'static str {
        match self.query().0 {
            "MissingAuthenticationToken" => "MissingAuthenticationTokenException",
            "IncompleteSignature" => "IncompleteSignatureException",
            "InvalidClientTokenId" => "UnrecognizedClientException",
            "ExpiredToken" => "ExpiredTokenException",
            _ => "InvalidSignatureException",
        }
    }

    fn s3(&self) -> (&'static str, u16) {
        match self {
            Self::Unsigned | Self::UrlExpired | Self::HeadersNotSigned(_) => ("AccessDenied", 403),
            Self::Incomplete { flaw: Flaw::NoDate, .. } => ("AccessDenied", 403),
            Self::UnsupportedMechanism | Self::MissingContentHash => ("InvalidRequest", 400),
            Self::Incomplete { place: Place::Query, .. } => ("AuthorizationQueryParametersError", 400),
            Self::Incomplete { place: Place::Header, .. } | Self::Scope(_) => ("AuthorizationHeaderMalformed", 400),
            Self::UnknownKey => ("InvalidAccessKeyId", 403),
            Self::InvalidToken => ("InvalidToken", 400),
            Self::ExpiredToken => ("ExpiredToken", 400),
            Self::Expired { .. } | Self::NotYetCurrent { .. } => ("RequestTimeTooSkewed", 403),
            Self::PayloadMismatch => ("XAmzContentSHA256Mismatch", 400),
            Self::UnsupportedPayload(_) => ("NotImplemented", 501),
            Self::Mismatch => ("SignatureDoesNotMatch", 403),
        }
    }

    fn s3_message(&self) -> String {
        match self {
            Self::Unsigned => "Access Denied".to_owned(),
            Self::UnknownKey => "The AWS Access Key Id you provided does not exist in our records.".to_owned(),
            Self::InvalidToken => "The provided token is malformed or otherwise invalid.".to_owned(),
            Self::ExpiredToken => "The provided token has expired.".to_owned(),
            Self::Expired { .. } | Self::NotYetCurrent { .. } => {
                "The difference between the request time and the current time is too large.".to_owned()
            }
            Self::Mismatch => "The request signature we calculated does not match the signature you provided. \
                               Check your key and signing method."
                .to_owned(),
            other => other.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each meaning with `code status` for EC2, query, JSON, REST in JSON and S3.
    #[test]
    fn every_refusal_has_the_code_of_its_family() {
        let (signed, limit, now) = (String::new(), String::new(), String::new());
        let flawed = |place| Refusal::Incomplete { place, flaw: Flaw::Missing("Signature") };
        let mismatch = ["SignatureDoesNotMatch 403", "SignatureDoesNotMatch 403", "InvalidSignatureException 400"];
        let unknown = ["AuthFailure 401", "InvalidClientTokenId 403", "UnrecognizedClientException 400"];
        let flaw = ["IncompleteSignature 400", "IncompleteSignature 403", "IncompleteSignatureException 400"];
        for (refusal, [ec2, query, json], s3) in [
            (
                Refusal::Unsigned,
                ["MissingAuthenticationToken 403", "MissingAuthenticationToken 403", "MissingAuthenticationTokenException 400"],
                "AccessDenied 403",
            ),
            (flawed(Place::Header), flaw, "AuthorizationHeaderMalformed 400"),
            (flawed(Place::Query), flaw, "AuthorizationQueryParametersError 400"),
            (Refusal::UnknownKey, unknown, "InvalidAccessKeyId 403"),
            (Refusal::InvalidToken, unknown, "InvalidToken 400"),
            (Refusal::ExpiredToken, ["RequestExpired 400", "ExpiredToken 403", "ExpiredTokenException 400"], "ExpiredToken 400"),
            (
                Refusal::Expired { signed, limit, now },
                ["RequestExpired 400", "SignatureDoesNotMatch 403", "InvalidSignatureException 400"],
                "RequestTimeTooSkewed 403",
            ),
            (
                Refusal::UrlExpired,
                ["RequestExpired 400", "RequestExpired 400", "InvalidSignatureException 400"],
                "AccessDenied 403",
            ),
            (Refusal::Scope(String::new()), mismatch, "AuthorizationHeaderMalformed 400"),
            (Refusal::HeadersNotSigned(Vec::new()), mismatch, "AccessDenied 403"),
            (Refusal::PayloadMismatch, mismatch, "XAmzContentSHA256Mismatch 400"),
            (Refusal::Mismatch, mismatch, "SignatureDoesNotMatch 403"),
        ] {
            let told = |family| {
                let failure = refusal.failure(family);
                format!("{} {}", failure.code, failure.status)
            };
            assert_eq!(told(Family::Ec2), ec2, "{refusal:?}");
            assert_eq!(told(Family::Query), query, "{refusal:?}");
            assert_eq!(told(Family::Json), json, "{refusal:?}");
            assert_eq!(told(Family::RestJson), json.replace("400", "403"), "{refusal:?}");
            assert_eq!(told(Family::S3), s3, "{refusal:?}");
        }
    }

    #[test]
    fn only_s3_leaves_the_family_of_its_protocol() {
        assert_eq!(Family::of(Protocol::RestXml, "s3"), Family::S3);
        assert_eq!(Family::of(Protocol::RestXml, "route53"), Family::Query);
        assert_eq!(Family::of(Protocol::RpcV2Cbor, "monitoring"), Family::Json);
    }

    #[test]
    fn ec2_and_s3_have_words_of_their_own() {
        let ec2 = Refusal::UnknownKey.failure(Family::Ec2).message;
        assert_eq!(ec2, "AWS was not able to validate the provided access credentials");
        let s3 = Refusal::UnknownKey.failure(Family::S3).message;
        assert_eq!(s3, "The AWS Access Key Id you provided does not exist in our records.");
        let query = Refusal::UnknownKey.failure(Family::Query).message;
        assert_eq!(query, "The security token included in the request is invalid.");
    }
}
