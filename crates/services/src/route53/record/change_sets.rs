//! ChangeResourceRecordSets: a batch of changes, all or nothing.

use resource::{HostedZone, RecordSet, Resource};
use serde::{Deserialize, Serialize};

use super::super::change::{self, ChangeInfo};
use super::super::find::{self, invalid};
use super::batch::{self, Action, Outcome};
use super::view::RecordSetView;
use crate::quotas;
use crate::{Error, Write};

/// How many values a batch may have, and how many characters in them; what replaces counts twice.
const VALUES: usize = 1000;
const CHARACTERS: usize = 32_000;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    hosted_zone_id: String,
    change_batch: Batch,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Batch {
    #[serde(default)]
    comment: Option<String>,
    changes: Vec<Change>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Change {
    action: String,
    resource_record_set: RecordSetView,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    change_info: ChangeInfo,
}

/// Changes records. Every fault of a batch is told at once.
pub fn change_resource_record_sets(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let zone = find::zone(cx.txn, cx.owner(), &input.hosted_zone_id)?;
    let changes: Vec<(Action, RecordSetView)> = input.change_batch.changes.into_iter().map(parse).collect::<Result<_, _>>()?;
    check_size(&changes)?;
    let outcome = batch::apply(cx.txn, &zone, &changes).map_err(refused)?;
    check_quota(cx, &zone, &outcome)?;
    outcome.removed.iter().for_each(|key| cx.txn.remove::<RecordSet>(key));
    outcome.put.into_iter().for_each(|set| cx.txn.put(set));
    Ok(Output { change_info: change::submit(cx, input.change_batch.comment) })
}

/// A zone has only so many record sets.
fn check_quota(cx: &Write<'_>, zone: &HostedZone, outcome: &Outcome) -> Result<(), Error> {
    let new = outcome.put.iter().filter(|set| cx.txn.find::<RecordSet>(&set.key()).is_none()).count();
    if new <= outcome.removed.len() {
        return Ok(());
    }
    let known = cx.txn.linked::<RecordSet>(HostedZone::KIND, &zone.id).count();
    let most = quotas::most(cx.txn, cx.owner(), &quotas::known::RECORDS);
    match known + new - outcome.removed.len() > most {
        true => Err(refused(vec![format!("The hosted zone {} may have no more than {most} record sets.", zone.id)])),
        false => Ok(()),
    }
}

fn parse(change: Change) -> Result<(Action, RecordSetView), Error> {
    let action = match change.action.as_str() {
        "CREATE" => Action::Create,
        "DELETE" => Action::Delete,
        "UPSERT" => Action::Upsert,
        other => return Err(invalid(format!("{other} is no action of a change"))),
    };
    Ok((action, change.resource_record_set))
}

fn check_size(changes: &[(Action, RecordSetView)]) -> Result<(), Error> {
    let times = |action: &Action| if *action == Action::Upsert { 2 } else { 1 };
    let records: usize = changes.iter().map(|(action, set)| times(action) * set.resource_records.len().max(1)).sum();
    let characters = |set: &RecordSetView| set.resource_records.iter().map(|record| record.value.len()).sum::<usize>();
    let characters: usize = changes.iter().map(|(action, set)| times(action) * characters(set)).sum();
    match (records > VALUES, characters > CHARACTERS) {
        (true, _) => Err(refused(vec![format!("Number of records limit of {VALUES} exceeded.")])),
        (_, true) => Err(refused(vec![format!("Number of characters limit of {CHARACTERS} exceeded.")])),
        (false, false) => Ok(()),
    }
}

/// `InvalidChangeBatch` with its list of messages.
fn refused(messages: Vec<String>) -> Error {
    Error::new("InvalidChangeBatch", format!("[{}]", messages.join(", ")))
}
