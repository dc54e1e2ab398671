//! A batch of changes: applied one after the other to the sets it touches, and judged by what they then are. All or nothing.

use std::collections::{BTreeMap, BTreeSet};

use resource::{FailoverRole, HostedZone, Policy, RECORD_NAME, RecordContent, RecordSet, RecordType, Resource};
use store::Snapshot;

use super::alias;
use super::view::{self, RecordSetView};

/// What is done with a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    Create,
    Delete,
    Upsert,
}

/// What a batch comes to.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// Sets to write.
    pub(super) put: Vec<RecordSet>,
    /// The keys of sets to remove.
    pub(super) removed: Vec<String>,
}

/// The sets of the names that a batch touches, by key.
struct Draft<'a> {
    world: &'a Snapshot,
    zone: &'a HostedZone,
    before: BTreeMap<String, RecordSet>,
    now: BTreeMap<String, RecordSet>,
    /// The names whose sets are known.
    known: BTreeSet<String>,
    touched: BTreeSet<String>,
}

/// Applies `changes` to the records of `zone`.
///
/// # Errors
/// Everything that is wrong with the batch.
pub(super) fn apply(world: &Snapshot, zone: &HostedZone, changes: &[(Action, RecordSetView)]) -> Result<Outcome, Vec<String>> {
    let (before, now) = (BTreeMap::new(), BTreeMap::new());
    let mut draft = Draft { world, zone, before, now, known: BTreeSet::new(), touched: BTreeSet::new() };
    let mut messages = Vec::new();
    for (action, view) in changes {
        let change = view::parse(zone, view).and_then(|set| draft.change(*action, set));
        messages.extend(change.err());
    }
    if messages.is_empty() {
        messages = draft.faults();
    }
    if messages.is_empty() { Ok(draft.outcome()) } else { Err(messages) }
}

impl Draft<'_> {
    fn change(&mut self, action: Action, set: RecordSet) -> Result<(), String> {
        self.know(&set.name);
        let (key, shown) = (set.key(), shown(&set));
        if !self.touched.insert(format!("{action:?} {key}")) || (action == Action::Upsert && self.was_made(&key)) {
            return Err(format!("The request contains an invalid set of changes for a resource record set '{shown}'"));
        }
        match (action, self.now.get(&key)) {
            (Action::Create, Some(_)) => Err(format!("Tried to create resource record set [{shown}] but it already exists")),
            (Action::Delete, None) => Err(format!("Tried to delete resource record set [{shown}] but it was not found")),
            (Action::Delete, Some(known)) if !same(known, &set) => Err(format!(
                "Tried to delete resource record set [{shown}] but the values provided do not match the current values"
            )),
            (Action::Delete, Some(_)) => {
                self.now.remove(&key);
                Ok(())
            }
            (Action::Create | Action::Upsert, _) => {
                self.now.insert(key, set);
                Ok(())
            }
        }
    }

    fn was_made(&self, key: &str) -> bool {
        self.touched.contains(&format!("{:?} {key}", Action::Create))
    }

    /// Reads the sets of a name.
    fn know(&mut self, name: &str) {
        if self.known.insert(name.to_owned()) {
            for set in self.world.named::<RecordSet>(RECORD_NAME, format!("{}/{name}", self.zone.id)) {
                self.before.insert(set.key(), (*set).clone());
                self.now.insert(set.key(), (*set).clone());
            }
        }
    }

    /// What is wrong with the sets as they will be.
    fn faults(&mut self) -> Vec<String> {
        let aliases: Vec<RecordSet> = self.now.values().filter(|set| self.before.get(&set.key()) != Some(set)).cloned().collect();
        let mut faults: Vec<String> = aliases.iter().filter_map(|set| self.alias(set).err()).collect();
        let names: Vec<String> = self.known.iter().cloned().collect();
        for name in names {
            let sets: Vec<&RecordSet> = self.now.values().filter(|set| set.name == name).collect();
            faults.extend(conflict(self.zone, &name, &sets));
        }
        if self.known.contains(&self.zone.name) {
            for (kind, what) in [(RecordType::Ns, "at least one NS record"), (RecordType::Soa, "exactly one SOA record")] {
                if !self.now.values().any(|set| set.name == self.zone.name && set.kind == kind) {
                    faults.push(format!("A HostedZone must contain {what} for the zone itself."));
                }
            }
        }
        faults
    }

    fn alias(&mut self, set: &RecordSet) -> Result<(), String> {
        let RecordContent::Alias { zone, name, .. } = &set.content else { return Ok(()) };
        self.know(name);
        alias::check(self.world, self.zone, set, zone, name, self.now.values())
    }

    fn outcome(self) -> Outcome {
        let removed = self.before.keys().filter(|key| !self.now.contains_key(*key)).cloned().collect();
        let put = self.now.into_iter().filter(|(key, set)| self.before.get(key) != Some(set)).map(|(_, set)| set).collect();
        Outcome { put, removed }
    }
}

/// Whether two sets say the same; the order of values does not count.
fn same(one: &RecordSet, other: &RecordSet) -> bool {
    let sorted = |set: &RecordSet| {
        let mut set = set.clone();
        if let RecordContent::Values { values, .. } = &mut set.content {
            values.sort();
        }
        set
    };
    sorted(one) == sorted(other)
}

/// What keeps the sets of one name from being together.
fn conflict(zone: &HostedZone, name: &str, sets: &[&RecordSet]) -> Vec<String> {
    let mut found = Vec::new();
    if sets.iter().any(|set| set.kind == RecordType::Cname) && sets.iter().any(|set| set.kind != RecordType::Cname) {
        found.push(format!(
            "RRSet of type CNAME with DNS name {name} is not permitted as it conflicts with other records with the same DNS name in zone {}",
            zone.name
        ));
    }
    let policy = |set: &RecordSet| match set.policy {
        Policy::Simple => 0,
        Policy::Weighted(_) => 1,
        Policy::Multivalue => 2,
        Policy::Failover(_) => 3,
    };
    let kinds: BTreeSet<_> = sets.iter().map(|set| set.kind).collect();
    let policies: BTreeSet<_> = sets.iter().map(|set| (set.kind, policy(set))).collect();
    if policies.len() > kinds.len() {
        found.push(format!(
            "RRSet with DNS name {name} cannot be created as other RRSets exist with the same name and type and another routing policy"
        ));
    }
    let twice = |role| {
        let mut seen = BTreeSet::new();
        sets.iter().filter(|set| set.policy == Policy::Failover(role)).any(|set| !seen.insert(set.kind))
    };
    if [FailoverRole::Primary, FailoverRole::Secondary].into_iter().any(twice) {
        found.push(format!("RRSet with DNS name {name} cannot be created: there is one of its type with the same failover role"));
    }
    found
}

/// A set as messages name it.
fn shown(set: &RecordSet) -> String {
    let own = set.set.as_ref().map(|id| format!(", set-identifier='{id}'")).unwrap_or_default();
    format!("name='{}', type='{}'{own}", set.name, set.kind.as_str())
}
