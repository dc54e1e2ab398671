//! CreateVpcEndpointServiceConfiguration: offers what stands behind Network Load Balancers to other VPCs.

use resource::{EndpointService, EndpointServiceId};
use serde::{Deserialize, Serialize};

use super::balancers;
use super::private_name;
use super::view::{self, ConfigurationView};
use crate::tags::{self, TagSpecification};
use crate::{Error, Write};

/// What is asked.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    acceptance_required: Option<bool>,
    private_dns_name: Option<String>,
    network_load_balancer_arns: Vec<String>,
    supported_ip_address_types: Vec<String>,
    supported_regions: Vec<String>,
    tag_specifications: Vec<TagSpecification>,
}

/// The answer.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    service_configuration: ConfigurationView,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_token: Option<String>,
}

/// Creates a service. Connections to it must be accepted unless the request says otherwise.
pub fn create_configuration(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    if let Some(other) = input.supported_ip_address_types.iter().find(|kind| *kind != "ipv4") {
        let message = format!(
            "underpass does not support CreateVpcEndpointServiceConfiguration.SupportedIpAddressTypes {other} yet; use ipv4"
        );
        return Err(Error::new("UnsupportedOperation", message));
    }
    if let Some(other) = input.supported_regions.iter().find(|region| **region != cx.owner().region) {
        let message = format!(
            "underpass does not support CreateVpcEndpointServiceConfiguration.SupportedRegions {other} yet; leave it out"
        );
        return Err(Error::new("UnsupportedOperation", message));
    }
    let balancers = balancers::parse(cx.txn, cx.owner(), None, &input.network_load_balancer_arns)?;
    balancers::check_number(&balancers)?;
    let service = EndpointService {
        id: EndpointServiceId::random(),
        owner: cx.owner().clone(),
        acceptance_required: input.acceptance_required.unwrap_or(true),
        balancers,
        principals: Vec::new(),
        private_name: input.private_dns_name.as_deref().map(|name| private_name::of(name, cx.now)).transpose()?,
        owner_pays: false,
        tags: tags::specified(&input.tag_specifications, "vpc-endpoint-service", &["vpc-endpoint-service"])?,
    };
    cx.txn.put(service.clone());
    Ok(Output { client_token: cx.client_token(), service_configuration: view::configuration(cx.txn, &service) })
}
