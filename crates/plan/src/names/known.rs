//! What the resolver of one network knows, to look names up in as it does: the most specific zone of a VPC's own decides, and
//! what it does not have is not looked for elsewhere; a rule is a kind of zone whose questions others answer.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::sync::Arc;

use resource::{Policy, RecordContent, RecordSet, RecordType, RecordValue, VpcId};
use store::Snapshot;

use super::entry::{Content, Entry, Says, Scope, Source, plain};
use super::{entries, front_doors, sources};

/// How many names in a row stand for one another at most.
pub const LONGEST_CHAIN: usize = 8;

/// Whose resolver is asked.
#[derive(Clone, Copy, Debug)]
pub enum Observer<'a> {
    /// That of the internet.
    Internet,
    /// A VPC's own.
    Vpc(&'a VpcId),
    /// A VPC's own, at an inbound endpoint.
    Inbound(&'a VpcId),
}

/// All that one resolver knows.
#[derive(Debug, Default)]
pub struct Known {
    own: Vec<Layer>,
    public: Layer,
}

#[derive(Debug, Default)]
struct Layer {
    zones: BTreeMap<String, Zone>,
    /// The association for which questions about a domain are put to others; none where they are answered here.
    rules: BTreeMap<String, Option<String>>,
}

/// A domain, and the names that are in it.
#[derive(Debug, Default)]
pub struct Zone {
    holders: Vec<Source>,
    names: BTreeMap<String, Vec<Content>>,
}

/// Who decides about a name.
#[derive(Clone, Copy, Debug)]
pub enum Decider<'k> {
    /// A zone that only this network knows.
    Own(&'k Zone),
    /// A zone that everybody knows.
    Public(&'k Zone),
    /// Other resolvers, by the association of a rule.
    Rule(&'k str),
    /// Nobody.
    Nobody,
}

/// What is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// Its addresses: all that may be answered.
    Addresses(Vec<Ipv4Addr>),
    /// It is another name for this one.
    SameAs(String),
    /// Nothing: it does not exist, or has no addresses.
    Nothing,
}

impl Observer<'_> {
    /// What only it sees, first what counts first.
    fn scopes(self) -> Vec<Scope> {
        match self {
            Self::Internet => Vec::new(),
            Self::Vpc(vpc) => vec![Scope::Private(vpc.clone()), Scope::Vpc(vpc.clone())],
            Self::Inbound(vpc) => vec![Scope::Inbound(vpc.clone()), Scope::Private(vpc.clone()), Scope::Vpc(vpc.clone())],
        }
    }
}

impl Known {
    /// What `observer` knows of `world`.
    pub fn of(world: &Snapshot, observer: Observer<'_>) -> Self {
        let scopes = observer.scopes();
        let mut known = Self { own: scopes.iter().map(|_| Layer::default()).collect(), public: Layer::default() };
        front_doors().for_each(|entry| known.public.enter(entry, None));
        for source in sources(world) {
            for entry in entries(world, &source) {
                let layer = match &entry.scope {
                    Scope::Public => Some(&mut known.public),
                    scope => scopes.iter().position(|own| own == scope).and_then(|at| known.own.get_mut(at)),
                };
                if let Some(layer) = layer {
                    layer.enter(entry, Some(&source));
                }
            }
        }
        known
    }

    /// Who decides about `name`: of a zone and a rule for one domain the rule, of two zones the first layer's.
    pub fn decider(&self, name: &str) -> Decider<'_> {
        let rule = nearest(&self.own, name, |layer| &layer.rules);
        match (rule, nearest(&self.own, name, |layer| &layer.zones)) {
            (Some((at, Some(rule))), zone) if zone.is_none_or(|(nearest, _)| nearest.len() <= at.len()) => Decider::Rule(rule),
            (_, Some((_, zone))) => Decider::Own(zone),
            (_, None) => self.public_zone(name),
        }
    }

    fn public_zone(&self, name: &str) -> Decider<'_> {
        let found = domains(name).find_map(|domain| self.public.zones.get(domain));
        found.map_or(Decider::Nobody, Decider::Public)
    }

    /// The zone that decides about `name` when rules do not count: where what stands for another name is looked up.
    fn zone(&self, name: &str) -> Option<&Zone> {
        let own = nearest(&self.own, name, |layer| &layer.zones).map(|(_, zone)| zone);
        own.or_else(|| match self.public_zone(name) {
            Decider::Public(zone) => Some(zone),
            _ => None,
        })
    }

    /// What is answered for the addresses of `name` by who decides about it, unless others are asked.
    pub fn look_up(&self, name: &str) -> Said {
        match self.decider(name) {
            Decider::Own(zone) | Decider::Public(zone) => self.said(zone, name, LONGEST_CHAIN),
            Decider::Rule(_) | Decider::Nobody => Said::Nothing,
        }
    }

    /// The types of the records that who decides about `name` has for it.
    pub fn types(&self, name: &str) -> Vec<RecordType> {
        let (Decider::Own(zone) | Decider::Public(zone)) = self.decider(name) else { return Vec::new() };
        let types = zone.find(name).iter().filter_map(|content| match content {
            Content::Sets(kind, _) => Some(*kind),
            _ => None,
        });
        types.collect()
    }

    fn said(&self, zone: &Zone, name: &str, left: usize) -> Said {
        let contents = zone.find(name);
        let addresses = contents.iter().find_map(|content| match content {
            Content::Addresses(addresses) => Some(addresses.clone()),
            Content::Sets(RecordType::A, sets) => Some(self.of_sets(sets, left)),
            _ => None,
        });
        let other = || {
            contents.iter().find_map(|content| match content {
                Content::Alias(name) => Some(name.clone()),
                Content::Sets(RecordType::Cname, sets) => canonical(sets),
                _ => None,
            })
        };
        match addresses {
            Some(addresses) if addresses.is_empty() => Said::Nothing,
            Some(addresses) => Said::Addresses(addresses),
            None => other().map_or(Said::Nothing, Said::SameAs),
        }
    }

    /// The addresses that any of the sets that may be chosen gives.
    fn of_sets(&self, sets: &[Arc<RecordSet>], left: usize) -> Vec<Ipv4Addr> {
        let of_set = |set: &&Arc<RecordSet>| match &set.content {
            RecordContent::Alias { name, .. } => self.same_as(&plain(name), left),
            RecordContent::Values { values, .. } => values.iter().filter_map(|value| address(set, value)).collect(),
        };
        chosen(sets).iter().flat_map(of_set).collect()
    }

    /// The addresses of another name, for one that stands for it.
    fn same_as(&self, name: &str, left: usize) -> Vec<Ipv4Addr> {
        let (Some(zone), Some(left)) = (self.zone(name), left.checked_sub(1)) else { return Vec::new() };
        match self.said(zone, name, left) {
            Said::Addresses(addresses) => addresses,
            Said::SameAs(other) => self.same_as(&other, left),
            Said::Nothing => Vec::new(),
        }
    }
}

impl Layer {
    fn enter(&mut self, entry: Entry, source: Option<&Source>) {
        match entry.says {
            Says::Here => drop(self.rules.insert(entry.zone, None)),
            Says::Elsewhere(..) => {
                let Some(Source::Rule(association)) = source else { return };
                self.rules.insert(entry.zone, Some(association.clone()));
            }
            Says::Zone => self.zone(entry.zone, source),
            Says::Name(name, content) => {
                self.zone(entry.zone.clone(), source);
                if let Some(zone) = self.zones.get_mut(&entry.zone) {
                    zone.names.entry(name).or_default().push(content);
                }
            }
        }
    }

    fn zone(&mut self, domain: String, source: Option<&Source>) {
        let zone = self.zones.entry(domain).or_default();
        zone.holders.extend(source.filter(|source| zone.holders.last() != Some(source)).cloned());
    }
}

impl Zone {
    /// What it is there for; nothing for that of AWS's own public names.
    pub fn holders(&self) -> &[Source] {
        &self.holders
    }

    /// What it says about a name: the name's own, or the wildcard's of its nearest ancestor that exists (RFC 4592).
    fn find(&self, name: &str) -> &[Content] {
        if self.exists(name) {
            return self.names.get(name).map_or(&[], Vec::as_slice);
        }
        for ancestor in domains(name).skip(1) {
            if let Some(star) = self.names.get(&format!("*.{ancestor}")) {
                return star;
            }
            if self.exists(ancestor) {
                break;
            }
        }
        &[]
    }

    /// Whether it has the name, or names below it (RFC 8020).
    fn exists(&self, name: &str) -> bool {
        let below = format!(".{name}");
        self.names.contains_key(name) || self.names.keys().any(|other| other.ends_with(&below))
    }
}

/// What is there for the most specific domain that encloses `name`, in the first layer that has it.
fn nearest<'k, T>(
    layers: &'k [Layer],
    name: &str,
    of: impl Fn(&'k Layer) -> &'k BTreeMap<String, T>,
) -> Option<(&'k str, &'k T)> {
    let at = |domain: &str| layers.iter().find_map(|layer| of(layer).get_key_value(domain));
    domains(name).find_map(at).map(|(domain, found)| (domain.as_str(), found))
}

/// A name and the domains that enclose it, the nearest first, and last the root.
fn domains(name: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(name), |name| match name.split_once('.') {
        Some((_, parent)) => Some(parent),
        None => (!name.is_empty()).then_some(""),
    })
}

/// The sets that may be chosen: of weighted ones those with a weight, unless none has any.
fn chosen(sets: &[Arc<RecordSet>]) -> Vec<&Arc<RecordSet>> {
    let weighs = |set: &&Arc<RecordSet>| !matches!(set.policy, Policy::Weighted(0));
    match sets.iter().any(|set| weighs(&set)) {
        true => sets.iter().filter(weighs).collect(),
        false => sets.iter().collect(),
    }
}

fn address(set: &RecordSet, value: &str) -> Option<Ipv4Addr> {
    match set.kind.value(value) {
        Ok(RecordValue::Address(address)) => Some(address),
        _ => None,
    }
}

/// The name that sets of CNAME records say; of weighted ones the first that may be chosen.
fn canonical(sets: &[Arc<RecordSet>]) -> Option<String> {
    chosen(sets).iter().find_map(|set| match &set.content {
        RecordContent::Values { values, .. } => values.first().map(|value| plain(value)),
        RecordContent::Alias { .. } => None,
    })
}
