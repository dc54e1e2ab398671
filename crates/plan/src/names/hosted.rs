//! Names in hosted zones: of public zones that the internet knows, and of private zones in their VPCs.

use std::sync::Arc;

use resource::{HostedZone, RECORD_NAME, RecordSet, RecordType, Vpc};
use store::Snapshot;

use super::entry::{Content, Entry, Scope};

/// What the record sets of a type at a name of a zone come to, for each who sees the zone.
pub(super) fn of_records(world: &Snapshot, zone: &str, name: &str, kind: RecordType) -> Vec<Entry> {
    let Some(zone) = world.find::<HostedZone>(zone) else { return Vec::new() };
    let sets = world.named::<RecordSet>(RECORD_NAME, format!("{}/{name}", zone.id)).filter(|set| set.kind == kind);
    let mut sets: Vec<Arc<RecordSet>> = sets.collect();
    sets.sort_by(|one, other| one.set.cmp(&other.set));
    let sets = crate::answering(world, sets);
    if sets.is_empty() {
        return Vec::new();
    }
    let entry = |scope| Entry::name(scope, &zone.name, name, Content::Sets(kind, sets.clone()));
    scopes(world, &zone).into_iter().map(entry).collect()
}

/// Who sees a zone: VPCs whose DNS attributes are on, or everybody.
fn scopes(world: &Snapshot, zone: &HostedZone) -> Vec<Scope> {
    if !zone.private {
        return Vec::from_iter(crate::is_delegated(world, zone).then_some(Scope::Public));
    }
    let vpcs = zone.vpcs.iter().filter_map(|association| world.find::<Vpc>(association.vpc.as_str()));
    let naming = vpcs.filter(|vpc| vpc.has_host_names());
    naming.map(|vpc| Scope::Private(vpc.id.clone())).collect()
}
