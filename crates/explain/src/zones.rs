//! Names that hosted zones, the private DNS of endpoints and resolver rules decide about, for a VPC or for the internet: the
//! most specific domain wins, and what it does not have is not looked for elsewhere.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use std::sync::Arc;

use resource::{
    HostedZone, NetworkInterface, PRIVATE_DOMAIN, RECORD_NAME, RecordContent, RecordSet, RecordType, RecordValue,
    ResolverDirection, ResolverEndpoint, ResolverRule, Resource, RuleWay, Vpc, VpcEndpoint, VpcId, private_domain_key,
};
use store::Snapshot;

use crate::find::{Start, interface};
use crate::party::{Party, holder};
use crate::walk::peering::live_to;

/// Who decides about a name.
pub(crate) enum Decider {
    /// An endpoint with private DNS.
    Endpoint(Arc<VpcEndpoint>),
    /// A hosted zone.
    Zone(Arc<HostedZone>),
    /// A rule that has other resolvers asked.
    Rule(Arc<ResolverRule>),
}

/// What they say about it.
pub(crate) enum Said {
    /// Its addresses.
    Addresses(Vec<Ipv4Addr>),
    /// It is what another name is.
    SameAs(String),
    /// It is what it is for one of these, at whose addresses their VPCs' resolvers answer.
    AsFor(Vec<Party>),
    /// There is no such name.
    Nothing,
}

/// Who decides about `name` for who starts, if anybody does whom users made.
pub(crate) fn decider(world: &Snapshot, start: &Start, name: &str) -> Option<Decider> {
    let inside = match start {
        Start::Party(party) => in_vpc(world, &party.vpc, name),
        Start::Internet | Start::Endpoint(_) => None,
    };
    inside.or_else(|| plan::public_zone_of(world, &format!("{name}.")).map(Decider::Zone))
}

/// The private zone, endpoint or rule that decides about `name` in a VPC; of a zone and a rule for one domain the rule.
pub(crate) fn in_vpc(world: &Snapshot, vpc: &VpcId, name: &str) -> Option<Decider> {
    let zone = zone_in_vpc(world, vpc, name);
    let rule = plan::rule_for(world, vpc, &format!("{name}.")).filter(|rule| rule.way != RuleWay::System);
    match (rule, zone) {
        (Some(rule), zone) if zone.as_ref().is_none_or(|(domain, _)| rule.domain.len() > domain.len()) => {
            Some(Decider::Rule(rule))
        }
        (_, zone) => zone.map(|(_, decider)| decider),
    }
}

/// The private zone or endpoint with the most specific domain that encloses `name`.
fn zone_in_vpc<'n>(world: &Snapshot, vpc: &VpcId, name: &'n str) -> Option<(&'n str, Decider)> {
    let on = world.find::<Vpc>(vpc.as_str()).is_some_and(|vpc| vpc.dns_support && vpc.dns_hostnames);
    let mut domains = std::iter::successors(on.then_some(name), |name| name.split_once('.').map(|(_, parent)| parent));
    domains.find_map(|domain| {
        let key = private_domain_key(vpc, domain);
        let zone = world.named::<HostedZone>(PRIVATE_DOMAIN, &key).next().map(Decider::Zone);
        let found = zone.or_else(|| world.named::<VpcEndpoint>(PRIVATE_DOMAIN, &key).next().map(Decider::Endpoint));
        Some((domain, found?))
    })
}

/// The rule by which resolvers that nobody here knows are asked for `name`.
pub(crate) fn answered_elsewhere(world: &Snapshot, start: &Start, name: &str) -> Option<Arc<ResolverRule>> {
    match decider(world, start, name)? {
        Decider::Rule(rule) => answering(world, &rule).is_empty().then_some(rule),
        Decider::Endpoint(_) | Decider::Zone(_) => None,
    }
}

/// Somebody for whom names are what each of a rule's targets would answer: those that are addresses of inbound endpoints, in the
/// outbound endpoint's VPC or in its peers, and those that are the own resolvers of peers, if only they answered.
fn answering(world: &Snapshot, rule: &ResolverRule) -> Vec<Party> {
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
    let endpoints = party
        .interface
        .iter()
        .flat_map(|interface| world.linked::<ResolverEndpoint>(NetworkInterface::KIND, &interface.id).collect::<Vec<_>>());
    endpoints.into_iter().any(|endpoint| endpoint.direction == ResolverDirection::Inbound)
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

    /// What it says about `name`.
    pub(crate) fn says(&self, world: &Snapshot, name: &str) -> Said {
        match self {
            Self::Zone(zone) => of_zone(world, zone, name),
            Self::Rule(rule) => Said::AsFor(answering(world, rule)),
            Self::Endpoint(endpoint) => match endpoint.private_names.iter().any(|own| covers(own, name)) {
                true => {
                    let legs = endpoint.interfaces.iter().filter_map(|id| interface(world, id));
                    Said::Addresses(legs.map(|leg| leg.address).collect())
                }
                false => Said::Nothing,
            },
        }
    }
}

/// Whether a private name, which may begin with a wildcard, is or holds `name`.
pub(crate) fn covers(own: &str, name: &str) -> bool {
    own == name || own.strip_prefix('*').is_some_and(|parent| name.ends_with(parent))
}

/// The addresses of the name itself, or of the wildcard of its nearest existing ancestor.
fn of_zone(world: &Snapshot, zone: &HostedZone, name: &str) -> Said {
    let own = sets(world, zone, &format!("{name}."));
    if !own.is_empty() {
        return said(&own);
    }
    let mut parents = std::iter::successors(name.split_once('.'), |(_, parent)| parent.split_once('.'));
    let star = parents.find_map(|(_, parent)| {
        let stars = sets(world, zone, &format!("*.{parent}."));
        (!stars.is_empty()).then_some(stars)
    });
    star.map_or(Said::Nothing, |stars| said(&stars))
}

fn sets(world: &Snapshot, zone: &HostedZone, name: &str) -> Vec<Arc<RecordSet>> {
    let all: Vec<_> = world.named::<RecordSet>(RECORD_NAME, format!("{}/{name}", zone.id)).collect();
    let kinds: BTreeSet<&str> = all.iter().map(|set| set.kind.as_str()).collect();
    let of = |kind: &str| {
        let mut sets: Vec<_> = all.iter().filter(|set| set.kind.as_str() == kind).cloned().collect();
        sets.sort_by(|one, other| one.set.cmp(&other.set));
        plan::answering(world, sets)
    };
    kinds.into_iter().flat_map(of).collect()
}

fn said(sets: &[Arc<RecordSet>]) -> Said {
    let mut addresses = Vec::new();
    for set in sets {
        match (&set.content, set.kind) {
            (RecordContent::Alias { name, .. }, RecordType::A) => {
                let bare = name.trim_end_matches('.');
                return Said::SameAs(bare.strip_prefix("dualstack.").unwrap_or(bare).to_owned());
            }
            (RecordContent::Values { values, .. }, RecordType::Cname) => {
                let target = values.first().map(|value| value.trim_end_matches('.').to_ascii_lowercase());
                return target.map_or(Said::Nothing, Said::SameAs);
            }
            (RecordContent::Values { values, .. }, RecordType::A) => {
                addresses.extend(values.iter().filter_map(|value| match set.kind.value(value) {
                    Ok(RecordValue::Address(address)) => Some(address),
                    _ => None,
                }));
            }
            _ => {}
        }
    }
    if addresses.is_empty() { Said::Nothing } else { Said::Addresses(addresses) }
}
