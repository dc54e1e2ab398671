//! GetManagedPrefixListEntries: the blocks of a list in its present version, or a former one.

use serde::{Deserialize, Serialize};

use super::view::Entry;
use crate::page::{self, Ask};
use crate::{Error, Read};

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    prefix_list_id: String,
    target_version: Option<u64>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    entries: Vec<Entry>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

pub fn get_managed_prefix_list_entries(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    let list = super::find(cx.world, cx.owner(), &input.prefix_list_id)?;
    let version = input.target_version.unwrap_or(list.version);
    let unknown = || Error::invalid_value(format!("Prefix list {} has no version {version}; it has {}.", list.id, list.version));
    let entries = list.entries_of(version).ok_or_else(unknown)?;
    let entry = |entry: &resource::PrefixEntry| Entry { cidr: entry.cidr.to_string(), description: entry.description.clone() };
    let entries = entries.iter().map(entry).collect();
    let ask = Ask { max_results: input.max_results, token: input.next_token.as_deref() };
    let page = page::cut(ask, entries, |entry: &Entry| entry.cidr.clone())?;
    Ok(Output { entries: page.items, next_token: page.next })
}
