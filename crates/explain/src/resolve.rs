//! Finds where a destination's packets go: the addresses that it has for the source.

use std::net::Ipv4Addr;
use std::sync::Arc;

use plan::names::Known;
use resource::{
    EndpointKind, EndpointService, EndpointState, FrontDoor, HostedZone, Instance, LoadBalancer, RecordType, ResolverRule,
    Resource, Vpc, VpcEndpoint, VpcId,
};
use store::Snapshot;

use crate::find::{INTERNET_HOST, Start, interface, program};
use crate::party::{Party, primary};
use crate::walk::{peering::live_to, unasked};
use crate::zones::{self, Decider, Named};
use crate::{Destination, QuestionError};

/// One address that a connection may go to.
pub(crate) enum Goal {
    /// An address, as the source would send to it, and the name that led there.
    Address(Ipv4Addr, Option<Named>),
    /// Something that has no address for the source: an interface elsewhere.
    Elsewhere(Box<Party>),
    /// A program that need not exist yet.
    Program(Box<Party>),
    /// A name that a zone or an endpoint of the source's VPC decides about and does not have, and the addresses that it has
    /// elsewhere.
    Hidden(Named, Vec<Ipv4Addr>),
    /// A name that a private zone has which the source's VPC does not see, and the addresses that it has there.
    Unseen(String, Arc<HostedZone>, Vec<Ipv4Addr>),
    /// A name without addresses, and why.
    Nowhere(Named, Nowhere),
    /// A name that stands for another one: both, and the other's goal.
    Alias(String, String, Box<Goal>),
    /// A name that nobody knows, and that an endpoint of the source's VPC would lead to.
    Promised(String, Arc<VpcEndpoint>),
    /// A service, by name, to which the source's VPC has no endpoint.
    Service(String),
    /// A name that a rule has other resolvers asked about, none of which the question reaches.
    Unasked(String, Arc<ResolverRule>),
}

/// Why a name has no addresses.
pub(crate) enum Nowhere {
    /// Nobody has it; and what else is to be said.
    Unknown(String),
    /// Who has it has other records only, of these types, or an alias that leads nowhere.
    Others(Vec<RecordType>),
    /// It stands for names that stand for it.
    Circle,
}

impl Goal {
    /// The address to send to, if there is one.
    pub(crate) fn address(&self) -> Option<Ipv4Addr> {
        match self {
            Self::Address(address, _) => Some(*address),
            Self::Elsewhere(_) | Self::Program(_) => None,
            Self::Hidden(..) | Self::Promised(..) | Self::Service(_) | Self::Unasked(..) => None,
            Self::Unseen(..) | Self::Nowhere(..) | Self::Alias(..) => None,
        }
    }

    /// Whether it is a name that the source's resolver has no addresses for.
    pub(crate) fn is_unanswered(&self) -> bool {
        let nobody =
            matches!(self, Self::Hidden(..) | Self::Unseen(..) | Self::Nowhere(..) | Self::Promised(..) | Self::Unasked(..));
        nobody || matches!(self, Self::Alias(..))
    }

    /// Who it is, where that is no question of addresses.
    pub(crate) fn party(&self) -> Option<&Party> {
        match self {
            Self::Elsewhere(party) | Self::Program(party) => Some(party),
            _ => None,
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
        Destination::Name(name) => return named(world, start, name),
    };
    if goals.is_empty() { Err(unknown()) } else { Ok(goals) }
}

/// The endpoints in a VPC whose services have no name of their own.
fn nameless(world: &Snapshot, vpc: &VpcId) -> impl Iterator<Item = Arc<VpcEndpoint>> {
    let service = |endpoint: &VpcEndpoint| world.find::<EndpointService>(endpoint.service.as_ref()?.as_str());
    let has_none = move |endpoint: &Arc<VpcEndpoint>| service(endpoint).is_some_and(|service| service.private_name.is_none());
    world.linked::<VpcEndpoint>(Vpc::KIND, vpc).filter(has_none)
}

/// What is to be said of those, where nobody knows which of them is meant.
fn told(nameless: impl Iterator<Item = Arc<VpcEndpoint>>) -> String {
    let one = |endpoint: Arc<VpcEndpoint>| {
        format!("; {} leads to a service without a private DNS name, under {}", endpoint.id, endpoint.regional_name())
    };
    nameless.map(one).collect()
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

/// What the source's resolver answers for a name.
fn named(world: &Snapshot, start: &Start, name: &str) -> Result<Vec<Goal>, QuestionError> {
    let known = zones::known(world, start);
    let named = Named::new(world, &known, name);
    if let Some(Decider::Rule(rule)) = &named.by
        && zones::answering(world, rule).is_empty()
    {
        return match start {
            Start::Party(party) if unasked(world, party, rule, name).is_some() => {
                Ok(vec![Goal::Unasked(name.to_owned(), rule.clone())])
            }
            _ => Err(QuestionError::AnsweredElsewhere(name.to_owned(), of_start(start), rule.id.clone())),
        };
    }
    if let Some(found) = zones::addresses(world, start, &known, name) {
        return Ok(found.into_iter().map(|address| Goal::Address(address, Some(named.clone()))).collect());
    }
    if matches!(start, Start::Endpoint(_)) {
        return Err(QuestionError::NoSuchName(name.to_owned(), of_start(start)));
    }
    Ok(vec![unknown(world, start, &known, name)])
}

/// A name without addresses for who starts: what is to be told of the last of the names that it stands for.
fn unknown(world: &Snapshot, start: &Start, known: &Known, name: &str) -> Goal {
    let chain = zones::chain(known, name);
    let (last, before) = chain.split_last().expect("a chain begins with its name");
    let named = Named::new(world, known, last);
    let goal = match start {
        _ if before.contains(last) => Goal::Nowhere(named, Nowhere::Circle),
        Start::Party(party) => nobodys(world, party, known, named),
        Start::Internet | Start::Endpoint(_) => nowhere(known, named, String::new()),
    };
    before
        .iter()
        .zip(&chain[1..])
        .rev()
        .fold(goal, |goal, (name, other)| Goal::Alias(name.clone(), other.clone(), Box::new(goal)))
}

/// A name that the resolver of a party's VPC has no address for.
fn nobodys(world: &Snapshot, party: &Party, known: &Known, named: Named) -> Goal {
    if let Some(endpoint) = promising(world, party, &named.name) {
        return Goal::Promised(named.name, endpoint);
    }
    if let Some((zone, addresses)) = zones::unseen(world, party, &named) {
        return Goal::Unseen(named.name, zone, addresses);
    }
    let types = types(known, &named.name);
    if named.by.is_some() && !types.contains(&RecordType::A) {
        let outside = zones::outside(world, &named.name);
        if types.is_empty() || !outside.is_empty() {
            return Goal::Hidden(named, outside);
        }
    }
    if !types.is_empty() {
        return nowhere(known, named, String::new());
    }
    match only_nameless(world, party) {
        Some(endpoint) => Goal::Promised(named.name, endpoint),
        None => nowhere(known, named, told(nameless(world, &party.vpc))),
    }
}

fn nowhere(known: &Known, named: Named, more: String) -> Goal {
    let why = match types(known, &named.name) {
        none if none.is_empty() => Nowhere::Unknown(more),
        types => Nowhere::Others(types),
    };
    Goal::Nowhere(named, why)
}

/// The types of the records that a name has, but for those that every zone has for its own name.
fn types(known: &Known, name: &str) -> Vec<RecordType> {
    known.types(name).into_iter().filter(|kind| !matches!(kind, RecordType::Ns | RecordType::Soa)).collect()
}

/// The only endpoint in a party's VPC whose service could be given a name that nobody knows.
fn only_nameless(world: &Snapshot, party: &Party) -> Option<Arc<VpcEndpoint>> {
    let mut nameless = nameless(world, &party.vpc);
    nameless.next().filter(|_| nameless.next().is_none())
}

/// The endpoint in a party's VPC whose service wants to be called by a name.
fn promising(world: &Snapshot, party: &Party, name: &str) -> Option<Arc<VpcEndpoint>> {
    world.linked::<VpcEndpoint>(Vpc::KIND, &party.vpc).find(|endpoint| {
        let service = endpoint.service.as_ref().and_then(|id| world.find::<EndpointService>(id.as_str()));
        let own = service.as_ref().and_then(|service| service.private_name.as_ref());
        own.is_some_and(|own| covers(&own.name, name))
    })
}

/// Whether a private name, which may begin with a wildcard, is or holds `name`.
pub(crate) fn covers(own: &str, name: &str) -> bool {
    own == name || own.strip_prefix('*').is_some_and(|parent| name.ends_with(parent))
}
