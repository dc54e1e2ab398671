//! DescribeVpcEndpointServices: the services that the caller may make endpoints to.

use std::sync::Arc;

use resource::{ALLOWED_ACCOUNT, EndpointService, PrivateName, zone_id};
use serde::{Deserialize, Serialize};

use super::super::principal::is_listed;
use super::super::service_name;
use super::view::{INTERFACE, ServiceType};
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
    #[serde(flatten)]
    private: Option<PrivateNames>,
    vpc_endpoint_policy_supported: bool,
    acceptance_required: bool,
    manages_vpc_endpoints: bool,
    tags: Vec<Tag>,
    supported_ip_address_types: [&'static str; 1],
}

/// What a service is called in consumers' VPCs.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct PrivateNames {
    private_dns_name: String,
    private_dns_names: [NameDetail; 1],
    private_dns_name_verification_state: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct NameDetail {
    private_dns_name: String,
}

impl PrivateNames {
    fn new(name: &PrivateName) -> Self {
        Self {
            private_dns_name: name.name.clone(),
            private_dns_names: [NameDetail { private_dns_name: name.name.clone() }],
            private_dns_name_verification_state: name.state.as_str(),
        }
    }
}

/// Describes services: those named, or all that are the caller's or name the caller.
pub fn describe_vpc_endpoint_services(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    let visible: Vec<Arc<EndpointService>> = match input.service_names.is_empty() {
        true => listed(cx),
        false => input.service_names.iter().map(|name| service_name::find(cx, name)).collect::<Result<_, _>>()?,
    };
    let kept = filter::select(&input.filters, visible.into_iter(), field)?;
    let ask = Ask { max_results: input.max_results, token: input.next_token.as_deref() };
    let page = page::cut(ask, kept, |service| service.service_name())?;
    Ok(Output {
        service_names: page.items.iter().map(|service| service.service_name()).collect(),
        service_details: page.items.iter().map(|service| detail(cx, service)).collect(),
        next_token: page.next,
    })
}

/// The caller's own services and those that name the caller.
fn listed(cx: &Read<'_>) -> Vec<Arc<EndpointService>> {
    let owner = cx.owner();
    let named = cx.world.named::<EndpointService>(ALLOWED_ACCOUNT, &owner.account);
    let others = named.filter(|service| service.owner != *owner && service.owner.region == owner.region);
    cx.world.owned(owner).chain(others).filter(|service| is_listed(service, cx.caller)).collect()
}

fn field(filter: &str) -> Option<Field<'_, Arc<EndpointService>>> {
    let of = filter::of::<Arc<EndpointService>>();
    match filter {
        "owner" => of.one(|service| service.owner.account.clone()),
        "service-name" => of.one(|service| service.service_name()),
        "service-region" => of.one(|service| service.owner.region.clone()),
        "service-type" => of.one(|_| "Interface"),
        "supported-ip-address-types" => of.one(|_| "ipv4"),
        _ => of.tag(filter, |service| &service.tags),
    }
}

fn detail(cx: &Read<'_>, service: &EndpointService) -> Detail {
    let zones = zones(cx.world, service);
    let own = service.owner == *cx.owner();
    Detail {
        service_name: service.service_name(),
        service_id: service.id.to_string(),
        service_type: INTERFACE,
        service_region: service.owner.region.clone(),
        availability_zone_ids: zones.iter().filter_map(|zone| zone_id(&service.owner.region, zone)).collect(),
        availability_zones: zones.into_iter().collect(),
        owner: service.owner.account.clone(),
        base_endpoint_dns_names: [service.base_dns_name()],
        private: service.private_name.as_ref().map(PrivateNames::new),
        vpc_endpoint_policy_supported: false,
        acceptance_required: service.acceptance_required,
        manages_vpc_endpoints: false,
        tags: if own { tags::view(&service.tags) } else { Vec::new() },
        supported_ip_address_types: ["ipv4"],
    }
}
