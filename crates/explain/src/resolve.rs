//! Finds where a destination's packets go: the addresses that it has for the source.

use std::net::Ipv4Addr;
use std::sync::Arc;

use resource::{
    ElasticAddress, EndpointKind, EndpointService, EndpointState, FrontDoor, Instance, Listener, LoadBalancer, NetworkInterface,
    ResolverRule, Resource, TargetGroup, Vpc, VpcEndpoint, VpcId, private_dns_name, public_dns_name,
};
use store::Snapshot;

use crate::find::{INTERNET_HOST, Start, interface, program};
use crate::party::{Party, primary};
use crate::walk::{peering::live_to, unasked};
use crate::zones::{self, Said};
use crate::{Destination, QuestionError};

/// One address that a connection may go to.
pub(crate) enum Goal {
    /// An address, as the source would send to it, and the name that led there.
    Address(Ipv4Addr, Option<String>),
    /// Something that has no address for the source: an interface elsewhere.
    Elsewhere(Box<Party>),
    /// A program that need not exist yet.
    Program(Box<Party>),
    /// A name that a zone or an endpoint of the source's VPC decides about and does not have, and the addresses that it has
    /// elsewhere.
    Hidden(String, Vec<Ipv4Addr>),
    /// A name that nobody knows, and that an endpoint of the source's VPC would lead to.
    Promised(String, Arc<VpcEndpoint>),
    /// A service, by name, to which the source's VPC has no endpoint.
    Service(String),
    /// A name that a rule has other resolvers asked about, none of which the question reaches.
    Unasked(String, Arc<ResolverRule>),
}

impl Goal {
    /// The address to send to, if there is one.
    pub(crate) fn address(&self) -> Option<Ipv4Addr> {
        match self {
            Self::Address(address, _) => Some(*address),
            Self::Elsewhere(_) | Self::Program(_) => None,
            Self::Hidden(..) | Self::Promised(..) | Self::Service(_) | Self::Unasked(..) => None,
        }
    }

    /// Who it is, where that is no question of addresses.
    pub(crate) fn party(&self) -> Option<&Party> {
        match self {
            Self::Address(..) | Self::Hidden(..) | Self::Promised(..) | Self::Service(_) | Self::Unasked(..) => None,
            Self::Elsewhere(party) | Self::Program(party) => Some(party),
        }
    }
}

/// What `destination` is for who starts; never nothing.
pub(crate) fn goals(world: &Snapshot, start: &Start, destination: &Destination) -> Result<Vec<Goal>, QuestionError> {
    let unknown = || QuestionError::Unknown(destination.to_string());
    let goals = match destination {
        Destination::Internet => vec![Goal::Address(INTERNET_HOST, None)],
        Destination::Address(address) => vec![Goal::Address(*address, None)],
        Destination::Interface(id) => interface(world, id).map(|party| of_party(world, start, party)).unwrap_or_default(),
        Destination::Instance(id) => {
            let party = world.find::<Instance>(id.as_str()).and_then(|instance| primary(world, &instance));
            party.map(|party| of_party(world, start, party)).unwrap_or_default()
        }
        Destination::Subnet(id, groups) => {
            let other = if let Start::Party(party) = start { Some(&**party) } else { None };
            program(world, id, groups, other)?.map(|party| vec![Goal::Program(Box::new(party))]).unwrap_or_default()
        }
        Destination::Endpoint(id) => {
            world.find::<VpcEndpoint>(id.as_str()).map(|e| of_endpoint(world, start, &e)).unwrap_or_default()
        }
        Destination::Balancer(name) => balancer(world, name).map(|b| of_balancer(world, start, &b)).unwrap_or_default(),
        Destination::Service(name) => service(world, start, name),
        Destination::Name(name) => {
            if let Some(rule) = zones::answered_elsewhere(world, start, name) {
                if let Start::Party(party) = start
                    && unasked(world, party, &rule, name).is_some()
                {
                    return Ok(vec![Goal::Unasked(name.clone(), rule)]);
                }
                return Err(QuestionError::AnsweredElsewhere(name.clone(), of_start(start), rule.id.clone()));
            }
            let missing = || QuestionError::NoSuchName(name.clone(), of_start(start), nameless(world, start));
            return named(world, start, name).filter(|goals| !goals.is_empty()).ok_or_else(missing);
        }
    };
    if goals.is_empty() { Err(unknown()) } else { Ok(goals) }
}

/// What is to be said of endpoints in the source's VPC whose services have no name of their own.
fn nameless(world: &Snapshot, start: &Start) -> String {
    let Start::Party(party) = start else { return String::new() };
    let custom = |endpoint: &Arc<VpcEndpoint>| {
        let service = world.find::<EndpointService>(endpoint.service.as_ref()?.as_str())?;
        let told = format!("; {} leads to a service without a private DNS name, under {}", endpoint.id, endpoint.regional_name());
        service.private_name.is_none().then_some(told)
    };
    world.linked::<VpcEndpoint>(Vpc::KIND, &party.vpc).filter_map(|endpoint| custom(&endpoint)).collect()
}

fn of_start(start: &Start) -> String {
    match start {
        Start::Party(party) => party.name.clone(),
        Start::Endpoint(endpoint) => endpoint.id.to_string(),
        Start::Internet => "the internet".to_owned(),
    }
}

/// The private address inside the VPC and for its peers, public ones from elsewhere.
fn of_party(world: &Snapshot, start: &Start, party: Party) -> Vec<Goal> {
    if matches!(start, Start::Party(own) if own.vpc == party.vpc) {
        return vec![Goal::Address(party.address, None)];
    }
    if let Start::Party(own) = start
        && live_to(world, &own.vpc, party.address).is_some_and(|(_, far)| far.id == party.vpc)
    {
        return vec![Goal::Address(party.address, None)];
    }
    if matches!(start, Start::Endpoint(_)) {
        return vec![Goal::Elsewhere(Box::new(party))];
    }
    match party.public(world) {
        public if public.is_empty() => vec![Goal::Elsewhere(Box::new(party))],
        public => public.into_iter().map(|address| Goal::Address(address, None)).collect(),
    }
}

fn of_endpoint(world: &Snapshot, start: &Start, endpoint: &VpcEndpoint) -> Vec<Goal> {
    if let (EndpointKind::Gateway, Some(service)) = (endpoint.kind, endpoint.aws_service()) {
        return FrontDoor::of(service.signing_name).map(|door| Goal::Address(door.address(), None)).into_iter().collect();
    }
    let legs = endpoint.interfaces.iter().filter_map(|id| interface(world, id));
    legs.flat_map(|party| of_party(world, start, party)).collect()
}

/// The endpoint to a service in the source's VPC, if there is one.
fn service(world: &Snapshot, start: &Start, name: &str) -> Vec<Goal> {
    let Start::Party(party) = start else { return Vec::new() };
    let mut endpoints = world.linked::<VpcEndpoint>(Vpc::KIND, &party.vpc);
    let own = endpoints.find(|endpoint| endpoint.service_name == name && endpoint.state != EndpointState::Deleted);
    own.map_or_else(|| vec![Goal::Service(name.to_owned())], |endpoint| of_endpoint(world, start, &endpoint))
}

/// All of its nodes, also those that its name does not lead to now.
fn of_balancer(world: &Snapshot, start: &Start, balancer: &LoadBalancer) -> Vec<Goal> {
    let nodes = balancer.zones.iter().filter_map(|zone| interface(world, &zone.interface));
    nodes.flat_map(|party| of_party(world, start, party)).collect()
}

/// A balancer by ARN, or by its name if only one has it.
fn balancer(world: &Snapshot, name: &str) -> Option<Arc<LoadBalancer>> {
    let mut named = world.all::<LoadBalancer>().filter(|balancer| balancer.name == name);
    world.find::<LoadBalancer>(name).or_else(|| named.next().filter(|_| named.next().is_none()))
}

/// How many names in a row are followed.
const LONGEST_CHAIN: usize = 8;

/// What the source's resolver answers for a name.
fn named(world: &Snapshot, start: &Start, name: &str) -> Option<Vec<Goal>> {
    let found = addresses(world, start, name, LONGEST_CHAIN);
    let goals = found.map(|found| found.into_iter().map(|address| Goal::Address(address, Some(name.to_owned()))).collect());
    goals.or_else(|| {
        let Start::Party(party) = start else { return None };
        if let Some(endpoint) = promising(world, party, name) {
            return Some(vec![Goal::Promised(name.to_owned(), endpoint)]);
        }
        zones::in_vpc(world, &party.vpc, name)?;
        let outside = addresses(world, &Start::Internet, name, LONGEST_CHAIN).unwrap_or_default();
        Some(vec![Goal::Hidden(name.to_owned(), outside)])
    })
}

/// The endpoint in a party's VPC whose service wants to be called by a name.
fn promising(world: &Snapshot, party: &Party, name: &str) -> Option<Arc<VpcEndpoint>> {
    world.linked::<VpcEndpoint>(Vpc::KIND, &party.vpc).find(|endpoint| {
        let service = endpoint.service.as_ref().and_then(|id| world.find::<EndpointService>(id.as_str()));
        let own = service.as_ref().and_then(|service| service.private_name.as_ref());
        own.is_some_and(|own| zones::covers(&own.name, name))
    })
}

/// What users' zones and endpoints say about a name, and AWS's own names where they say nothing.
fn addresses(world: &Snapshot, start: &Start, name: &str, left: usize) -> Option<Vec<Ipv4Addr>> {
    if let Some(decider) = zones::decider(world, start, name) {
        return match decider.says(world, name) {
            Said::Addresses(addresses) => Some(addresses),
            Said::SameAs(other) => addresses(world, start, &other, left.checked_sub(1)?),
            Said::AsFor(others) => {
                let left = left.checked_sub(1)?;
                others.into_iter().find_map(|party| addresses(world, &Start::Party(Box::new(party)), name, left))
            }
            Said::Nothing => None,
        };
    }
    let found = world.all::<LoadBalancer>().find_map(|balancer| balancer_name(world, &balancer, name));
    let found = found.or_else(|| world.all::<VpcEndpoint>().find_map(|endpoint| endpoint_name(world, start, &endpoint, name)));
    let found = found.or_else(|| host_name(world, start, name).map(|address| vec![address]));
    found.or_else(|| FrontDoor::at(name).map(|door| vec![door.address()]))
}

/// A balancer's name leads to its nodes that have as many healthy targets as they need, or to those that have targets to send
/// to when none has, or to all.
fn balancer_name(world: &Snapshot, balancer: &LoadBalancer, name: &str) -> Option<Vec<Ipv4Addr>> {
    let own = balancer.dns_name().to_ascii_lowercase();
    let zone = match name.strip_suffix(own.as_str())? {
        "" => None,
        zone => Some(zone.strip_suffix('.')?),
    };
    let groups: Vec<_> = world
        .linked::<Listener>(LoadBalancer::KIND, &balancer.arn)
        .filter_map(|l| world.find::<TargetGroup>(&l.target_group))
        .collect();
    let healthy = |zone: &str| groups.iter().any(|group| plan::is_named(world, balancer, group, zone));
    let useful = |zone: &str| groups.iter().any(|group| !plan::eligible_targets(world, balancer, group, zone).is_empty());
    let any = |named: &dyn Fn(&str) -> bool| balancer.zones.iter().any(|node| named(&node.zone));
    let named = |own: &str| match zone {
        Some(zone) => zone == own,
        None if any(&healthy) => healthy(own),
        None => useful(own) || !any(&useful),
    };
    let nodes = balancer.zones.iter().filter(|node| named(&node.zone));
    let parties = nodes.filter_map(|node| interface(world, &node.interface));
    let addresses: Vec<Ipv4Addr> = parties
        .filter_map(|party| match balancer.internet_facing {
            true => public_of(world, &party),
            false => Some(party.address),
        })
        .collect();
    (!addresses.is_empty()).then_some(addresses)
}

/// A public address that stands for an interface, whether or not a gateway leads to it.
fn public_of(world: &Snapshot, party: &Party) -> Option<Ipv4Addr> {
    let interface = &party.interface.as_ref()?.id;
    world.linked::<ElasticAddress>(NetworkInterface::KIND, interface).next().map(|address| address.public)
}

/// Those inside are told what its name will lead to while it is not open, and that it does not yet.
fn endpoint_name(world: &Snapshot, start: &Start, endpoint: &VpcEndpoint, name: &str) -> Option<Vec<Ipv4Addr>> {
    if endpoint.kind != EndpointKind::Interface || !(endpoint.state.is_open() || matches!(start, Start::Party(_))) {
        return None;
    }
    let legs = endpoint.interfaces.iter().filter_map(|id| interface(world, id));
    let all = endpoint.regional_name() == name;
    let addresses: Vec<Ipv4Addr> =
        legs.filter(|leg| all || endpoint.zonal_name(&leg.zone) == name).map(|leg| leg.address).collect();
    (!addresses.is_empty()).then_some(addresses)
}

/// The name of an address: a private one inside its VPC; a public one means the private one inside its VPC.
fn host_name(world: &Snapshot, start: &Start, name: &str) -> Option<Ipv4Addr> {
    let vpc: Option<&VpcId> = match start {
        Start::Party(party) => Some(&party.vpc),
        Start::Endpoint(endpoint) => Some(&endpoint.vpc),
        Start::Internet => None,
    };
    if let Some(vpc) = vpc.and_then(|id| world.find::<Vpc>(id.as_str())).filter(|vpc| vpc.dns_support && vpc.dns_hostnames) {
        let mut inside = world.linked::<NetworkInterface>(Vpc::KIND, &vpc.id).filter_map(|eni| Party::of(world, eni));
        let found = inside.find(|party| {
            private_dns_name(&vpc.owner.region, party.address) == name
                || public_of(world, party).is_some_and(|public| public_dns_name(&vpc.owner.region, public) == name)
        });
        if let Some(party) = found {
            return Some(party.address);
        }
    }
    let mut addresses = world.all::<ElasticAddress>();
    addresses.find(|address| public_dns_name(&address.owner.region, address.public) == name).map(|address| address.public)
}
