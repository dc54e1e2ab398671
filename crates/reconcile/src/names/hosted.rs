//! Names in hosted zones: of public zones that the internet knows, and of private zones in their VPCs.

use std::collections::BTreeSet;
use std::sync::Arc;

use dataplane::dns::{DomainName, Kind, Records, Soa};
use resource::{
    ALIAS_TARGET, HostedZone, Listener, LoadBalancer, Policy, RECORD_NAME, RecordContent, RecordSet, RecordType, RecordValue,
    Resource, Subnet, TargetGroup, TargetHealth, Vpc, VpcEndpoint, alias_target,
};
use store::{Change, Snapshot};

use super::entry::{Data, Entry, Scope, Source};

/// How many records of a multivalue answer are told at once.
const MULTIVALUE: usize = 8;

/// What the record sets of a type at a name of a zone come to, for each who sees the zone.
pub(super) fn of_records(world: &Snapshot, zone: &str, name: &str, kind: RecordType) -> Vec<Option<Entry>> {
    let Some(zone) = world.find::<HostedZone>(zone) else { return Vec::new() };
    let sets = world.named::<RecordSet>(RECORD_NAME, format!("{}/{name}", zone.id)).filter(|set| set.kind == kind);
    let mut sets: Vec<Arc<RecordSet>> = sets.collect();
    sets.sort_by(|one, other| one.set.cmp(&other.set));
    let sets = plan::answering(world, sets);
    let Some(records) = merged(&sets) else { return Vec::new() };
    let entry = |scope| Entry::name(scope, &zone.name, name, Data::Set(records.clone()));
    scopes(world, &zone).into_iter().map(entry).collect()
}

/// Who sees a zone: VPCs whose DNS attributes are on, or everybody.
fn scopes(world: &Snapshot, zone: &HostedZone) -> Vec<Scope> {
    if !zone.private {
        return Vec::from_iter(plan::is_delegated(world, zone).then_some(Scope::Public));
    }
    let vpcs = zone.vpcs.iter().filter_map(|association| world.find::<Vpc>(association.vpc.as_str()));
    let naming = vpcs.filter(|vpc| vpc.dns_support && vpc.dns_hostnames);
    naming.map(|vpc| Scope::Private(vpc.id.clone())).collect()
}

/// The sets of one name and type as one.
fn merged(sets: &[Arc<RecordSet>]) -> Option<Records> {
    let first = sets.first()?;
    match first.policy {
        Policy::Simple | Policy::Failover(_) => records(first),
        Policy::Weighted(_) => {
            let weight = |set: &RecordSet| match set.policy {
                Policy::Weighted(weight) => u32::from(weight),
                Policy::Simple | Policy::Multivalue | Policy::Failover(_) => 0,
            };
            let choices = sets.iter().filter_map(|set| Some((weight(set), records(set)?))).collect();
            Some(Records::weighted(kind(first.kind), choices))
        }
        Policy::Multivalue => Records::together(sets.iter().filter_map(|set| records(set))).map(|all| all.at_most(MULTIVALUE)),
    }
}

fn records(set: &RecordSet) -> Option<Records> {
    match &set.content {
        RecordContent::Alias { name, .. } => Some(Records::elsewhere(kind(set.kind), &name.parse().ok()?)),
        RecordContent::Values { ttl, values } => {
            let values = values.iter().filter_map(|value| set.kind.value(value).ok());
            Records::together(values.filter_map(|value| record(*ttl, &value)).map(|record| record.as_kind(kind(set.kind))))
        }
    }
}

/// One value as a set of its own.
fn record(ttl: u32, value: &RecordValue) -> Option<Records> {
    let name = |text: &str| text.parse::<DomainName>().ok();
    Some(match value {
        RecordValue::Address(address) => Records::a(ttl, [*address]),
        RecordValue::Address6(address) => Records::aaaa(ttl, [*address]),
        RecordValue::Name(target) => Records::cname(ttl, &name(target)?),
        RecordValue::Text(strings) => Records::texts_of(ttl, [strings.clone()]),
        RecordValue::Exchanger(preference, host) => Records::mx(ttl, [(*preference, &name(host)?)]),
        RecordValue::Service(priority, weight, port, host) => Records::srv(ttl, [(*priority, *weight, *port, &name(host)?)]),
        RecordValue::Issuers(flags, tag, value) => Records::caa(ttl, [(*flags, tag.as_str(), value.as_slice())]),
        RecordValue::Authority(primary, contact, [serial, .., negative_ttl]) => {
            let soa = Soa {
                primary: name(primary)?,
                contact: name(contact)?,
                serial: *serial,
                // A name that is made must not stay unknown for a day, as on AWS's own resolvers it does not.
                negative_ttl: (*negative_ttl).min(ttl),
            };
            Records::soa(ttl, &soa)
        }
    })
}

fn kind(kind: RecordType) -> Kind {
    match kind {
        RecordType::A => Kind::A,
        RecordType::Aaaa => Kind::AAAA,
        RecordType::Caa => Kind::CAA,
        RecordType::Cname => Kind::CNAME,
        RecordType::Mx => Kind::MX,
        RecordType::Ns => Kind::NS,
        RecordType::Ptr => Kind::PTR,
        RecordType::Soa => Kind::SOA,
        RecordType::Spf => Kind::SPF,
        RecordType::Srv => Kind::SRV,
        RecordType::Txt => Kind::TXT,
    }
}

/// The sources of every record there is.
pub(super) fn all(world: &Snapshot) -> impl Iterator<Item = Source> + '_ {
    world.all::<RecordSet>().map(|set| source(&set))
}

/// The sources that a change of zones, records or VPCs reaches.
pub(super) fn reach(world: &Snapshot, change: &Change) -> Vec<Source> {
    match change.kind {
        kind if kind == RecordSet::KIND => {
            let sets = change.before::<RecordSet>().into_iter().chain(change.after::<RecordSet>());
            let around = |set: Arc<RecordSet>| {
                let watching = watching(world, &set.name);
                std::iter::once(source(&set)).chain(below(world, &set)).chain(watching).collect::<Vec<_>>()
            };
            sets.flat_map(around).collect()
        }
        kind if kind == HostedZone::KIND => {
            let facts = |zone: Arc<HostedZone>| (zone.vpcs.clone(), zone.private);
            if change.before().map(facts) == change.after().map(facts) {
                return Vec::new();
            }
            let zones = change.before::<HostedZone>().into_iter().chain(change.after::<HostedZone>());
            zones.flat_map(|zone| of_zone(world, &zone).chain(inside(world, &zone.name)).collect::<Vec<_>>()).collect()
        }
        kind if kind == Vpc::KIND => {
            let facts = |vpc: Arc<Vpc>| (vpc.dns_support, vpc.dns_hostnames);
            if change.before().map(facts) == change.after().map(facts) {
                return Vec::new();
            }
            let zones: Vec<_> = world.linked::<HostedZone>(Vpc::KIND, &change.key).collect();
            zones.iter().flat_map(|zone| of_zone(world, zone).collect::<Vec<_>>()).collect()
        }
        _ => watched(world, change).iter().flat_map(|name| watching(world, name)).collect(),
    }
}

/// The names whose health a change may touch.
fn watched(world: &Snapshot, change: &Change) -> BTreeSet<String> {
    let behind = |group: &str| {
        let listeners = world.linked::<Listener>(TargetGroup::KIND, group);
        listeners.map(|listener| listener.balancer.clone()).collect::<Vec<_>>()
    };
    let balancers = match change.kind {
        kind if kind == TargetHealth::KIND => behind(change.key.split('|').next().unwrap_or_default()),
        kind if kind == TargetGroup::KIND => behind(&change.key),
        kind if kind == LoadBalancer::KIND => vec![change.key.clone()],
        kind if kind == Listener::KIND => {
            let listeners = change.before::<Listener>().into_iter().chain(change.after::<Listener>());
            listeners.map(|listener| listener.balancer.clone()).collect()
        }
        kind if kind == VpcEndpoint::KIND => {
            let endpoint = change.before::<VpcEndpoint>().or_else(|| change.after::<VpcEndpoint>());
            let names = |endpoint: &VpcEndpoint| {
                let zones = endpoint.subnets.iter().filter_map(|id| world.find::<Subnet>(id.as_str()));
                std::iter::once(endpoint.regional_name()).chain(zones.map(|subnet| endpoint.zonal_name(&subnet.zone))).collect()
            };
            return endpoint.map(|endpoint| names(&endpoint)).unwrap_or_default();
        }
        _ => return BTreeSet::new(),
    };
    let named = balancers.iter().filter_map(|arn| world.find::<LoadBalancer>(arn).map(|balancer| balancer.dns_name()));
    let gone = change.before::<LoadBalancer>().filter(|_| change.kind == LoadBalancer::KIND);
    named.chain(gone.map(|balancer| balancer.dns_name())).map(|name| name.to_ascii_lowercase()).collect()
}

/// The records that answer by the health of a name, straight or by others that do.
fn watching(world: &Snapshot, name: &str) -> Vec<Source> {
    let (mut found, mut names) = (BTreeSet::new(), vec![name.to_owned()]);
    while let Some(name) = names.pop() {
        for set in world.named::<RecordSet>(ALIAS_TARGET, alias_target(&name)) {
            if found.insert(source(&set)) {
                names.push(set.name.clone());
            }
        }
    }
    found.into_iter().collect()
}

fn source(set: &RecordSet) -> Source {
    Source::Records { zone: set.zone.clone(), name: set.name.clone(), kind: set.kind }
}

fn of_zone<'w>(world: &'w Snapshot, zone: &HostedZone) -> impl Iterator<Item = Source> + 'w {
    world.linked::<RecordSet>(HostedZone::KIND, &zone.id).map(|set| source(&set))
}

/// A record of name servers decides about the zones at and below its name.
fn below<'w>(world: &'w Snapshot, set: &RecordSet) -> Box<dyn Iterator<Item = Source> + 'w> {
    match set.kind {
        RecordType::Ns => Box::new(inside(world, &set.name)),
        _ => Box::new(std::iter::empty()),
    }
}

/// The records of every public zone at or below `name`.
fn inside<'w>(world: &'w Snapshot, name: &str) -> impl Iterator<Item = Source> + 'w {
    let suffix = format!(".{name}");
    let name = name.to_owned();
    let zones =
        world.all::<HostedZone>().filter(move |zone| !zone.private && (zone.name == name || zone.name.ends_with(&suffix)));
    zones.flat_map(|zone| of_zone(world, &zone).collect::<Vec<_>>())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
