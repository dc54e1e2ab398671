//! Managed prefix lists (VPC User Guide, "Managed prefix lists").

use ipnet::Ipv4Net;
use serde::{Deserialize, Serialize};

use crate::{Kind, Link, Owner, PrefixListId, Resource, Tags};

/// A named list of blocks that groups and routes refer to. AWS's own lists belong to account `AWS`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PrefixList {
    /// Its id.
    pub id: PrefixListId,
    /// Who owns it.
    pub owner: Owner,
    /// Its name.
    pub name: String,
    /// How many rules or routes a reference to it counts as.
    pub max_entries: u32,
    /// Begins at 1 and grows with each change.
    pub version: u64,
    /// Its blocks and what is said about each.
    pub entries: Vec<PrefixEntry>,
    /// The blocks of its former versions.
    #[serde(default)]
    pub history: Vec<(u64, Vec<PrefixEntry>)>,
    /// Its tags.
    pub tags: Tags,
}

/// One block of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrefixEntry {
    /// The block.
    pub cidr: Ipv4Net,
    /// What the user wrote about it.
    pub description: Option<String>,
}

impl PrefixList {
    /// The blocks of a version; none when there never was one.
    pub fn entries_of(&self, version: u64) -> Option<&[PrefixEntry]> {
        if version == self.version {
            return Some(&self.entries);
        }
        self.history.iter().find(|(number, _)| *number == version).map(|(_, entries)| entries.as_slice())
    }

    /// Gives it other blocks, as a new version.
    pub fn succeed(&mut self, entries: Vec<PrefixEntry>) {
        self.history.push((self.version, std::mem::replace(&mut self.entries, entries)));
        self.version += 1;
    }
}

impl Resource for PrefixList {
    const KIND: Kind = Kind("prefix-list");

    fn key(&self) -> String {
        self.id.to_string()
    }

    fn owner(&self) -> Option<&Owner> {
        Some(&self.owner)
    }

    fn links(&self) -> Vec<Link> {
        vec![Link::name("prefix-list-name", &self.name)]
    }
}
