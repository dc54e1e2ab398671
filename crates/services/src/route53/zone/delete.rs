//! DeleteHostedZone: refused while it has records that it was not born with.

use resource::{HostedZone, RecordSet, RecordType, Resource};
use serde::{Deserialize, Serialize};

use super::super::change::{self, ChangeInfo};
use super::super::find;
use crate::{Error, Write};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    id: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    change_info: ChangeInfo,
}

/// Removes a zone.
pub fn delete_hosted_zone(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let zone = find::zone(cx.txn, cx.owner(), &input.id)?;
    let sets: Vec<_> = cx.txn.linked::<RecordSet>(HostedZone::KIND, &zone.id).collect();
    let born = |set: &RecordSet| set.name == zone.name && matches!(set.kind, RecordType::Ns | RecordType::Soa);
    if let Some(own) = sets.iter().find(|set| !born(set)) {
        let message = format!(
            "The specified hosted zone contains non-required resource record sets and so cannot be deleted: {} {}",
            own.name,
            own.kind.as_str()
        );
        return Err(Error::new("HostedZoneNotEmpty", message));
    }
    sets.iter().for_each(|set| cx.txn.remove::<RecordSet>(&set.key()));
    cx.txn.remove::<HostedZone>(&zone.id);
    Ok(Output { change_info: change::submit(cx, None) })
}
