//! Private DNS of an endpoint: the names that it takes over in its VPC, and everything that forbids it.

use resource::{
    AwsService, EndpointId, EndpointKind, EndpointService, EndpointState, HostedZone, Owner, PRIVATE_DOMAIN, PrivateNameState,
    Resource, Vpc, VpcEndpoint, private_domain_key, zone_of_private_name,
};
use serde::Deserialize;
use store::Snapshot;

use crate::Error;

/// Which of an endpoint's names lead where.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DnsOptions {
    dns_record_ip_type: Option<String>,
    private_dns_only_for_inbound_resolver_endpoint: Option<bool>,
}

impl DnsOptions {
    /// Whether private DNS is to be for inbound resolver endpoints only, if the request says.
    pub fn only_for_inbound(&self) -> Option<bool> {
        self.private_dns_only_for_inbound_resolver_endpoint
    }

    /// Whether the service says which kinds of records the names have, if the request says. Here all of them are `A`.
    pub fn service_defined(&self) -> Option<bool> {
        self.dns_record_ip_type.as_deref().map(|kind| kind == "service-defined")
    }
}

/// The service that an endpoint is to: one of AWS's, or somebody's own.
pub struct Offer<'a> {
    /// Its full name.
    pub name: &'a str,
    /// Who asks for the endpoint.
    pub owner: &'a Owner,
    /// The custom service, if it is one and still there.
    pub custom: Option<&'a EndpointService>,
}

impl Offer<'_> {
    /// Whether an endpoint has private DNS when the request does not say: those to AWS's services with a name do.
    pub fn by_default(&self) -> bool {
        self.aws().is_some_and(|service| service.private_names(&self.owner.region).next().is_some())
    }

    fn aws(&self) -> Option<&'static AwsService> {
        AwsService::find(&self.owner.region, self.name, EndpointKind::Interface)
    }

    /// The names that lead to an endpoint with private DNS.
    fn names(&self) -> Result<Vec<String>, Error> {
        let none = || {
            let message =
                format!("Private DNS can't be enabled because the service {} does not provide a private DNS name.", self.name);
            invalid(message)
        };
        let names = match self.custom.map(|service| service.private_name.as_ref()) {
            None => self.aws().map(|service| service.private_names(&self.owner.region).collect()).unwrap_or_default(),
            Some(None) => Vec::new(),
            Some(Some(name)) if name.state == PrivateNameState::Verified => vec![name.name.clone()],
            Some(Some(name)) => {
                return Err(invalid(format!(
                    "Private DNS can't be enabled because the private DNS name {} of the service {} is not verified ({}).",
                    name.name,
                    self.name,
                    name.state.as_str()
                )));
            }
        };
        if names.is_empty() { Err(none()) } else { Ok(names) }
    }
}

/// The names that an endpoint in `state` takes over in `vpc`.
///
/// # Errors
/// `InvalidParameter`: the service has no (verified) name, the connection is not accepted, the VPC's DNS attributes are off, or
/// something else in the VPC has one of the names.
pub fn names(
    world: &Snapshot,
    offer: &Offer<'_>,
    vpc: &Vpc,
    state: EndpointState,
    own: Option<&EndpointId>,
) -> Result<Vec<String>, Error> {
    let names = offer.names()?;
    if !state.is_open() {
        return Err(invalid(format!(
            "Private DNS can't be enabled because the owner of the service {} has not accepted the endpoint's connection; \
             create the endpoint without private DNS, and enable it once it is accepted",
            offer.name
        )));
    }
    if !vpc.dns_support || !vpc.dns_hostnames {
        return Err(invalid(format!(
            "Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true for {}",
            vpc.id
        )));
    }
    let served = is_served(world, vpc, offer.name, own);
    match names.iter().find(|name| served || is_taken(world, vpc, zone_of_private_name(name), own)) {
        Some(name) => Err(invalid(format!(
            "private-dns-enabled cannot be set because there is already a conflicting DNS domain for {} in the VPC {}",
            zone_of_private_name(name),
            vpc.id
        ))),
        None => Ok(names),
    }
}

fn is_taken(world: &Snapshot, vpc: &Vpc, domain: &str, own: Option<&EndpointId>) -> bool {
    let key = private_domain_key(&vpc.id, domain);
    let mut endpoints = world.named::<VpcEndpoint>(PRIVATE_DOMAIN, &key);
    endpoints.any(|endpoint| Some(&endpoint.id) != own) || world.named::<HostedZone>(PRIVATE_DOMAIN, &key).next().is_some()
}

/// Whether another endpoint to the service has private DNS in the VPC, if only for inbound resolver endpoints.
fn is_served(world: &Snapshot, vpc: &Vpc, service: &str, own: Option<&EndpointId>) -> bool {
    let goes = |state| matches!(state, EndpointState::Deleting | EndpointState::Deleted);
    let mut endpoints = world.linked::<VpcEndpoint>(Vpc::KIND, &vpc.id);
    endpoints.any(|other| other.private_dns && other.service_name == service && Some(&other.id) != own && !goes(other.state))
}

/// Checks what is asked of the names' kind.
///
/// # Errors
/// `UnsupportedOperation` for IPv6; `InvalidParameter` for what the service does not have.
pub fn check_options(operation: &str, options: &DnsOptions, service: &str) -> Result<(), Error> {
    if let Some(other) = options.dns_record_ip_type.as_deref().filter(|kind| !["ipv4", "service-defined"].contains(kind)) {
        let message = format!("underpass does not support {operation}.DnsOptions.DnsRecordIpType {other} yet; use ipv4");
        return Err(Error::new("UnsupportedOperation", message));
    }
    match options.private_dns_only_for_inbound_resolver_endpoint {
        Some(true) if !has_gateways(service) => {
            Err(invalid(format!("PrivateDnsOnlyForInboundResolverEndpoint is not supported for the service {service}.")))
        }
        _ => Ok(()),
    }
}

/// The names that an endpoint takes over in `vpc`, of those that it could: none when they are for inbound resolver endpoints
/// only, as they are by default for a service that has gateway endpoints too. Traffic of the VPC is then the gateway's.
///
/// # Errors
/// `InvalidParameter` when there is no gateway endpoint for it.
pub fn inside(
    world: &Snapshot,
    options: &DnsOptions,
    service: &str,
    vpc: &Vpc,
    names: Vec<String>,
) -> Result<Vec<String>, Error> {
    if !has_gateways(service) || options.private_dns_only_for_inbound_resolver_endpoint == Some(false) {
        return Ok(names);
    }
    let mut endpoints = world.linked::<VpcEndpoint>(Vpc::KIND, &vpc.id);
    let is_gateway =
        |other: &VpcEndpoint| other.kind == EndpointKind::Gateway && other.service_name == service && other.state.is_open();
    match endpoints.any(|other| is_gateway(&other)) {
        true => Ok(Vec::new()),
        false => Err(invalid(format!(
            "To set PrivateDnsOnlyForInboundResolverEndpoint to true, the VPC {} must have a Gateway endpoint for the service. \
             Create one, or set the option to false",
            vpc.id
        ))),
    }
}

/// Whether an endpoint's private DNS is for inbound resolver endpoints only.
pub fn inbound_only(endpoint: &VpcEndpoint) -> Option<bool> {
    let known = endpoint.kind == EndpointKind::Interface && endpoint.private_dns && has_gateways(&endpoint.service_name);
    known.then_some(endpoint.private_names.is_empty())
}

fn has_gateways(service: &str) -> bool {
    let region = service.split('.').nth(2).unwrap_or_default();
    AwsService::find(region, service, EndpointKind::Gateway).is_some()
}

fn invalid(message: String) -> Error {
    Error::new("InvalidParameter", message)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::ec2::routing::testing::Network;

    const S3: &str = "com.amazonaws.us-east-1.s3";

    fn interface(network: &Network, options: Value) -> Value {
        json!({"VpcEndpointType": "Interface", "VpcId": network.vpc, "ServiceName": S3, "SubnetIds": [network.subnet],
               "PrivateDnsEnabled": true, "DnsOptions": options})
    }

    #[test]
    fn a14_names_for_inbound_resolvers_only_need_a_gateway_endpoint_and_take_over_nothing() {
        let network = Network::new();
        let on = json!({"VpcId": network.vpc, "EnableDnsHostnames": {"Value": true}});
        network.cloud.ok("ModifyVpcAttribute", on);
        let only = |wanted: bool| json!({"PrivateDnsOnlyForInboundResolverEndpoint": wanted});
        for options in [json!({}), only(true)] {
            assert_eq!(network.cloud.refusal("CreateVpcEndpoint", interface(&network, options)), "InvalidParameter");
        }
        network.cloud.ok("CreateVpcEndpoint", json!({"VpcId": network.vpc, "ServiceName": S3}));
        let made = network.cloud.ok("CreateVpcEndpoint", interface(&network, json!({})))["VpcEndpoint"].clone();
        assert_eq!(made["DnsOptions"]["PrivateDnsOnlyForInboundResolverEndpoint"], true);
        let names = || {
            let key = made["VpcEndpointId"].as_str().expect("an id").to_owned();
            network.cloud.world().find::<resource::VpcEndpoint>(&key).map(|found| found.private_names.len())
        };
        assert_eq!(names(), Some(0));
        for options in [json!({}), only(false)] {
            let told = network.cloud.call("CreateVpcEndpoint", interface(&network, options)).expect_err("one is there");
            assert!(told.message.contains("conflicting DNS domain for s3.us-east-1.amazonaws.com"), "{told}");
        }
        let change = json!({"VpcEndpointId": made["VpcEndpointId"], "DnsOptions": only(false)});
        network.cloud.ok("ModifyVpcEndpoint", change);
        assert_eq!(names(), Some(2));
        let ec2 = json!({"VpcEndpointType": "Interface", "VpcId": network.vpc, "SubnetIds": [network.subnet],
                         "ServiceName": "com.amazonaws.us-east-1.ec2", "DnsOptions": only(true)});
        assert_eq!(network.cloud.refusal("CreateVpcEndpoint", ec2), "InvalidParameter", "no gateway leads to EC2");
    }
}
