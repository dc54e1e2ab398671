//! The facts of a request that conditions in policies ask about: where it came from, when, for which Region, with which tags.

use std::net::IpAddr;

use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// What is known about a request whatever it asks for.
pub(crate) fn facts(peer: IpAddr, region: &str, now: OffsetDateTime, agent: Option<&str>) -> Vec<(&'static str, String)> {
    let moment = now.replace_nanosecond(0).ok().and_then(|now| now.format(&Rfc3339).ok());
    let known = [
        ("aws:SourceIp", Some(peer.to_canonical().to_string())),
        ("aws:RequestedRegion", Some(region.to_owned())),
        ("aws:CurrentTime", moment),
        ("aws:EpochTime", Some(now.unix_timestamp().to_string())),
        ("aws:SecureTransport", Some("false".to_owned())),
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
    use policy::{Principal, Request};
    use serde_json::json;

    fn request() -> Request {
        Request::new(Principal::Root { account: "111111111111".into() }, "ec2:CreateVpc", "*")
    }

    #[test]
    fn a_request_is_described_by_place_time_and_region() {
        let now = OffsetDateTime::from_unix_timestamp(1_700_000_000).expect("a valid time");
        let peer = "::ffff:127.0.0.1".parse().expect("an address");
        let known = facts(peer, "eu-west-1", now, Some("aws-cli"));
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
    fn tags_of_a_request_are_conditions() {
        let tag = |key: &str| json!({"Key": key, "Value": "v"});
        let input = json!({"Tags": [tag("a")], "TagSpecifications": [{"ResourceType": "vpc", "Tags": [tag("b")]}]});
        let context = with_tags(request(), &input).context;
        assert_eq!(context.values("aws:TagKeys"), ["a", "b"]);
        assert_eq!(context.single("aws:RequestTag/b"), Some("v"));
    }
}
