//! DescribeVpcEndpointServices: the services that the caller may make endpoints to, AWS's own and custom ones.

use std::collections::BTreeMap;
use std::sync::Arc;

use resource::{ALLOWED_ACCOUNT, AMAZON, AwsService, EndpointKind, EndpointService, Owner, Tags, zone_id, zone_names};
use serde::{Deserialize, Serialize};

use super::super::principal::is_listed;
use super::super::service_name::{self, Offer};
use super::view::{GATEWAY, INTERFACE, ServiceType};
use super::zones;
use crate::filter::{self, Field, Filter};
use crate::page::{self, Ask};
use crate::tags::{self, Tag};
use crate::{Error, Read};

/// What is asked.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    service_names: Vec<String>,
    filters: Vec<Filter>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

/// The answer.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    service_names: Vec<String>,
    service_details: Vec<Detail>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Detail {
    service_name: String,
    service_id: String,
    service_type: [ServiceType; 1],
    service_region: String,
    availability_zone_ids: Vec<String>,
    availability_zones: Vec<String>,
    owner: String,
    base_endpoint_dns_names: [String; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    private_dns_name: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    private_dns_names: Vec<PrivateDnsName>,
    #[serde(skip_serializing_if = "Option::is_none")]
    private_dns_name_verification_state: Option<&'static str>,
    vpc_endpoint_policy_supported: bool,
    acceptance_required: bool,
    manages_vpc_endpoints: bool,
    tags: Vec<Tag>,
    supported_ip_address_types: [&'static str; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct PrivateDnsName {
    private_dns_name: String,
}

/// Describes services: those named, or AWS's and all that are the caller's or name the caller.
pub fn describe_vpc_endpoint_services(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    let visible: Vec<Offer> = match input.service_names.is_empty() {
        true => listed(cx),
        false => named(cx, &input.service_names)?,
    };
    let region = &cx.owner().region;
    let kept = filter::select(&input.filters, visible.into_iter(), |name| field(region, name))?;
    let ask = Ask { max_results: input.max_results, token: input.next_token.as_deref() };
    let page = page::cut(ask, kept, |offer| format!("{} {}", offer.name(region), offer.kind()))?;
    let mut service_names: Vec<String> = page.items.iter().map(|offer| offer.name(region)).collect();
    service_names.dedup();
    let service_details = page.items.iter().map(|offer| detail(cx, offer)).collect();
    Ok(Output { service_names, service_details, next_token: page.next })
}

fn named(cx: &Read<'_>, names: &[String]) -> Result<Vec<Offer>, Error> {
    let found: Vec<Vec<Offer>> = names.iter().map(|name| service_name::find(cx, name)).collect::<Result<_, _>>()?;
    Ok(found.into_iter().flatten().collect())
}

/// AWS's services, the caller's own, and those that name the caller.
fn listed(cx: &Read<'_>) -> Vec<Offer> {
    let owner = cx.owner();
    let named = cx.world.named::<EndpointService>(ALLOWED_ACCOUNT, &owner.account);
    let others = named.filter(|service| service.owner != *owner && service.owner.region == owner.region);
    let custom = cx.world.owned(owner).chain(others).filter(|service: &Arc<_>| is_listed(service, cx.caller));
    AwsService::all().map(Offer::Aws).chain(custom.map(Offer::Custom)).collect()
}

fn field<'a>(region: &'a str, filter: &'a str) -> Option<Field<'a, Offer>> {
    static NO_TAGS: Tags = Tags(BTreeMap::new());
    let of = filter::of::<Offer>();
    match filter {
        "owner" => of.one(|offer| match offer {
            Offer::Aws(_) => AMAZON.to_owned(),
            Offer::Custom(service) => service.owner.account.clone(),
        }),
        "service-name" => of.one(move |offer| offer.name(region)),
        "service-region" => of.one(move |_| region),
        "service-type" => of.one(Offer::kind),
        "supported-ip-address-types" => of.one(|_| "ipv4"),
        _ => of.tag(filter, |offer| match offer {
            Offer::Aws(_) => &NO_TAGS,
            Offer::Custom(service) => &service.tags,
        }),
    }
}

fn detail(cx: &Read<'_>, offer: &Offer) -> Detail {
    match offer {
        Offer::Aws(service) => of_aws(service, &cx.owner().region),
        Offer::Custom(service) => of_custom(cx, service),
    }
}

fn of_aws(service: &AwsService, region: &str) -> Detail {
    let private: Vec<String> = service.private_names(region).collect();
    Detail {
        service_name: service.service_name(region),
        service_id: service.service_id(region).to_string(),
        service_type: if service.kind == EndpointKind::Gateway { GATEWAY } else { INTERFACE },
        service_region: region.to_owned(),
        availability_zone_ids: zone_names(region).filter_map(|zone| zone_id(region, &zone)).collect(),
        availability_zones: zone_names(region).collect(),
        owner: AMAZON.to_owned(),
        base_endpoint_dns_names: [service.base_dns_name(region)],
        private_dns_name: private.first().cloned(),
        private_dns_name_verification_state: (!private.is_empty()).then_some("verified"),
        private_dns_names: private.into_iter().map(|private_dns_name| PrivateDnsName { private_dns_name }).collect(),
        vpc_endpoint_policy_supported: service.policy,
        acceptance_required: false,
        manages_vpc_endpoints: false,
        tags: Vec::new(),
        supported_ip_address_types: ["ipv4"],
    }
}

fn of_custom(cx: &Read<'_>, service: &EndpointService) -> Detail {
    let zones = zones(cx.world, service);
    let own: &Owner = cx.owner();
    let name = service.private_name.as_ref();
    Detail {
        service_name: service.service_name(),
        service_id: service.id.to_string(),
        service_type: INTERFACE,
        service_region: service.owner.region.clone(),
        availability_zone_ids: zones.iter().filter_map(|zone| zone_id(&service.owner.region, zone)).collect(),
        availability_zones: zones.into_iter().collect(),
        owner: service.owner.account.clone(),
        base_endpoint_dns_names: [service.base_dns_name()],
        private_dns_name: name.map(|name| name.name.clone()),
        private_dns_names: name.map(|name| PrivateDnsName { private_dns_name: name.name.clone() }).into_iter().collect(),
        private_dns_name_verification_state: name.map(|name| name.state.as_str()),
        vpc_endpoint_policy_supported: false,
        acceptance_required: service.acceptance_required,
        manages_vpc_endpoints: false,
        tags: if service.owner == *own { tags::view(&service.tags) } else { Vec::new() },
        supported_ip_address_types: ["ipv4"],
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::ec2::testing::Cloud;

    fn services(input: Value) -> Value {
        Cloud::new().ok("DescribeVpcEndpointServices", input)
    }

    #[test]
    fn a_name_that_nobody_has_fails_the_whole_call() {
        let cloud = Cloud::new();
        for name in ["com.amazonaws.us-east-1.moon", "com.amazonaws.eu-west-1.ec2", "ec2"] {
            let names = json!({"ServiceNames": ["com.amazonaws.us-east-1.ec2", name]});
            assert_eq!(cloud.refusal("DescribeVpcEndpointServices", names), "InvalidServiceName", "{name}");
        }
    }

    #[test]
    fn s3_is_described_twice_under_one_name() {
        let found = services(json!({"ServiceNames": ["com.amazonaws.us-east-1.s3"]}));
        assert_eq!(found["ServiceNames"], json!(["com.amazonaws.us-east-1.s3"]));
        let kind = |n: usize| found["ServiceDetails"][n]["ServiceType"][0]["ServiceType"].clone();
        assert_eq!([kind(0), kind(1)], ["Gateway", "Interface"]);
        assert_ne!(found["ServiceDetails"][0]["ServiceId"], found["ServiceDetails"][1]["ServiceId"]);
        let filtered = services(json!({"Filters": [{"Name": "service-type", "Values": ["Gateway"]}]}));
        assert_eq!(filtered["ServiceNames"], json!(["com.amazonaws.us-east-1.dynamodb", "com.amazonaws.us-east-1.s3"]));
    }

    #[test]
    fn a_service_of_aws_says_its_names_zones_and_whether_it_takes_policies() {
        let found = services(json!({"ServiceNames": ["com.amazonaws.us-east-1.ecr.dkr"]}));
        let detail = &found["ServiceDetails"][0];
        assert_eq!(detail["Owner"], "amazon");
        assert_eq!(detail["PrivateDnsName"], "*.dkr.ecr.us-east-1.amazonaws.com");
        assert_eq!(detail["PrivateDnsNameVerificationState"], "verified");
        assert_eq!(detail["BaseEndpointDnsNames"], json!(["dkr.ecr.us-east-1.vpce.amazonaws.com"]));
        assert_eq!((&detail["VpcEndpointPolicySupported"], &detail["AcceptanceRequired"]), (&json!(true), &json!(false)));
        assert_eq!(detail["AvailabilityZones"].as_array().map(Vec::len), Some(4));
        let requests = services(json!({"ServiceNames": ["com.amazonaws.us-east-1.apprunner.requests"]}));
        assert_eq!(requests["ServiceDetails"][0]["VpcEndpointPolicySupported"], false);
        assert_eq!(requests["ServiceDetails"][0]["PrivateDnsName"], Value::Null);
    }

    #[test]
    fn pages_show_every_service_once() {
        let (mut seen, mut token) = (0, Value::Null);
        loop {
            let mut input = json!({"MaxResults": 5});
            if !token.is_null() {
                input["NextToken"] = token;
            }
            let page = services(input);
            seen += page["ServiceDetails"].as_array().map_or(0, Vec::len);
            token = page["NextToken"].clone();
            if token.is_null() {
                break;
            }
        }
        assert_eq!(seen, resource::AwsService::all().count());
    }
}
