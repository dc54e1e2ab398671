//! Who decides about a name for who starts, and what it leads to: the plan's names, followed through resolver rules to the
//! resolvers that are asked instead.

use std::net::Ipv4Addr;
use std::sync::Arc;

use plan::Subject;
use plan::names::{self, Content, Known, LONGEST_CHAIN, Observer, Said, Says, Source};
use resource::{
    HostedZone, NetworkInterface, RECORD_NAME, RecordContent, RecordSet, RecordType, ResolverDirection, ResolverEndpoint,
    ResolverRule, Resource, RuleAssociation, Vpc, VpcEndpoint,
};
use store::Snapshot;

use crate::find::Start;
use crate::party::{Party, holder};
use crate::walk::peering::live_to;

/// Who decides about a name, of what users made for a VPC.
#[derive(Clone)]
pub(crate) enum Decider {
    /// An endpoint with private DNS.
    Endpoint(Arc<VpcEndpoint>),
    /// A private hosted zone.
    Zone(Arc<HostedZone>),
    /// A rule that has other resolvers asked.
    Rule(Arc<ResolverRule>),
}

/// A name that somebody asks for.
#[derive(Clone)]
pub(crate) struct Named {
    /// The name.
    pub name: String,
    /// Who decides about it in the VPC of who asks; none when everybody sees the same.
    pub by: Option<Decider>,
}

impl Named {
    /// The name as it is for who starts.
    pub(crate) fn new(world: &Snapshot, known: &Known, name: &str) -> Self {
        let by = match known.decider(name) {
            names::Decider::Rule(association) => rule_of(world, association).map(Decider::Rule),
            names::Decider::Own(zone) => zone.holders().iter().find_map(|source| held(world, source)),
            names::Decider::Public(_) | names::Decider::Nobody => None,
        };
        Self { name: name.to_owned(), by }
    }
}

fn rule_of(world: &Snapshot, association: &str) -> Option<Arc<ResolverRule>> {
    world.find::<ResolverRule>(&world.find::<RuleAssociation>(association)?.rule)
}

/// What users made that a zone of a VPC is there for.
fn held(world: &Snapshot, source: &Source) -> Option<Decider> {
    match source {
        Source::Records { zone, .. } => world.find::<HostedZone>(zone).map(Decider::Zone),
        Source::Plan(Subject::Endpoint(id)) => world.find::<VpcEndpoint>(id.as_str()).map(Decider::Endpoint),
        Source::Plan(_) | Source::Rule(_) => None,
    }
}

/// What the resolver of who starts knows.
pub(crate) fn known(world: &Snapshot, start: &Start) -> Known {
    let observer = match start {
        Start::Party(party) if is_inbound(world, party) => Observer::Inbound(&party.vpc),
        Start::Party(party) => Observer::Vpc(&party.vpc),
        Start::Endpoint(endpoint) => Observer::Vpc(&endpoint.vpc),
        Start::Internet => Observer::Internet,
    };
    Known::of(world, observer)
}

/// The addresses of a name on the internet.
pub(crate) fn outside(world: &Snapshot, name: &str) -> Vec<Ipv4Addr> {
    follow(world, &known(world, &Start::Internet), name, LONGEST_CHAIN).unwrap_or_default()
}

/// The addresses that the resolver of who starts answers for a name. Those inside are told what an endpoint's own name will lead
/// to while it is not open, and that it does not yet.
pub(crate) fn addresses(world: &Snapshot, start: &Start, known: &Known, name: &str) -> Option<Vec<Ipv4Addr>> {
    let found = follow(world, known, name, LONGEST_CHAIN);
    found.or_else(|| matches!(start, Start::Party(_)).then(|| of_closed(world, known, name)).flatten())
}

fn follow(world: &Snapshot, known: &Known, name: &str, left: usize) -> Option<Vec<Ipv4Addr>> {
    let left = left.checked_sub(1)?;
    let decider = known.decider(name);
    if let names::Decider::Rule(association) = decider {
        let others = answering(world, &*rule_of(world, association)?);
        return others.into_iter().find_map(|party| {
            let known = self::known(world, &Start::Party(Box::new(party)));
            follow(world, &known, name, left)
        });
    }
    match known.look_up(name) {
        Said::Addresses(addresses) => Some(addresses),
        Said::SameAs(other) => follow(world, known, &other, left),
        Said::Nothing => None,
    }
}

/// The names that `name` stands for one after the other, as the resolver of who starts follows them: itself first, and last the
/// one at which that ends, or which was met before.
pub(crate) fn chain(known: &Known, name: &str) -> Vec<String> {
    let mut chain = vec![name.to_owned()];
    while let Some(Said::SameAs(other)) = chain.last().map(|last| known.look_up(last)) {
        let ends = chain.contains(&other) || chain.len() == LONGEST_CHAIN;
        chain.push(other);
        if ends {
            break;
        }
    }
    chain
}

/// A private zone that has the name and that a VPC does not see, because they are not associated or because the VPC has its DNS
/// attributes off; and the addresses that the VPC would be answered.
pub(crate) fn unseen(world: &Snapshot, party: &Party, named: &Named) -> Option<(Arc<HostedZone>, Vec<Ipv4Addr>)> {
    let own = known(world, &Start::Party(Box::new(party.clone())));
    let full = format!("{}.", named.name);
    let hides = |zone: &HostedZone| match &named.by {
        Some(Decider::Zone(nearer)) => nearer.name.len() >= zone.name.len(),
        Some(Decider::Endpoint(_) | Decider::Rule(_)) => true,
        None => false,
    };
    let names = world.find::<Vpc>(party.vpc.as_str()).is_some_and(|vpc| vpc.has_host_names());
    let seen = |zone: &HostedZone| names && zone.vpcs.iter().any(|at| at.vpc == party.vpc);
    let may = |zone: &Arc<HostedZone>| zone.private && zone.encloses(&full) && !hides(zone) && !seen(zone);
    let mut zones: Vec<_> = world.all::<HostedZone>().filter(may).collect();
    zones.sort_by_key(|zone| (zone.owner.account != party.account, std::cmp::Reverse(zone.name.len()), zone.id.clone()));
    zones.into_iter().find_map(|zone| {
        let addresses = within(world, &own, &zone, &full);
        (!addresses.is_empty()).then_some((zone, addresses))
    })
}

/// What the records of a zone come to for whoever would see it: those of the name, or of the nearest wildcard above it.
fn within(world: &Snapshot, known: &Known, zone: &HostedZone, name: &str) -> Vec<Ipv4Addr> {
    let sets = |name: &str| world.named::<RecordSet>(RECORD_NAME, format!("{}/{name}", zone.id)).collect::<Vec<_>>();
    let stars = name.match_indices('.').map(|(at, _)| format!("*{}", &name[at..])).filter(|star| zone.encloses(star));
    let found = std::iter::once(name.to_owned()).chain(stars).map(|name| sets(&name)).find(|sets| !sets.is_empty());
    let other = |name: &str| follow(world, known, name.trim_end_matches('.'), LONGEST_CHAIN).unwrap_or_default();
    let of_set = |set: &Arc<RecordSet>| match (&set.content, set.kind) {
        (RecordContent::Values { values, .. }, RecordType::A) => values.iter().filter_map(|value| value.parse().ok()).collect(),
        (RecordContent::Values { values, .. }, RecordType::Cname) => values.first().map(|to| other(to)).unwrap_or_default(),
        (RecordContent::Alias { name, .. }, RecordType::A) => other(resource::alias_target(name)),
        _ => Vec::new(),
    };
    found.iter().flatten().flat_map(of_set).collect()
}

/// What the own name of an endpoint, or one that is another for it, will lead to once it is open.
fn of_closed(world: &Snapshot, known: &Known, name: &str) -> Option<Vec<Ipv4Addr>> {
    let own = match known.look_up(name) {
        Said::SameAs(other) => other,
        Said::Addresses(_) | Said::Nothing => name.to_owned(),
    };
    let name = matches!(known.decider(&own), names::Decider::Public(_)).then_some(own)?;
    let addresses = names::own_names(world, &*closed(world, &name)?).into_iter().filter_map(|entry| match entry.says {
        Says::Name(own, Content::Addresses(addresses)) if own == name => Some(addresses),
        _ => None,
    });
    Some(addresses.flatten().collect()).filter(|addresses: &Vec<_>| !addresses.is_empty())
}

/// The endpoint whose own name it is, while nobody resolves that: its connection is not accepted.
pub(crate) fn closed(world: &Snapshot, name: &str) -> Option<Arc<VpcEndpoint>> {
    let mut endpoints = world.all::<VpcEndpoint>().filter(|endpoint| !endpoint.state.is_open());
    endpoints.find(|endpoint| name.starts_with(endpoint.id.as_str()))
}

/// Somebody for whom names are what each of a rule's targets would answer: those that are addresses of inbound endpoints, in the
/// outbound endpoint's VPC or in its peers, and those that are the own resolvers of peers, if only they answered.
pub(crate) fn answering(world: &Snapshot, rule: &ResolverRule) -> Vec<Party> {
    let outbound = rule.endpoint().and_then(|id| world.find::<ResolverEndpoint>(id));
    let Some(vpc) = outbound.map(|endpoint| endpoint.vpc.clone()) else { return Vec::new() };
    let far = |to| live_to(world, &vpc, to).map(|(_, far)| far);
    let inbound = |to| holder(world, &vpc, to).or_else(|| holder(world, &far(to)?.id, to)).filter(|at| is_inbound(world, at));
    let own = |to| {
        let far = far(to).filter(|far| far.resolver() == Some(to))?;
        world.linked::<NetworkInterface>(Vpc::KIND, &far.id).find_map(|inhabitant| Party::of(world, inhabitant))
    };
    rule.targets().iter().filter_map(|target| inbound(*target.ip()).or_else(|| own(*target.ip()))).collect()
}

fn is_inbound(world: &Snapshot, party: &Party) -> bool {
    let Some(interface) = &party.interface else { return false };
    let mut endpoints = world.linked::<ResolverEndpoint>(NetworkInterface::KIND, &interface.id);
    endpoints.any(|endpoint| endpoint.direction == ResolverDirection::Inbound)
}

impl Decider {
    /// Its id.
    pub(crate) fn id(&self) -> String {
        match self {
            Self::Endpoint(endpoint) => endpoint.id.to_string(),
            Self::Zone(zone) => zone.id.clone(),
            Self::Rule(rule) => rule.id.clone(),
        }
    }

    /// Who owns it.
    pub(crate) fn account(&self) -> &str {
        match self {
            Self::Endpoint(endpoint) => &endpoint.owner.account,
            Self::Zone(zone) => &zone.owner.account,
            Self::Rule(rule) => &rule.owner.account,
        }
    }
}
