//! DescribeVpcEndpointServiceConfigurations: the caller's services.

use std::sync::Arc;

use resource::EndpointService;
use serde::{Deserialize, Serialize};
use store::Snapshot;

use super::own;
use super::view::{self, ConfigurationView};
use crate::filter::{self, Field, Filter};
use crate::page::{self, Ask};
use crate::{Error, Read};

/// What is asked.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    service_ids: Vec<String>,
    filters: Vec<Filter>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

/// The answer.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    service_configurations: Vec<ConfigurationView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

/// Describes services.
pub fn describe_configurations(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    let wanted: Vec<Arc<EndpointService>> = match input.service_ids.is_empty() {
        true => cx.world.owned(cx.owner()).collect(),
        false => input.service_ids.iter().map(|id| own(cx.world, cx.owner(), id)).collect::<Result<_, _>>()?,
    };
    let kept = filter::select(&input.filters, wanted.into_iter(), |name| field(cx.world, name))?;
    let ask = Ask { max_results: input.max_results, token: input.next_token.as_deref() };
    let page = page::cut(ask, kept, |service| service.id.to_string())?;
    let service_configurations = page.items.iter().map(|service| view::configuration(cx.world, service)).collect();
    Ok(Output { service_configurations, next_token: page.next })
}

fn field<'a>(world: &'a Snapshot, filter: &'a str) -> Option<Field<'a, Arc<EndpointService>>> {
    let of = filter::of::<Arc<EndpointService>>();
    match filter {
        "service-name" => of.one(|service| service.service_name()),
        "service-id" => of.one(|service| service.id.to_string()),
        "service-state" => of.one(|service| view::state(world, service)),
        "supported-ip-address-types" => of.one(|_| "ipv4"),
        _ => of.tag(filter, |service| &service.tags),
    }
}
