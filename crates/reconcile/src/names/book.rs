//! The published zones, kept in step one resource at a time: a change costs what it changes, however many VPCs there are.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use dataplane::dns::{DomainName, Layer, Outlet, Rule, Soa, Upstream, View, Zone, Zones};
use plan::names::{self, Scope, Source};
use resource::VpcId;
use store::Snapshot;

use super::entry::{Entry, Says};

/// How long "no such name" may be kept, in seconds: no longer than a new endpoint takes.
const NEGATIVE_TTL: u32 = 1;

/// The zones of everybody and of each VPC, and which resource wrote what in them.
pub(super) struct Book {
    layers: HashMap<Scope, Layer>,
    written: HashMap<Source, Vec<Entry>>,
    /// How many entries a zone is there for.
    holders: HashMap<(Scope, DomainName), usize>,
    /// How many entries a rule is there for.
    rules: HashMap<(Scope, DomainName), usize>,
    /// The ways out through outbound endpoints, by id.
    outlets: HashMap<String, Outlet>,
}

impl Book {
    /// The public zone, and nothing in it.
    pub(super) fn new() -> Self {
        let (layers, written, holders, rules, outlets) = Default::default();
        let mut book = Self { layers, written, holders, rules, outlets };
        book.change(&[], &names::front_doors().filter_map(Entry::of).collect::<Vec<_>>());
        book
    }

    /// What a VPC sees; it goes on seeing what is published later.
    pub(super) fn view(&mut self, vpc: &VpcId) -> View {
        let own = [Scope::Private, Scope::Vpc].map(|scope| self.layer(scope(vpc.clone())));
        View::new(own, self.layer(Scope::Public))
    }

    /// What those see who ask a VPC at its inbound endpoints.
    pub(super) fn inbound_view(&mut self, vpc: &VpcId) -> View {
        let own = [Scope::Inbound, Scope::Private, Scope::Vpc].map(|scope| self.layer(scope(vpc.clone())));
        View::new(own, self.layer(Scope::Public))
    }

    /// What the internet sees.
    pub(super) fn public_view(&mut self) -> View {
        View::public(self.layer(Scope::Public))
    }

    /// The way out through an outbound endpoint, for whoever carries questions and for the rules that name it.
    pub(super) fn outlet(&mut self, endpoint: &str) -> Outlet {
        self.outlets.entry(endpoint.to_owned()).or_default().clone()
    }

    /// Forgets the way out through an endpoint that is no more.
    pub(super) fn forget_outlet(&mut self, endpoint: &str) {
        self.outlets.remove(endpoint);
    }

    fn layer(&mut self, scope: Scope) -> Layer {
        self.layers.entry(scope).or_default().clone()
    }

    /// Forgets a VPC that nobody sees anything of any more.
    pub(super) fn forget(&mut self, vpc: &VpcId) {
        self.layers.remove(&Scope::Vpc(vpc.clone()));
        self.layers.remove(&Scope::Private(vpc.clone()));
        self.layers.remove(&Scope::Inbound(vpc.clone()));
    }

    /// Everything that has names here.
    pub(super) fn sources(&self) -> impl Iterator<Item = &Source> {
        self.written.keys()
    }

    /// Brings the names of `sources` to what `world` says; returns how many of them changed.
    pub(super) fn rewrite(&mut self, world: &Snapshot, sources: &BTreeSet<Source>) -> usize {
        let (mut before, mut after) = (Vec::new(), Vec::new());
        let mut changed = 0;
        for source in sources {
            let new: Vec<Entry> = names::entries(world, source).into_iter().filter_map(Entry::of).collect();
            if self.written.get(source).map_or(&[][..], Vec::as_slice) == new {
                continue;
            }
            changed += 1;
            before.extend(self.written.remove(source).unwrap_or_default());
            after.extend(new.iter().cloned());
            if !new.is_empty() {
                self.written.insert(source.clone(), new);
            }
        }
        self.change(&before, &after);
        changed
    }

    /// Publishes each scope that differs once. What goes goes first: an address may have moved from one resource to another.
    fn change(&mut self, before: &[Entry], after: &[Entry]) {
        let mut touched: BTreeMap<Scope, Zones> = BTreeMap::new();
        for entry in before.iter().chain(after) {
            touched
                .entry(entry.scope.clone())
                .or_insert_with(|| self.layers.get(&entry.scope).map(Layer::zones).unwrap_or_default());
        }
        for entry in before {
            touched.entry(entry.scope.clone()).and_modify(|zones| self.strike(zones, entry));
        }
        for entry in after {
            touched.entry(entry.scope.clone()).and_modify(|zones| self.enter(zones, entry));
        }
        for (scope, zones) in touched {
            self.layer(scope).publish(zones);
        }
    }

    fn enter(&mut self, zones: &mut Zones, entry: &Entry) {
        match &entry.says {
            Says::Zone | Says::Name(..) => self.enter_zone(zones, entry),
            Says::Here => self.enter_rule(zones, entry, Rule::Here),
            Says::Elsewhere(endpoint, targets) => {
                let upstream = Upstream { outlet: self.outlet(endpoint), targets: targets.as_slice().into() };
                self.enter_rule(zones, entry, Rule::Elsewhere(Arc::new(upstream)));
            }
        }
    }

    fn enter_rule(&mut self, zones: &mut Zones, entry: &Entry, rule: Rule) {
        *self.rules.entry((entry.scope.clone(), entry.zone.clone())).or_default() += 1;
        zones.direct(&entry.zone, Some(rule));
    }

    fn enter_zone(&mut self, zones: &mut Zones, entry: &Entry) {
        let holders = self.holders.entry((entry.scope.clone(), entry.zone.clone())).or_default();
        if *holders == 0 {
            zones.insert(Zone::new(entry.zone.clone(), &authority(&entry.zone)));
        }
        *holders += 1;
        if let (Says::Name(name, _, records), Some(zone)) = (&entry.says, zones.zone_mut(&entry.zone))
            && let Err(error) = zone.put(name, records.clone())
        {
            tracing::error!(%error, "a name could not be published");
        }
    }

    fn strike(&mut self, zones: &mut Zones, entry: &Entry) {
        let key = (entry.scope.clone(), entry.zone.clone());
        if matches!(entry.says, Says::Here | Says::Elsewhere(..)) {
            if is_last(&mut self.rules, key) {
                zones.direct(&entry.zone, None);
            }
            return;
        }
        if let (Says::Name(name, kind, _), Some(zone)) = (&entry.says, zones.zone_mut(&entry.zone)) {
            zone.remove(name, *kind);
        }
        if is_last(&mut self.holders, key) {
            zones.remove(&entry.zone);
        }
    }
}

/// Takes one away; whether none is left.
fn is_last(counts: &mut HashMap<(Scope, DomainName), usize>, key: (Scope, DomainName)) -> bool {
    let left = counts.get(&key).map_or(0, |count| count.saturating_sub(1));
    match left {
        0 => drop(counts.remove(&key)),
        left => drop(counts.insert(key, left)),
    }
    left == 0
}

fn authority(zone: &DomainName) -> Soa {
    Soa { primary: zone.clone(), contact: zone.clone(), serial: 1, negative_ttl: NEGATIVE_TTL }
}

#[cfg(test)]
impl Book {
    /// What is in it, to compare books: what is written, and what holds each zone and rule.
    pub(super) fn contents(&self) -> (&HashMap<Source, Vec<Entry>>, [&HashMap<(Scope, DomainName), usize>; 2]) {
        (&self.written, [&self.holders, &self.rules])
    }
}
