//! ModifyManagedPrefixList: entries, name or greatest size; the rules that refer to it follow at once.

use resource::{PrefixEntry, PrefixList, Resource, SecurityGroup};
use serde::{Deserialize, Serialize};

use super::create_managed_prefix_list::check_size;
use super::view::{self, Entry, View};
use crate::ec2::firewall::security_group;
use crate::{Error, Write};

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    prefix_list_id: String,
    current_version: Option<u64>,
    prefix_list_name: Option<String>,
    add_entries: Vec<Entry>,
    remove_entries: Vec<Entry>,
    max_entries: Option<u32>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    prefix_list: View,
}

pub fn modify_managed_prefix_list(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let owner = cx.owner().clone();
    let mut list = super::find(cx.txn, &owner, &input.prefix_list_id)?;
    super::check_own(&owner, &list)?;
    let changes_entries = !(input.add_entries.is_empty() && input.remove_entries.is_empty());
    if changes_entries && input.max_entries.is_some() {
        return Err(Error::combination("MaxEntries cannot be changed together with entries."));
    }
    if changes_entries {
        check_version(&list, input.current_version)?;
        list.entries = changed(&list.entries, &input)?;
        list.version += 1;
    }
    if let Some(name) = input.prefix_list_name {
        view::check_name(&name)?;
        list.name = name;
    }
    list.max_entries = input.max_entries.unwrap_or(list.max_entries);
    check_size(list.max_entries, list.entries.len())?;
    cx.txn.put(list.clone());
    for group in cx.txn.linked::<SecurityGroup>(PrefixList::KIND, &list.id) {
        security_group::check_size(cx.txn, &group)?;
    }
    Ok(Output { prefix_list: view::view(&list, "modify-complete") })
}

fn check_version(list: &PrefixList, given: Option<u64>) -> Result<(), Error> {
    match given {
        None => Err(Error::missing("CurrentVersion")),
        Some(version) if version == list.version => Ok(()),
        Some(version) => {
            let message = format!("The prefix list has version {}, not {version}.", list.version);
            Err(Error::new("PrefixListVersionMismatch", message))
        }
    }
}

/// The entries after the change: an entry that is there already gets its new description.
fn changed(entries: &[PrefixEntry], input: &Input) -> Result<Vec<PrefixEntry>, Error> {
    let (added, removed) = (view::entries(&input.add_entries)?, view::entries(&input.remove_entries)?);
    if let Some(missing) = removed.iter().find(|gone| !entries.iter().any(|entry| entry.cidr == gone.cidr)) {
        return Err(Error::invalid_value(format!("The entry {} is not in the prefix list", missing.cidr)));
    }
    let replaced = |entry: &&PrefixEntry| removed.iter().chain(&added).all(|other| other.cidr != entry.cidr);
    Ok(entries.iter().filter(replaced).cloned().chain(added.iter().cloned()).collect())
}
