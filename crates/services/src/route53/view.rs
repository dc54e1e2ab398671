//! Zones as answers show them.

use resource::{HostedZone, RecordSet, Resource, escaped_name};
use serde::Serialize;
use store::Snapshot;

/// A zone.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ZoneView {
    id: String,
    name: String,
    caller_reference: String,
    config: Config,
    resource_record_set_count: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Config {
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<String>,
    private_zone: bool,
}

/// The servers of a public zone.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DelegationSet {
    name_servers: [String; 4],
}

/// Shows a zone.
pub(super) fn zone(world: &Snapshot, zone: &HostedZone) -> ZoneView {
    ZoneView {
        id: format!("/hostedzone/{}", zone.id),
        name: escaped_name(&zone.name),
        caller_reference: zone.reference.clone(),
        config: Config { comment: zone.comment.clone(), private_zone: zone.private },
        resource_record_set_count: world.linked::<RecordSet>(HostedZone::KIND, &zone.id).count(),
    }
}

/// The servers of a zone; a private one has none to delegate to.
pub(super) fn delegation(zone: &HostedZone) -> Option<DelegationSet> {
    (!zone.private).then(|| DelegationSet { name_servers: zone.name_servers() })
}
