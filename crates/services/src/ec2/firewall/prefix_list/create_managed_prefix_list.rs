//! CreateManagedPrefixList.

use resource::{PrefixList, PrefixListId};
use serde::{Deserialize, Serialize};

use super::view::{self, Entry, View};
use crate::tags::{self, TagSpecification};
use crate::{Error, Write};

const MOST_ENTRIES: u32 = 1000;

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    prefix_list_name: String,
    entries: Vec<Entry>,
    max_entries: u32,
    address_family: String,
    tag_specifications: Vec<TagSpecification>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    prefix_list: View,
}

pub fn create_managed_prefix_list(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    if input.address_family != "IPv4" {
        let message =
            format!("underpass does not support prefix lists of address family {} yet; use IPv4.", input.address_family);
        return Err(Error::new("UnsupportedOperation", message));
    }
    view::check_name(&input.prefix_list_name)?;
    let entries = view::entries(&input.entries)?;
    check_size(input.max_entries, entries.len())?;
    let list = PrefixList {
        id: PrefixListId::random(),
        owner: cx.owner().clone(),
        name: input.prefix_list_name,
        max_entries: input.max_entries,
        version: 1,
        entries,
        history: Vec::new(),
        tags: tags::specified(&input.tag_specifications, "prefix-list", &["prefix-list"])?,
    };
    cx.txn.put(list.clone());
    Ok(Output { prefix_list: view::view(&list, "create-complete") })
}

/// Refuses a greatest size that is out of range, or smaller than what the list holds.
///
/// # Errors
/// `InvalidParameterValue`, `PrefixListMaxEntriesExceeded`.
pub fn check_size(max_entries: u32, entries: usize) -> Result<(), Error> {
    if !(1..=MOST_ENTRIES).contains(&max_entries) {
        return Err(Error::invalid_value(format!("MaxEntries must be between 1 and {MOST_ENTRIES}.")));
    }
    match entries > max_entries as usize {
        true => Err(Error::new(
            "PrefixListMaxEntriesExceeded",
            format!("The list may hold at most {max_entries} entries; it would hold {entries}."),
        )),
        false => Ok(()),
    }
}
