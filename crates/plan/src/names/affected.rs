//! Everything that has names, and whose names a change can touch.

use std::collections::BTreeSet;
use std::sync::Arc;

use resource::{
    ALIAS_TARGET, ElasticAddress, HostedZone, Listener, LoadBalancer, NetworkInterface, PeeringConnection, RecordSet, RecordType,
    ResolverRule, Resource, RuleAssociation, Subnet, TargetGroup, TargetHealth, Vpc, VpcEndpoint, VpcId, alias_target,
};
use store::{Change, Snapshot};

use super::Source;
use crate::Subject;

/// Everything that has names.
pub fn sources(world: &Snapshot) -> impl Iterator<Item = Source> + '_ {
    let planned = crate::subjects(world).filter(concerns).map(Source::Plan);
    let records = world.all::<RecordSet>().map(|set| of_set(&set));
    let rules = world.all::<RuleAssociation>().map(|association| Source::Rule(association.id.clone()));
    planned.chain(records).chain(rules)
}

/// Everything whose names may differ after a change: what the plan says, and what only names read.
pub fn affected(world: &Snapshot, change: &Change) -> BTreeSet<Source> {
    let more = match change.kind {
        kind if kind == Vpc::KIND => {
            let vpc = VpcId::parse(&change.key).ok().map(Subject::Router);
            vpc.into_iter().chain(inhabitants(world, change)).collect()
        }
        kind if kind == Subnet::KIND => residents(world, change),
        kind if kind == PeeringConnection::KIND => named_abroad(world, change),
        _ => Vec::new(),
    };
    let subjects = crate::affected(world, change).into_iter().filter(concerns).chain(more);
    subjects.map(Source::Plan).chain(hosted(world, change)).chain(rules(world, change)).collect()
}

/// Whether it has names, or a place where they are answered.
fn concerns(subject: &Subject) -> bool {
    use Subject::{Address, Balancer, Endpoint, Interface, Router};
    matches!(subject, Router(_) | Interface(_) | Address(_) | Balancer(_) | Endpoint(_))
}

/// What has names of its own in a VPC, when its change touches them.
fn inhabitants(world: &Snapshot, change: &Change) -> Vec<Subject> {
    let facts = |vpc: Arc<Vpc>| (vpc.dns_support, vpc.dns_hostnames, vpc.cidrs.clone());
    if change.before().map(facts) == change.after().map(facts) {
        return Vec::new();
    }
    let interfaces = world.linked::<NetworkInterface>(Vpc::KIND, &change.key);
    let subjects = interfaces.flat_map(|interface| {
        let addresses = world.linked::<ElasticAddress>(NetworkInterface::KIND, &interface.id);
        let addresses = addresses.map(|address| Subject::Address(address.id.clone())).collect::<Vec<_>>();
        std::iter::once(Subject::Interface(interface.id.clone())).chain(addresses)
    });
    let peers = world.linked::<PeeringConnection>(Vpc::KIND, &change.key).flat_map(|peering| {
        [peering.requester.vpc.clone(), peering.accepter.vpc.clone()].map(|vpc| addresses_in(world, &vpc)).concat()
    });
    let endpoints = world.linked::<VpcEndpoint>(Vpc::KIND, &change.key).map(|endpoint| Subject::Endpoint(endpoint.id.clone()));
    subjects.chain(endpoints).chain(peers).collect()
}

/// The public addresses of two peers, when a change touches who resolves them to private ones.
fn named_abroad(world: &Snapshot, change: &Change) -> Vec<Subject> {
    let facts = |peering: Arc<PeeringConnection>| {
        let vpcs = [peering.requester.vpc.clone(), peering.accepter.vpc.clone()];
        (peering.state.carries(), peering.requester.resolves, peering.accepter.resolves, vpcs)
    };
    let (before, after) = (change.before().map(facts), change.after().map(facts));
    if before == after {
        return Vec::new();
    }
    let vpcs = before.into_iter().chain(after).flat_map(|(.., vpcs)| vpcs);
    vpcs.flat_map(|vpc| addresses_in(world, &vpc)).collect()
}

/// The public addresses that stand for interfaces of a VPC.
fn addresses_in(world: &Snapshot, vpc: &VpcId) -> Vec<Subject> {
    let interfaces = world.linked::<NetworkInterface>(Vpc::KIND, vpc);
    let addresses = interfaces.flat_map(|interface| {
        world.linked::<ElasticAddress>(NetworkInterface::KIND, &interface.id).map(|a| a.id.clone()).collect::<Vec<_>>()
    });
    addresses.map(Subject::Address).collect()
}

/// The interfaces in a subnet, when its change touches their names.
fn residents(world: &Snapshot, change: &Change) -> Vec<Subject> {
    let facts = |subnet: Arc<Subnet>| subnet.resource_name_a_record;
    if change.before().map(facts) == change.after().map(facts) {
        return Vec::new();
    }
    let interfaces = world.linked::<NetworkInterface>(Subnet::KIND, &change.key);
    interfaces.map(|interface| Subject::Interface(interface.id.clone())).collect()
}

/// The sources that a change of zones, records or VPCs reaches.
fn hosted(world: &Snapshot, change: &Change) -> Vec<Source> {
    match change.kind {
        kind if kind == RecordSet::KIND => {
            let sets = change.before::<RecordSet>().into_iter().chain(change.after::<RecordSet>());
            let around = |set: Arc<RecordSet>| {
                let watching = watching(world, &set.name);
                std::iter::once(of_set(&set)).chain(below(world, &set)).chain(watching).collect::<Vec<_>>()
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
            if found.insert(of_set(&set)) {
                names.push(set.name.clone());
            }
        }
    }
    found.into_iter().collect()
}

fn of_set(set: &RecordSet) -> Source {
    Source::Records { zone: set.zone.clone(), name: set.name.clone(), kind: set.kind }
}

fn of_zone<'w>(world: &'w Snapshot, zone: &HostedZone) -> impl Iterator<Item = Source> + 'w {
    world.linked::<RecordSet>(HostedZone::KIND, &zone.id).map(|set| of_set(&set))
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

/// The sources that a change of rules, of their associations or of VPCs reaches.
fn rules(world: &Snapshot, change: &Change) -> Vec<Source> {
    match change.kind {
        kind if kind == RuleAssociation::KIND => vec![Source::Rule(change.key.clone())],
        kind if kind == ResolverRule::KIND || kind == Vpc::KIND => {
            let associations = world.linked::<RuleAssociation>(kind, &change.key);
            associations.map(|association| Source::Rule(association.id.clone())).collect()
        }
        _ => Vec::new(),
    }
}
