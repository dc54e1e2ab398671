//! ListResourceRecordSets: the records of a zone, by their names from the last label to the first, then by type.

use std::sync::Arc;

use resource::{HostedZone, RecordSet, Resource, canonical_name, escaped_name};
use serde::{Deserialize, Serialize};

use super::super::find::{self, invalid};
use super::super::paging::{self, reversed};
use super::view::{self, RecordSetView};
use crate::{Error, Read};

const MOST: usize = 300;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    hosted_zone_id: String,
    #[serde(default)]
    start_record_name: Option<String>,
    #[serde(default)]
    start_record_type: Option<String>,
    #[serde(default)]
    start_record_identifier: Option<String>,
    #[serde(default)]
    max_items: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    resource_record_sets: Vec<RecordSetView>,
    is_truncated: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_record_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_record_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_record_identifier: Option<String>,
    max_items: String,
}

/// Lists records from a name, type and identifier on.
pub fn list_resource_record_sets(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    let zone = find::zone(cx.world, cx.owner(), &input.hosted_zone_id)?;
    let limit = paging::limit(input.max_items.as_deref(), MOST)?;
    let name = start(&input)?;
    let place_of_start = (
        name.as_deref().map(reversed).unwrap_or_default(),
        input.start_record_type.as_deref().unwrap_or_default(),
        input.start_record_identifier.as_deref().unwrap_or_default(),
    );
    let sets = cx.world.linked::<RecordSet>(HostedZone::KIND, &zone.id);
    let mut sets: Vec<Arc<RecordSet>> = sets.filter(|set| place(set) >= place_of_start).collect();
    sets.sort_by(|one, other| place(one).cmp(&place(other)));
    let next = paging::cut(&mut sets, limit);
    Ok(Output {
        resource_record_sets: sets.iter().map(|set| view::record_set(set)).collect(),
        is_truncated: next.is_some(),
        next_record_name: next.as_ref().map(|set| escaped_name(&set.name)),
        next_record_type: next.as_ref().map(|set| set.kind.as_str().to_owned()),
        next_record_identifier: next.and_then(|set| set.set.clone()),
        max_items: limit.to_string(),
    })
}

fn start(input: &Input) -> Result<Option<String>, Error> {
    if input.start_record_type.is_some() && input.start_record_name.is_none() {
        return Err(invalid("StartRecordType can be used with StartRecordName only"));
    }
    if input.start_record_identifier.is_some() && input.start_record_type.is_none() {
        return Err(invalid("StartRecordIdentifier can be used with StartRecordName and StartRecordType only"));
    }
    input.start_record_name.as_deref().map(canonical_name).transpose().map_err(invalid)
}

fn place(set: &Arc<RecordSet>) -> (Vec<&str>, &str, &str) {
    (reversed(&set.name), set.kind.as_str(), set.set.as_deref().unwrap_or_default())
}
