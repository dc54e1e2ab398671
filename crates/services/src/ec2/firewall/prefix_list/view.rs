//! Prefix lists and their entries as requests and answers show them.

use resource::{PrefixEntry, PrefixList};
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::ec2::cidr;
use crate::tags::{self, Tag};

/// A block and what is said about it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Entry {
    pub cidr: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// A list without its entries.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct View {
    prefix_list_id: String,
    address_family: &'static str,
    state: &'static str,
    prefix_list_arn: String,
    prefix_list_name: String,
    max_entries: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<u64>,
    tags: Vec<Tag>,
    owner_id: String,
}

/// Shows a list; `state` says what became of it. AWS's own lists have no version.
pub fn view(list: &PrefixList, state: &'static str) -> View {
    let managed = list.owner.account == "AWS";
    let account = if managed { "aws" } else { list.owner.account.as_str() };
    View {
        prefix_list_id: list.id.to_string(),
        address_family: "IPv4",
        state,
        prefix_list_arn: format!("arn:aws:ec2:{}:{account}:prefix-list/{}", list.owner.region, list.id),
        prefix_list_name: list.name.clone(),
        max_entries: list.max_entries,
        version: (!managed).then_some(list.version),
        tags: tags::view(&list.tags),
        owner_id: list.owner.account.clone(),
    }
}

/// Reads the entries of a request.
///
/// # Errors
/// `InvalidParameterValue` for a malformed block, or one that comes twice.
pub fn entries(given: &[Entry]) -> Result<Vec<PrefixEntry>, Error> {
    let mut entries: Vec<PrefixEntry> = Vec::new();
    for entry in given {
        let cidr = cidr::parse("Cidr", &entry.cidr)?;
        if entries.iter().any(|e| e.cidr == cidr) {
            return Err(Error::invalid_value(format!("The entry {cidr} appears more than once in the request")));
        }
        entries.push(PrefixEntry { cidr, description: entry.description.clone() });
    }
    Ok(entries)
}

/// Refuses the names that only AWS's lists may have.
///
/// # Errors
/// `InvalidParameterValue`.
pub fn check_name(name: &str) -> Result<(), Error> {
    match name.is_empty() || name.starts_with("com.amazonaws") {
        true => Err(Error::invalid_value(format!(
            "The prefix list name '{name}' is invalid: it may not be empty or begin with com.amazonaws."
        ))),
        false => Ok(()),
    }
}
