//! What a request says about its sender, before anything is believed: the `Authorization` header or the query of a
//! presigned URL.

use percent_encoding::percent_decode_str;
use policy::Principal;
use wire::Request;

use super::caller::{Caller, Scope};
use super::payload::Payload;
use super::refusal::{Flaw, Refusal};

/// The only algorithm that we verify.
pub(super) const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// A signed request, with its credential read and the rest of its signature still as text.
#[derive(Debug)]
pub(super) struct Claim<'a> {
    /// The request.
    pub request: &'a Request,
    /// Where the signature stands.
    pub place: Place,
    /// The key that is said to have signed.
    pub access_key_id: String,
    /// What it is said to have signed for.
    pub scope: Scope,
    parameters: Vec<(String, String)>,
}

/// Where a signature stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In the `Authorization` header.
    Header,
    /// In the query: a presigned URL.
    Query,
}

impl<'a> Claim<'a> {
    /// Reads the claim, or says that there is none or that it cannot be read.
    pub fn parse(request: &'a Request) -> Result<Self, Refusal> {
        let (place, parameters) = match request.headers.get("authorization") {
            Some(value) => {
                let text = value.to_str().map_err(|_| flaw(Place::Header, Flaw::Malformed("Authorization")))?;
                (Place::Header, header_parameters(text)?)
            }
            None => (Place::Query, query_parameters(&request.query)?),
        };
        let credential = find(&parameters, "Credential").ok_or_else(|| flaw(place, Flaw::Missing("Credential")))?;
        let (access_key_id, scope) = parse_credential(credential).ok_or_else(|| flaw(place, Flaw::Malformed("Credential")))?;
        Ok(Self { request, place, access_key_id, scope, parameters })
    }

    /// A parameter of the signature by its short name (`SignedHeaders`, `Signature`, `Date`, `Expires`).
    pub fn parameter(&self, name: &'static str) -> Result<&str, Refusal> {
        self.optional(name).ok_or_else(|| flaw(self.place, Flaw::Missing(name)))
    }

    /// As [`Claim::parameter`], for one that may be absent.
    pub fn optional(&self, name: &str) -> Option<&str> {
        find(&self.parameters, name)
    }

    /// The session token.
    pub fn token(&self) -> Option<String> {
        let header = || self.request.header("x-amz-security-token");
        self.optional("Security-Token").or_else(header).map(str::to_owned)
    }

    /// The same refusal, at this claim's place.
    pub fn flaw(&self, flaw: Flaw) -> Refusal {
        Refusal::Incomplete { place: self.place, flaw }
    }

    /// S3 has its own rules for paths and bodies.
    pub fn is_s3(&self) -> bool {
        self.scope.service == "s3"
    }

    /// The caller that the claim turns out to be.
    pub fn caller(&self, principal: Principal, verified: bool, payload: Payload) -> Caller {
        let access_key_id = Some(self.access_key_id.clone());
        Caller { principal, access_key_id, scope: self.scope.clone(), verified, payload }
    }
}

fn flaw(place: Place, flaw: Flaw) -> Refusal {
    Refusal::Incomplete { place, flaw }
}

fn find<'p>(parameters: &'p [(String, String)], name: &str) -> Option<&'p str> {
    parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
}

/// `AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…`.
fn header_parameters(text: &str) -> Result<Vec<(String, String)>, Refusal> {
    let (algorithm, rest) = text.trim().split_once(' ').unwrap_or((text.trim(), ""));
    if algorithm != ALGORITHM {
        return Err(Refusal::UnsupportedMechanism);
    }
    let pairs = rest.split(',').filter_map(|part| part.trim().split_once('='));
    Ok(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
}

/// `X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=…`, with the prefix taken off the names.
fn query_parameters(query: &str) -> Result<Vec<(String, String)>, Refusal> {
    let mut parameters = Vec::new();
    let mut version_two = false;
    for pair in query.split('&') {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        version_two |= name == "AWSAccessKeyId";
        if let Some(short) = name.strip_prefix("X-Amz-") {
            parameters.push((short.to_owned(), percent_decode_str(value).decode_utf8_lossy().into_owned()));
        }
    }
    match find(&parameters, "Algorithm") {
        Some(ALGORITHM) => Ok(parameters),
        Some(_) => Err(Refusal::UnsupportedMechanism),
        None if version_two => Err(Refusal::UnsupportedMechanism),
        None if find(&parameters, "Credential").is_some() => Err(flaw(Place::Query, Flaw::Missing("Algorithm"))),
        None => Err(Refusal::Unsigned),
    }
}

/// `KEY/date/region/service/aws4_request`.
fn parse_credential(text: &str) -> Option<(String, Scope)> {
    let mut parts = text.rsplitn(5, '/');
    let (terminator, service, region, date) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let key = parts.next()?;
    let dated = date.len() == 8 && date.bytes().all(|byte| byte.is_ascii_digit());
    let complete = terminator == "aws4_request" && dated && [service, region, key].iter().all(|part| !part.is_empty());
    let scope = || Scope { date: date.to_owned(), region: region.to_owned(), service: service.to_owned() };
    complete.then(|| (key.to_owned(), scope()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use http::HeaderValue;
    use proptest::prelude::*;

    fn with_header(value: &[u8]) -> Request {
        let mut request = Request::default();
        request.headers.insert("authorization", HeaderValue::from_bytes(value).unwrap());
        request
    }

    fn refusal(request: &Request) -> Refusal {
        Claim::parse(request).unwrap_err()
    }

    #[test]
    fn a_header_is_read_whatever_the_space_between_its_parameters() {
        let tight = "AWS4-HMAC-SHA256 Credential=AK/20240101/eu-west-1/ec2/aws4_request,SignedHeaders=host,Signature=0a";
        for text in [tight.to_owned(), tight.replace(',', ",  ")] {
            let request = with_header(text.as_bytes());
            let claim = Claim::parse(&request).unwrap();
            assert_eq!((claim.access_key_id.as_str(), claim.place), ("AK", Place::Header));
            assert_eq!(claim.scope.text(), "20240101/eu-west-1/ec2/aws4_request");
            assert_eq!(claim.parameter("Signature"), Ok("0a"));
        }
    }

    #[test]
    fn a_query_is_read_with_its_values_decoded() {
        let query = "a=b&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Security-Token=t%2Bk\
                     &X-Amz-Credential=AK%2F20240101%2Feu-west-1%2Fs3%2Faws4_request";
        let request = Request { query: query.into(), ..Request::default() };
        let claim = Claim::parse(&request).unwrap();
        assert_eq!((claim.place, claim.token().as_deref()), (Place::Query, Some("t+k")));
        assert!(claim.is_s3());
        assert_eq!(claim.parameter("Expires"), Err(claim.flaw(Flaw::Missing("Expires"))));
    }

    #[test]
    fn what_is_not_signed_by_version_four_is_told_so() {
        assert_eq!(refusal(&Request::default()), Refusal::Unsigned);
        assert_eq!(refusal(&with_header(b"AWS AKID:c2ln")), Refusal::UnsupportedMechanism);
        assert_eq!(refusal(&with_header(b"Bearer x")), Refusal::UnsupportedMechanism);
        for query in ["AWSAccessKeyId=AK&Signature=x", "X-Amz-Algorithm=AWS4-ECDSA-P256-SHA256"] {
            assert_eq!(refusal(&Request { query: query.into(), ..Request::default() }), Refusal::UnsupportedMechanism);
        }
    }

    #[test]
    fn credentials_without_five_full_parts_are_flawed() {
        for credential in
            ["", "AK", "AK/20240101/r/s", "AK/20240101/r/s/aws5", "AK/2024/r/s/aws4_request", "/20240101/r/s/aws4_request"]
        {
            let header = format!("AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host, Signature=x");
            assert!(matches!(refusal(&with_header(header.as_bytes())), Refusal::Incomplete { .. }), "{credential}");
        }
        assert!(matches!(refusal(&with_header(b"AWS4-HMAC-SHA256 \xff")), Refusal::Incomplete { .. }));
    }

    proptest! {
        #[test]
        fn reading_a_claim_never_panics(header in "(AWS4-HMAC-SHA256 )?[ -~]{0,80}", query in "(X-Amz-Algorithm=AWS4-HMAC-SHA256&)?[ -~]{0,80}") {
            let _ = Claim::parse(&with_header(header.as_bytes())).map(|claim| claim.token());
            let request = Request { query, ..Request::default() };
            let _ = Claim::parse(&request).map(|claim| claim.token());
        }
    }
}
