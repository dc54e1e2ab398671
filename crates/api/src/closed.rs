//! What doors answer for services that have no API here: truthfully, in the words of the service where they are known.

use http::{HeaderValue, StatusCode, header};
use resource::VpcEndpoint;
use services::Service;
use store::Snapshot;
use wire::{Failure, Identified, Response};

use crate::arrival::{Door, Through};
use crate::identity::{Caller, Refusal};
use crate::refuse;

/// The answer at a door behind which nobody is; none where somebody is.
pub(crate) fn answer(door: &Door, protocol: wire::Protocol) -> Option<Result<Response, Failure>> {
    match door.service {
        // What API Gateway's front answers for an API that does not exist; none does here.
        "execute-api" => Some(Ok(forbidden())),
        name if is_here(name) => None,
        name => Some(Err(refuse::unsupported(name, protocol))),
    }
}

/// Refuses an operation of another service than the door's.
pub(crate) fn check(door: &Door, identified: &Identified) -> Result<(), Failure> {
    match identified.service.signing_name == door.service {
        true => Ok(()),
        false => {
            let message = format!("The action {} is not valid for this web service.", identified.operation().name);
            Err(Failure::new("InvalidAction", message, 400))
        }
    }
}

/// Refuses what was signed for another Region than the endpoint's: it leads to the service of its own Region only.
pub(crate) fn check_region(world: &Snapshot, through: Option<&Through>, believed: &Caller) -> Result<(), Refusal> {
    let endpoint = through.and_then(|through| world.find::<VpcEndpoint>(through.endpoint.as_str()));
    let region = endpoint.map(|endpoint| endpoint.owner.region.clone());
    match region.filter(|region| believed.verified && *region != believed.scope.region) {
        Some(region) => Err(Refusal::Scope(format!(
            "Credential should be scoped to a valid region: this endpoint is in '{region}', not in '{}'.",
            believed.scope.region
        ))),
        None => Ok(()),
    }
}

fn is_here(signing_name: &str) -> bool {
    services::all().any(|service: &Service| service.action_prefix == signing_name)
}

fn forbidden() -> Response {
    let mut response =
        Response { status: StatusCode::FORBIDDEN, body: r#"{"message":"Forbidden"}"#.into(), ..Response::default() };
    response.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response.headers.insert("x-amzn-errortype", HeaderValue::from_static("ForbiddenException"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use resource::{EndpointId, EndpointKind, EndpointState, Owner, Tags, Timestamp, VpcId};
    use store::{Store, StoreError};
    use wire::Protocol;

    fn at(service: &'static str) -> Option<Result<Response, Failure>> {
        answer(&Door { service, secure: true, endpoint: None }, Protocol::Json11)
    }

    #[test]
    fn nobody_pretends_to_be_a_service_that_is_not_there() {
        let failure = at("lambda").and_then(Result::err).expect("there are no functions here");
        assert_eq!((failure.code.as_str(), failure.status), ("NotImplemented", 501));
        assert_eq!(failure.message, "underpass does not support lambda yet");
        assert!(at("ec2").is_none() && at("elasticloadbalancing").is_none());
    }

    #[test]
    fn no_api_is_found_as_on_aws() {
        let response = at("execute-api").and_then(Result::ok).expect("an answer");
        assert_eq!((response.status.as_u16(), &response.body[..]), (403, &br#"{"message":"Forbidden"}"#[..]));
    }

    /// A request that came through an endpoint of us-east-1, signed for a Region.
    fn signed_for(region: &str, verified: bool, world: &Snapshot) -> Result<(), Refusal> {
        let through = Through {
            endpoint: EndpointId::parse("vpce-00000000000000001").expect("an id"),
            vpc: VpcId::parse("vpc-00000000000000001").expect("an id"),
        };
        check_region(world, Some(&through), &Caller { verified, ..Caller::anonymous(region) })
    }

    #[tokio::test]
    async fn an_endpoint_leads_to_the_service_of_its_own_region_only() {
        let store = Store::in_memory();
        let put = store.write(|txn| {
            txn.put(endpoint());
            Ok::<_, StoreError>(())
        });
        put.await.expect("memory takes every write");
        let world = store.snapshot();
        assert_eq!(signed_for("us-east-1", true, &world), Ok(()));
        let refused = signed_for("eu-west-1", true, &world).expect_err("it is another Region");
        assert!(matches!(refused, Refusal::Scope(text) if text.contains("'us-east-1', not in 'eu-west-1'")));
        assert_eq!(signed_for("eu-west-1", false, &world), Ok(()), "who signs nothing names no Region");
    }

    fn endpoint() -> VpcEndpoint {
        VpcEndpoint {
            id: EndpointId::parse("vpce-00000000000000001").expect("an id"),
            owner: Owner::new("111111111111", "us-east-1"),
            vpc: VpcId::parse("vpc-00000000000000001").expect("an id"),
            kind: EndpointKind::Interface,
            service_name: "com.amazonaws.us-east-1.ec2".into(),
            service: None,
            state: EndpointState::Available,
            served: true,
            subnets: Vec::new(),
            groups: Vec::new(),
            interfaces: Vec::new(),
            route_tables: Vec::new(),
            private_dns: false,
            private_names: Vec::new(),
            service_defined_records: false,
            policy: None,
            dns_label: "abcd1234".into(),
            created: Timestamp(0),
            tags: Tags::default(),
        }
    }
}
