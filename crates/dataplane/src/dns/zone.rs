//! Zones and rules, the layers they are published in, and the view of a network; every map is persistent, so a copy costs
//! nothing.

use std::sync::Arc;

use arc_swap::{ArcSwap, Guard};
use imbl::HashMap;

use super::forward::Upstream;
use super::name::{DomainName, NameBuf, parent, with_ancestors};
use super::record::{Kind, Records, Soa};

/// What one network sees: its own layers, and behind them the public one.
#[derive(Debug, Clone)]
pub struct View {
    own: Arc<[Layer]>,
    public: Layer,
}

/// Who decides about a name.
pub(crate) enum Decider {
    /// The zone that begins so many bytes into the name.
    Zone(Guard<Arc<Zones>>, usize),
    /// Another resolver.
    Elsewhere(Arc<Upstream>),
    /// Nobody.
    Nobody,
}

/// What is done with questions about a domain, whatever zones there are above it.
#[derive(Debug, Clone)]
pub enum Rule {
    /// They are answered from zones, as if there were no rule above either.
    Here,
    /// They are put to another resolver.
    Elsewhere(Arc<Upstream>),
}

impl View {
    /// A view of `own` layers before the `public` one. The most specific zone or rule of its own layers decides about a name,
    /// of two for one domain the rule, then the one of the earlier layer; only what none of them encloses is public.
    pub fn new(own: impl IntoIterator<Item = Layer>, public: Layer) -> Self {
        Self { own: own.into_iter().collect(), public }
    }

    /// What everybody sees.
    pub fn public(public: Layer) -> Self {
        Self::new([], public)
    }

    /// Who decides about `wire`.
    pub(crate) fn decider(&self, wire: &[u8]) -> Decider {
        let (zone, rule) = self.nearest(wire);
        match (zone, rule) {
            (zone, Some((at, Rule::Elsewhere(upstream)))) if zone.as_ref().is_none_or(|(_, nearest)| *nearest >= at) => {
                Decider::Elsewhere(upstream)
            }
            (Some((zones, at)), _) => Decider::Zone(zones, at),
            (None, _) => self.public_zone(wire),
        }
    }

    /// The zone that decides about `wire` when rules do not count.
    pub(crate) fn zone(&self, wire: &[u8]) -> Decider {
        self.nearest(wire).0.map_or_else(|| self.public_zone(wire), |(zones, at)| Decider::Zone(zones, at))
    }

    /// The most specific zone and the most specific rule of its own layers, and where in the name each begins.
    fn nearest(&self, wire: &[u8]) -> (Option<(Guard<Arc<Zones>>, usize)>, Option<(usize, Rule)>) {
        let (mut zone, mut rule) = (None::<(Guard<Arc<Zones>>, usize)>, None::<(usize, Rule)>);
        for layer in self.own.iter() {
            let zones = layer.0.load();
            if let Some((at, found)) = zones.rule(wire).filter(|(at, _)| rule.as_ref().is_none_or(|(nearest, _)| at < nearest)) {
                rule = Some((at, found.clone()));
            }
            if let Some(at) = zones.apex(wire).filter(|at| zone.as_ref().is_none_or(|(_, nearest)| at < nearest)) {
                zone = Some((zones, at));
            }
        }
        (zone, rule)
    }

    fn public_zone(&self, wire: &[u8]) -> Decider {
        let zones = self.public.0.load();
        match zones.apex(wire) {
            Some(at) => Decider::Zone(zones, at),
            None => Decider::Nobody,
        }
    }
}

impl Decider {
    /// The zone, if it is one.
    pub(crate) fn zone(&self, wire: &[u8]) -> Option<&Zone> {
        match self {
            Self::Zone(zones, at) => zones.zones.get(wire.get(*at..)?),
            Self::Elsewhere(_) | Self::Nobody => None,
        }
    }
}

/// A published set of zones. Clones are handles to the same set; many views share the public layer.
#[derive(Debug, Clone, Default)]
pub struct Layer(Arc<ArcSwap<Zones>>);

impl Layer {
    /// Publishes `zones` in the place of what was there; questions under way finish on the old set.
    pub fn publish(&self, zones: Zones) {
        self.0.store(Arc::new(zones));
    }

    /// A copy of what is published, to change and publish again; it shares everything that does not change.
    pub fn zones(&self) -> Zones {
        Zones::clone(&self.0.load())
    }
}

/// Zones by their apex, and rules by their domain.
#[derive(Debug, Clone, Default)]
pub struct Zones {
    zones: HashMap<DomainName, Zone>,
    rules: HashMap<DomainName, Rule>,
}

impl Zones {
    /// Adds `zone`, or replaces the one with the same apex.
    pub fn insert(&mut self, zone: Zone) {
        self.zones.insert(zone.apex.clone(), zone);
    }

    /// Takes the zone away; false if there was none.
    pub fn remove(&mut self, apex: &DomainName) -> bool {
        self.zones.remove(apex).is_some()
    }

    /// The zone with this apex, to change it.
    pub fn zone_mut(&mut self, apex: &DomainName) -> Option<&mut Zone> {
        self.zones.get_mut(apex)
    }

    /// Sets the rule for `domain`, or takes it away.
    pub fn direct(&mut self, domain: &DomainName, rule: Option<Rule>) {
        match rule {
            Some(rule) => self.rules.insert(domain.clone(), rule),
            None => self.rules.remove(domain),
        };
    }

    /// Where in `wire` the name of the most specific zone that encloses it begins.
    fn apex(&self, wire: &[u8]) -> Option<usize> {
        if self.zones.is_empty() {
            return None;
        }
        with_ancestors(wire).find(|name| self.zones.contains_key(*name)).map(|name| wire.len() - name.len())
    }

    /// The most specific rule for a domain that encloses `wire`, and where in it the domain begins.
    fn rule(&self, wire: &[u8]) -> Option<(usize, &Rule)> {
        if self.rules.is_empty() {
            return None;
        }
        with_ancestors(wire).find_map(|name| Some((wire.len() - name.len(), self.rules.get(name)?)))
    }
}

impl FromIterator<Zone> for Zones {
    fn from_iter<I: IntoIterator<Item = Zone>>(zones: I) -> Self {
        let mut all = Self::default();
        zones.into_iter().for_each(|zone| all.insert(zone));
        all
    }
}

/// One zone: a tree of names with their records, authoritative for everything below its apex.
#[derive(Debug, Clone)]
pub struct Zone {
    apex: DomainName,
    soa: Arc<Records>,
    nodes: HashMap<DomainName, Arc<[Records]>>,
    /// How many names with records lie below each name: a name that only has others below it exists too (RFC 8020).
    below: HashMap<DomainName, usize>,
}

/// The record's name is not inside the zone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name} is not inside the zone {apex}")]
pub struct OutOfZone {
    name: DomainName,
    apex: DomainName,
}

/// What a zone says about a name and a type.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found<'z> {
    /// Records to answer with: one set, or all of them for ANY.
    Records(&'z [Records]),
    /// The name is another name for this one.
    Alias(&'z Records),
    /// The name exists, without such records.
    NoData,
    /// There is no such name.
    NoName,
}

impl Zone {
    /// An empty zone that answers "no such name" for all but its apex.
    pub fn new(apex: DomainName, soa: &Soa) -> Self {
        let soa = soa.records();
        let nodes = HashMap::unit(apex.clone(), Arc::from([soa.clone()]));
        Self { apex, soa: Arc::new(soa), nodes, below: HashMap::new() }
    }

    /// Puts `records` at `name` in the place of those of the same type; an empty set takes them away.
    pub fn put(&mut self, name: &DomainName, records: Records) -> Result<(), OutOfZone> {
        if !with_ancestors(name.wire()).any(|n| n == self.apex.wire()) {
            return Err(OutOfZone { name: name.clone(), apex: self.apex.clone() });
        }
        if records.kind == Kind::SOA && *name == self.apex {
            self.soa = Arc::new(records.clone());
        }
        let old = self.nodes.get(name).map_or(&[][..], |sets| sets);
        let mut sets: Vec<Records> = old.iter().filter(|set| set.kind != records.kind).cloned().collect();
        if !records.is_empty() {
            sets.push(records);
        }
        self.replace(name, sets);
        Ok(())
    }

    /// Takes the records of this type away.
    pub fn remove(&mut self, name: &DomainName, kind: Kind) {
        let old = self.nodes.get(name).map_or(&[][..], |sets| sets);
        let sets = old.iter().filter(|set| set.kind != kind).cloned().collect();
        self.replace(name, sets);
    }

    fn replace(&mut self, name: &DomainName, sets: Vec<Records>) {
        let existed = self.nodes.contains_key(name);
        match (existed, sets.is_empty()) {
            (false, false) => self.count_ancestors(name, |count| count + 1),
            (true, true) => self.count_ancestors(name, |count| count.saturating_sub(1)),
            _ => {}
        }
        if sets.is_empty() {
            self.nodes.remove(name);
        } else {
            self.nodes.insert(name.clone(), sets.into());
        }
    }

    fn count_ancestors(&mut self, name: &DomainName, change: impl Fn(usize) -> usize) {
        if *name == self.apex {
            return;
        }
        for ancestor in with_ancestors(name.wire()).skip(1) {
            match change(self.below.get(ancestor).copied().unwrap_or(0)) {
                0 => self.below.remove(ancestor),
                count => self.below.insert(DomainName::from_wire(ancestor), count),
            };
            if ancestor == self.apex.wire() {
                return;
            }
        }
    }

    pub(crate) fn apex(&self) -> &DomainName {
        &self.apex
    }

    /// The record that negative answers of this zone carry.
    pub(crate) fn soa(&self) -> &Records {
        &self.soa
    }

    pub(crate) fn find(&self, wire: &[u8], kind: Kind) -> Found<'_> {
        match self.nodes.get(wire) {
            Some(sets) => select(sets, kind),
            None if self.below.contains_key(wire) => Found::NoData,
            None => self.wildcard(wire).map_or(Found::NoName, |sets| select(sets, kind)),
        }
    }

    /// The records of `*.<closest encloser>` (RFC 4592): only the nearest existing ancestor may lend its wildcard.
    fn wildcard(&self, wire: &[u8]) -> Option<&[Records]> {
        let mut name = wire;
        while name != self.apex.wire() {
            let ancestor = parent(name)?;
            let star = NameBuf::folded(&[b"\x01*", ancestor].concat());
            if let Some(sets) = self.nodes.get(star.wire()) {
                return Some(sets);
            }
            if self.nodes.contains_key(ancestor) || self.below.contains_key(ancestor) {
                return None;
            }
            name = ancestor;
        }
        None
    }
}

fn select(sets: &[Records], kind: Kind) -> Found<'_> {
    if kind == Kind::ANY {
        return Found::Records(sets);
    }
    let of = |wanted: Kind| sets.iter().find(|set| set.kind == wanted);
    match (of(kind), of(Kind::CNAME)) {
        (Some(set), _) => Found::Records(std::slice::from_ref(set)),
        (None, Some(alias)) => Found::Alias(alias),
        (None, None) => Found::NoData,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::collections::BTreeSet;
    use std::net::Ipv4Addr;

    use proptest::prelude::*;

    use super::*;

    fn name(text: &str) -> DomainName {
        text.parse().unwrap()
    }

    fn zone(apex: &str, names: &[&str]) -> Zone {
        let apex = name(apex);
        let soa = Soa { primary: apex.clone(), contact: apex.clone(), serial: 1, negative_ttl: 60 };
        let mut zone = Zone::new(apex, &soa);
        for owner in names {
            zone.put(&name(owner), Records::a(60, [Ipv4Addr::LOCALHOST])).unwrap();
        }
        zone
    }

    fn has_a(zone: &Zone, wanted: &str) -> bool {
        matches!(zone.find(name(wanted).wire(), Kind::A), Found::Records(_))
    }

    #[test]
    fn a_name_with_others_below_it_exists_without_data() {
        let mut zone = zone("x", &["a.b.c.x"]);
        assert_eq!(zone.find(name("b.c.x").wire(), Kind::A), Found::NoData);
        zone.remove(&name("a.b.c.x"), Kind::A);
        assert_eq!(zone.find(name("b.c.x").wire(), Kind::A), Found::NoName);
    }

    #[test]
    fn a_wildcard_matches_any_depth_below_its_parent_but_not_the_parent() {
        let zone = zone("x", &["*.api.x"]);
        assert!(has_a(&zone, "one.api.x"));
        assert!(has_a(&zone, "two.one.api.x"));
        assert_eq!(zone.find(name("api.x").wire(), Kind::A), Found::NoData);
    }

    #[test]
    fn an_existing_name_hides_the_wildcard_above_it() {
        let zone = zone("x", &["*.x", "deep.known.x"]);
        assert!(has_a(&zone, "other.x"));
        assert_eq!(zone.find(name("known.x").wire(), Kind::A), Found::NoData);
        assert_eq!(zone.find(name("lost.known.x").wire(), Kind::A), Found::NoName);
    }

    #[test]
    fn a_record_outside_the_zone_is_refused() {
        let refused = zone("x", &[]).put(&name("a.y"), Records::a(60, [Ipv4Addr::LOCALHOST]));
        assert_eq!(refused.unwrap_err().to_string(), "a.y. is not inside the zone x.");
    }

    #[test]
    fn the_most_specific_zone_encloses_a_name() {
        let zones: Zones = [zone("x", &[]), zone("b.x", &[])].into_iter().collect();
        assert_eq!(zones.apex(name("a.b.x").wire()), Some(2));
        assert!(zones.apex(name("a.y").wire()).is_none());
    }

    #[test]
    fn an_empty_set_takes_the_records_away() {
        let mut zone = zone("x", &["a.x"]);
        zone.put(&name("a.x"), Records::a(60, [])).unwrap();
        assert_eq!(zone.find(name("a.x").wire(), Kind::A), Found::NoName);
    }

    /// What RFC 4592 says, by looking at every name there is.
    fn by_the_book(owners: &BTreeSet<String>, wanted: &str) -> &'static str {
        let exists = |name: &str| name == "x" || owners.iter().any(|o| o == name || o.ends_with(&format!(".{name}")));
        if owners.contains(wanted) {
            return "records";
        }
        if exists(wanted) {
            return "no data";
        }
        let ancestors = wanted.match_indices('.').map(|(dot, _)| &wanted[dot + 1..]);
        let encloser = ancestors.into_iter().find(|name| exists(name)).unwrap();
        if owners.contains(&format!("*.{encloser}")) { "records" } else { "no name" }
    }

    fn owner() -> impl Strategy<Value = String> {
        let label = prop_oneof![Just("a"), Just("b"), Just("*")];
        proptest::collection::vec(label, 1..4).prop_map(|labels| format!("{}.x", labels.join(".")))
    }

    proptest! {
        #[test]
        fn after_any_changes_every_name_is_found_by_the_book(
            changes in proptest::collection::vec((owner(), any::<bool>()), 0..20),
            wanted in owner(),
        ) {
            let (mut zone, mut owners) = (zone("x", &[]), BTreeSet::new());
            for (owner, there) in changes {
                if there {
                    zone.put(&name(&owner), Records::a(60, [Ipv4Addr::LOCALHOST])).unwrap();
                    owners.insert(owner);
                } else {
                    zone.remove(&name(&owner), Kind::A);
                    owners.remove(&owner);
                }
            }
            let found = match zone.find(name(&wanted).wire(), Kind::A) {
                Found::Records(_) => "records",
                Found::NoData => "no data",
                Found::NoName => "no name",
                Found::Alias(_) => "alias",
            };
            prop_assert_eq!(found, by_the_book(&owners, &wanted), "{} in {:?}", wanted, owners);
        }
    }
}
