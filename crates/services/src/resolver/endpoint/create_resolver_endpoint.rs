//! CreateResolverEndpoint: addresses at which a VPC's resolver answers those outside it, or from which resolvers ask them.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use std::sync::Arc;

use resource::{
    Attachment, GroupId, InterfaceKind, ResolverAddress, ResolverDirection, ResolverEndpoint, ResolverEndpointState,
    SecurityGroup, Subnet, Tags, VpcId, random_id,
};
use serde::{Deserialize, Serialize};

use super::super::refusal::{exists, limit, of_ec2, of_tags, parameter, unsupported};
use super::super::{find as own, view};
use crate::ec2::address::{Wanted, create_interface};
use crate::ec2::find;
use crate::ec2::security_group;
use crate::quotas::{self, known::RESOLVER_ADDRESSES, known::RESOLVER_ENDPOINTS};
use crate::tags::{self, Tag};
use crate::{Error, Read, Write};

/// AWS's quota of groups of an endpoint.
const MAX_GROUPS: usize = 10;
/// AWS's least number of addresses of an endpoint.
const FEWEST_ADDRESSES: usize = 2;
/// Who manages the interfaces.
const REQUESTER: &str = "amazon-aws";

/// What is asked.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    creator_request_id: String,
    name: Option<String>,
    security_group_ids: Vec<String>,
    direction: String,
    ip_addresses: Vec<Place>,
    tags: Vec<Tag>,
    resolver_endpoint_type: Option<String>,
    protocols: Vec<String>,
    rni_enhanced_metrics_enabled: bool,
    target_name_server_metrics_enabled: bool,
}

/// Where an address shall be.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Place {
    subnet_id: String,
    ip: Option<String>,
}

/// The answer.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    resolver_endpoint: view::EndpointView,
}

/// Creates an endpoint with an interface for each of its addresses.
pub fn create_resolver_endpoint(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let direction = check(&input)?;
    check_known(&cx.read(), &input)?;
    let places = places(&cx.read(), &input.ip_addresses)?;
    let mut tagged = Tags::default();
    tags::add(&mut tagged, &input.tags).map_err(of_tags)?;
    let vpc = places.first().map(|(subnet, _)| subnet.vpc.clone()).ok_or_else(|| parameter("IpAddresses is empty."))?;
    let groups = groups(&cx.read(), &vpc, &input.security_group_ids)?;
    let mut endpoint = ResolverEndpoint {
        id: random_id(direction.prefix()),
        direction,
        owner: cx.owner().clone(),
        name: input.name,
        request: input.creator_request_id,
        vpc,
        groups,
        addresses: Vec::new(),
        state: ResolverEndpointState::Creating,
        served: false,
        created: cx.now,
        modified: cx.now,
        tags: tagged,
    };
    for (subnet, address) in places {
        let made = stand(cx, &endpoint, &subnet, address)?;
        endpoint.addresses.push(made);
    }
    let resolver_endpoint = view::endpoint(&endpoint);
    cx.txn.put(endpoint);
    Ok(Output { resolver_endpoint })
}

/// The direction; not what cannot be asked for, whatever there is.
fn check(input: &Input) -> Result<ResolverDirection, Error> {
    let mut directions = [ResolverDirection::Inbound, ResolverDirection::Outbound].into_iter();
    let direction = directions.find(|direction| direction.as_str() == input.direction).ok_or_else(|| {
        unsupported(&format!("CreateResolverEndpoint.Direction {}", input.direction), "use INBOUND or OUTBOUND")
    })?;
    if let Some(other) = input.resolver_endpoint_type.as_deref().filter(|kind| *kind != "IPV4") {
        return Err(unsupported(&format!("CreateResolverEndpoint.ResolverEndpointType {other}"), "use IPV4"));
    }
    if let Some(other) = input.protocols.iter().find(|protocol| *protocol != "Do53") {
        return Err(unsupported(&format!("CreateResolverEndpoint.Protocols {other}"), "use Do53"));
    }
    let metrics = [
        ("RniEnhancedMetricsEnabled", input.rni_enhanced_metrics_enabled),
        ("TargetNameServerMetricsEnabled", input.target_name_server_metrics_enabled),
    ];
    if let Some((member, _)) = metrics.iter().find(|(_, wanted)| *wanted) {
        return Err(Error::unsupported_member("CreateResolverEndpoint", member));
    }
    if input.security_group_ids.is_empty() {
        return Err(parameter("At least one security group is needed."));
    }
    match input.ip_addresses.len() < FEWEST_ADDRESSES {
        true => Err(parameter(format!("An endpoint needs at least {FEWEST_ADDRESSES} IP addresses."))),
        false => Ok(direction),
    }
}

/// What may not be made again, and not more often.
fn check_known(cx: &Read<'_>, input: &Input) -> Result<(), Error> {
    let known = own::endpoints(cx.world, cx.owner());
    if known.iter().any(|endpoint| endpoint.request == input.creator_request_id) {
        let message = format!("A resolver endpoint with the creator request ID '{}' exists already.", input.creator_request_id);
        return Err(exists(message));
    }
    let most = quotas::most(cx.world, cx.owner(), &RESOLVER_ADDRESSES);
    if input.ip_addresses.len() > most {
        return Err(limit(format!("An endpoint may have at most {most} IP addresses.")));
    }
    let most = quotas::most(cx.world, cx.owner(), &RESOLVER_ENDPOINTS);
    match known.len() >= most {
        true => Err(limit(format!("A Region has at most {most} resolver endpoints."))),
        false => Ok(()),
    }
}

/// The subnets, all of one VPC, and the addresses that were chosen.
fn places(cx: &Read<'_>, wanted: &[Place]) -> Result<Vec<(Arc<Subnet>, Option<Ipv4Addr>)>, Error> {
    let mut places = Vec::new();
    for Place { subnet_id, ip } in wanted {
        let subnet = find::subnet(cx.world, cx.owner(), subnet_id).map_err(of_ec2)?;
        let chosen = ip.as_deref().map(|ip| ip.parse().map_err(|_| parameter(format!("'{ip}' is not an IPv4 address."))));
        places.push((subnet, chosen.transpose()?));
    }
    let vpcs: BTreeSet<_> = places.iter().map(|(subnet, _)| &subnet.vpc).collect();
    match vpcs.len() > 1 {
        true => Err(parameter("The subnets of an endpoint must all be in one VPC.")),
        false => Ok(places),
    }
}

/// The groups, all of the VPC.
fn groups(cx: &Read<'_>, vpc: &VpcId, wanted: &[String]) -> Result<Vec<GroupId>, Error> {
    let elsewhere = |group: &SecurityGroup| {
        Error::invalid_value(format!("The security group {} is not in the VPC {vpc} of the subnets.", group.id))
    };
    let groups = security_group::of_vpc(cx.world, cx.owner(), vpc, wanted, elsewhere).map_err(of_ec2)?;
    match groups.len() > MAX_GROUPS {
        true => Err(limit(format!("An endpoint may have at most {MAX_GROUPS} security groups."))),
        false => Ok(groups),
    }
}

/// Makes the interface of one address.
fn stand(
    cx: &mut Write<'_>,
    endpoint: &ResolverEndpoint,
    subnet: &Subnet,
    address: Option<Ipv4Addr>,
) -> Result<ResolverAddress, Error> {
    let id = random_id("rni-");
    let wanted = Wanted {
        owner: &endpoint.owner,
        subnet,
        address,
        groups: endpoint.groups.clone(),
        kind: InterfaceKind::Resolver,
        description: format!("Route 53 Resolver: {}:{id}", endpoint.id),
        requester: Some(REQUESTER),
        attachment: Some(Attachment::of_service(cx.now)),
        tags: Tags::default(),
    };
    let interface = create_interface(cx.txn, wanted).map_err(of_ec2)?;
    let address = interface.primary().ok_or_else(|| Error::internal("an interface was made without an address"))?;
    Ok(ResolverAddress { id, subnet: subnet.id.clone(), interface: interface.id, address })
}
