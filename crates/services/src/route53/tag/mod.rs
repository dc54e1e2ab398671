//! Tags of hosted zones.

use std::sync::Arc;

use resource::HostedZone;
use serde::{Deserialize, Serialize};

use super::find::{self, invalid};
use crate::operation::operation;
use crate::tags::{self, Tag};
use crate::{Error, Operation, Read, Write};

/// The operations.
pub(super) const OPERATIONS: &[Operation] = &[
    operation!(write "ChangeTagsForResource" change_tags),
    operation!(read "ListTagsForResource" list_tags),
    operation!(read "ListTagsForResources" list_tags_of_many),
];

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ChangeInput {
    resource_type: String,
    resource_id: String,
    #[serde(default)]
    add_tags: Vec<Tag>,
    #[serde(default)]
    remove_tag_keys: Vec<String>,
}

#[derive(Serialize)]
struct Nothing {}

/// Adds and removes tags of a zone.
fn change_tags(cx: &mut Write<'_>, input: ChangeInput) -> Result<Nothing, Error> {
    let mut zone = HostedZone::clone(&*tagged(&cx.read(), &input.resource_type, &input.resource_id)?);
    tags::add(&mut zone.tags, &input.add_tags).map_err(|error| invalid(error.message))?;
    zone.tags.0.retain(|key, _| !input.remove_tag_keys.contains(key));
    cx.txn.put(zone);
    Ok(Nothing {})
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct OneInput {
    resource_type: String,
    resource_id: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct OneOutput {
    resource_tag_set: TagSet,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct TagSet {
    resource_type: &'static str,
    resource_id: String,
    tags: Vec<Tag>,
}

/// Lists the tags of a zone.
fn list_tags(cx: &Read<'_>, input: OneInput) -> Result<OneOutput, Error> {
    let zone = tagged(cx, &input.resource_type, &input.resource_id)?;
    Ok(OneOutput { resource_tag_set: set(&zone) })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ManyInput {
    resource_type: String,
    resource_ids: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ManyOutput {
    resource_tag_sets: Vec<TagSet>,
}

/// Lists the tags of several zones.
fn list_tags_of_many(cx: &Read<'_>, input: ManyInput) -> Result<ManyOutput, Error> {
    let sets = input.resource_ids.iter().map(|id| tagged(cx, &input.resource_type, id).map(|zone| set(&zone)));
    Ok(ManyOutput { resource_tag_sets: sets.collect::<Result<_, _>>()? })
}

fn tagged(cx: &Read<'_>, kind: &str, id: &str) -> Result<Arc<HostedZone>, Error> {
    match kind {
        "hostedzone" => find::zone(cx.world, cx.owner(), id),
        _ => Err(Error::new("NoSuchHealthCheck", format!("No health check exists with the specified ID: {id}")).with_status(404)),
    }
}

fn set(zone: &HostedZone) -> TagSet {
    TagSet { resource_type: "hostedzone", resource_id: zone.id.clone(), tags: tags::view(&zone.tags) }
}
