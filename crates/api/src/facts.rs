//! The facts of a request that conditions in policies ask about: where it came from, when, for which Region, with which tags.

use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::arrival::Arrival;

/// What is known about a request whatever it asks for.
pub(crate) fn facts(arrival: &Arrival, region: &str, now: OffsetDateTime, agent: Option<&str>) -> Vec<(&'static str, String)> {
    let moment = now.replace_nanosecond(0).ok().and_then(|now| now.format(&Rfc3339).ok());
    let address = Some(arrival.peer.ip().to_canonical().to_string());
    let through = arrival.through();
    // Behind an endpoint, addresses are those of a VPC, of which there may be many alike.
    let (public, private) = if through.is_some() { (None, address) } else { (address, None) };
    let secure = arrival.door.as_ref().is_some_and(|door| door.secure);
    let known = [
        ("aws:SourceIp", public),
        ("aws:VpcSourceIp", private),
        ("aws:SourceVpce", through.map(|through| through.endpoint.to_string())),
        ("aws:SourceVpc", through.map(|through| through.vpc.to_string())),
        ("aws:RequestedRegion", Some(region.to_owned())),
        ("aws:CurrentTime", moment),
        ("aws:EpochTime", Some(now.unix_timestamp().to_string())),
        ("aws:SecureTransport", Some(secure.to_string())),
        ("aws:UserAgent", agent.map(str::to_owned)),
    ];
    known.into_iter().filter_map(|(key, value)| Some((key, value?))).collect()
}

/// Adds the tags that a request wants to put on something: `Tags`, or `TagSpecifications` of EC2.
pub(crate) fn with_tags(mut request: policy::Request, input: &Value) -> policy::Request {
    let lists = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let specified = lists(&input["TagSpecifications"]).into_iter().flat_map(|specification| lists(&specification["Tags"]));
    for tag in lists(&input["Tags"]).into_iter().chain(specified) {
        let Some(key) = tag["Key"].as_str() else { continue };
        request = request.with("aws:TagKeys", key);
        request = request.with(&format!("aws:RequestTag/{key}"), tag["Value"].as_str().unwrap_or_default());
    }
    request
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arrival::{Door, Through};
    use policy::{Principal, Request};
    use resource::{EndpointId, VpcId};
    use serde_json::json;

    fn request() -> Request {
        Request::new(Principal::Root { account: "111111111111".into() }, "ec2:CreateVpc", "*")
    }

    #[test]
    fn a_request_is_described_by_place_time_and_region() {
        let now = OffsetDateTime::from_unix_timestamp(1_700_000_000).expect("a valid time");
        let peer = "[::ffff:127.0.0.1]:9".parse().expect("an address");
        let known = facts(&Arrival::at_listener(peer), "eu-west-1", now, Some("aws-cli"));
        for (key, value) in [
            ("aws:SourceIp", "127.0.0.1"),
            ("aws:RequestedRegion", "eu-west-1"),
            ("aws:CurrentTime", "2023-11-14T22:13:20Z"),
            ("aws:EpochTime", "1700000000"),
            ("aws:SecureTransport", "false"),
            ("aws:UserAgent", "aws-cli"),
        ] {
            assert!(known.contains(&(key, value.to_owned())), "{key}: {known:?}");
        }
    }

    #[test]
    fn behind_an_endpoint_a_request_has_its_ids_and_no_public_address() {
        let endpoint = Through {
            endpoint: EndpointId::parse("vpce-00000000000000001").expect("an id"),
            vpc: VpcId::parse("vpc-00000000000000001").expect("an id"),
        };
        let door = Door { service: "ec2", secure: true, endpoint: Some(endpoint) };
        let arrival = Arrival { peer: "10.0.0.4:9".parse().expect("an address"), door: Some(door) };
        let known = facts(&arrival, "us-east-1", OffsetDateTime::UNIX_EPOCH, None);
        for (key, value) in [
            ("aws:VpcSourceIp", "10.0.0.4"),
            ("aws:SourceVpce", "vpce-00000000000000001"),
            ("aws:SourceVpc", "vpc-00000000000000001"),
            ("aws:SecureTransport", "true"),
        ] {
            assert!(known.contains(&(key, value.to_owned())), "{key}: {known:?}");
        }
        assert!(known.iter().all(|(key, _)| *key != "aws:SourceIp"));
    }

    #[test]
    fn tags_of_a_request_are_conditions() {
        let tag = |key: &str| json!({"Key": key, "Value": "v"});
        let input = json!({"Tags": [tag("a")], "TagSpecifications": [{"ResourceType": "vpc", "Tags": [tag("b")]}]});
        let context = with_tags(request(), &input).context;
        assert_eq!(context.values("aws:TagKeys"), ["a", "b"]);
        assert_eq!(context.single("aws:RequestTag/b"), Some("v"));
    }
}
