//! Which public zones the internet finds: those that the zone above names the servers of, and the first of a name in no other.

use std::cmp::Reverse;
use std::sync::Arc;

use resource::{HostedZone, RECORD_NAME, RecordContent, RecordSet, RecordType, ZONE_NAME};
use store::Snapshot;

/// The domain of AWS's own names.
const AMAZON: &str = "amazonaws.com";

/// Whether the internet finds a public zone: the zone that it lies in names its servers, or it lies in none and is the
/// oldest of its name, whose owner is taken to have registered it. AWS's own domain is AWS's.
pub fn is_delegated(world: &Snapshot, zone: &HostedZone) -> bool {
    let name = zone.name.trim_end_matches('.');
    if name == AMAZON || name.ends_with(&format!(".{AMAZON}")) {
        return false;
    }
    match parents(&zone.name).find_map(|parent| delegated_at(world, parent)) {
        None => oldest(world, &zone.name).is_some_and(|oldest| oldest.id == zone.id),
        Some(parent) => names_servers(world, &parent, zone),
    }
}

/// The public zone of that name that the internet finds.
fn delegated_at(world: &Snapshot, name: &str) -> Option<Arc<HostedZone>> {
    public(world, name).find(|zone| is_delegated(world, zone))
}

fn oldest(world: &Snapshot, name: &str) -> Option<Arc<HostedZone>> {
    public(world, name).max_by_key(|zone| Reverse((zone.created, zone.id.clone())))
}

fn public<'w>(world: &'w Snapshot, name: &str) -> impl Iterator<Item = Arc<HostedZone>> + 'w {
    world.named::<HostedZone>(ZONE_NAME, name).filter(|zone| !zone.private)
}

/// Whether `parent` has a record that names one of the servers of `zone`.
fn names_servers(world: &Snapshot, parent: &HostedZone, zone: &HostedZone) -> bool {
    let servers = zone.name_servers();
    let sets = world.named::<RecordSet>(RECORD_NAME, format!("{}/{}", parent.id, zone.name));
    sets.filter(|set| set.kind == RecordType::Ns).any(|set| match &set.content {
        RecordContent::Values { values, .. } => {
            values.iter().any(|value| servers.iter().any(|server| value.trim_end_matches('.').eq_ignore_ascii_case(server)))
        }
        RecordContent::Alias { .. } => false,
    })
}

/// The domains that enclose a name, the nearest first.
fn parents(name: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(parent(name), |name| parent(name))
}

fn parent(name: &str) -> Option<&str> {
    name.split_once('.').map(|(_, parent)| parent).filter(|parent| !parent.is_empty())
}

/// The public zone that answers for `name` (with its final dot) on the internet.
pub fn public_zone_of(world: &Snapshot, name: &str) -> Option<Arc<HostedZone>> {
    std::iter::once(name).chain(parents(name)).find_map(|domain| delegated_at(world, domain))
}
