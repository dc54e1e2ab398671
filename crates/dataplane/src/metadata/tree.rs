//! What instances may know about themselves: a tree of paths per instance, published per network.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::ops::Bound;
use std::sync::Arc;

use arc_swap::ArcSwap;
use bytes::Bytes;
use imbl::HashMap;

/// How far a token may travel: the IP time to live of replies that carry one, 1 to 64.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HopLimit(u8);

/// The hop limit is not between 1 and 64.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a hop limit is between 1 and 64, not {0}")]
pub struct InvalidHopLimit(u8);

impl TryFrom<u8> for HopLimit {
    type Error = InvalidHopLimit;

    fn try_from(hops: u8) -> Result<Self, InvalidHopLimit> {
        if (1..=64).contains(&hops) { Ok(Self(hops)) } else { Err(InvalidHopLimit(hops)) }
    }
}

impl HopLimit {
    pub(crate) fn ttl(self) -> u32 {
        u32::from(self.0)
    }
}

/// How an instance may ask (the metadata options of EC2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// Whether it gets any answer but 403.
    pub enabled: bool,
    /// Whether a request without a token is refused (IMDSv2 only).
    pub token_required: bool,
    /// How far a token may travel.
    pub hop_limit: HopLimit,
}

impl Default for Settings {
    /// What EC2 gives to an instance that says nothing: both versions, one hop.
    fn default() -> Self {
        Self { enabled: true, token_required: false, hop_limit: HopLimit(1) }
    }
}

/// One instance's facts.
#[derive(Debug, Clone)]
pub struct Instance {
    /// Who it is; tokens are bound to it.
    pub id: String,
    /// How it may ask.
    pub settings: Settings,
    items: BTreeMap<String, Bytes>,
}

impl Instance {
    /// An instance with items by their path below the version, without a leading slash: `meta-data/instance-id`, `user-data`.
    pub fn new<P: Into<String>, B: Into<Bytes>>(
        id: impl Into<String>,
        settings: Settings,
        items: impl IntoIterator<Item = (P, B)>,
    ) -> Self {
        let items = items.into_iter().map(|(path, body)| (path.into(), body.into())).collect();
        Self { id: id.into(), settings, items }
    }

    /// The item at `path`, or the listing of the directory there; `None` if there is neither. An item whose path ends in a
    /// slash is the listing of that directory.
    pub(crate) fn item(&self, path: &str) -> Option<Bytes> {
        let directory = path.strip_suffix('/').unwrap_or(path);
        let own = self.items.get(path).or_else(|| self.items.get(&format!("{directory}/")));
        own.cloned().or_else(|| self.listing(directory))
    }

    /// The children of a directory, one per line, directories with a final slash.
    fn listing(&self, directory: &str) -> Option<Bytes> {
        let prefix = if directory.is_empty() { String::new() } else { format!("{directory}/") };
        let mut lines: Vec<&str> = Vec::new();
        for (path, _) in self.items.range::<str, _>((Bound::Included(prefix.as_str()), Bound::Unbounded)) {
            let Some(rest) = path.strip_prefix(&prefix) else {
                break;
            };
            let child = rest.find('/').map_or(rest, |slash| &rest[..=slash]);
            if lines.last() != Some(&child) {
                lines.push(child);
            }
        }
        if lines.is_empty() { None } else { Some(lines.join("\n").into()) }
    }
}

/// The instances of one network by their address.
#[derive(Debug, Clone, Default)]
pub struct Instances {
    by_address: HashMap<Ipv4Addr, Arc<Instance>>,
}

impl Instances {
    /// Adds an instance, or replaces the one that had the address. An instance may have many addresses.
    pub fn insert(&mut self, address: Ipv4Addr, instance: Arc<Instance>) {
        self.by_address.insert(address, instance);
    }

    /// Takes the address away.
    pub fn remove(&mut self, address: Ipv4Addr) {
        self.by_address.remove(&address);
    }
}

/// The published instances of one network; clones are handles to the same.
#[derive(Debug, Clone, Default)]
pub struct Directory(Arc<ArcSwap<Instances>>);

impl Directory {
    /// Publishes `instances` in the place of what was there.
    pub fn publish(&self, instances: Instances) {
        self.0.store(Arc::new(instances));
    }

    /// A cheap copy of what is published, to change and publish again.
    pub fn instances(&self) -> Instances {
        Instances::clone(&self.0.load())
    }

    pub(crate) fn instance(&self, address: Ipv4Addr) -> Option<Arc<Instance>> {
        self.0.load().by_address.get(&address).cloned()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn instance() -> Instance {
        let items = [
            ("meta-data/ami-id", "ami-1"),
            ("meta-data/placement/region", "us-east-1"),
            ("meta-data/placement/availability-zone", "us-east-1a"),
            ("meta-data/placement-other", "x"),
            ("user-data", "#!/bin/sh"),
        ];
        Instance::new("i-1", Settings::default(), items)
    }

    #[test]
    fn a_directory_lists_its_children_once_with_a_slash_for_directories() {
        let listing = instance().item("meta-data/").unwrap();
        assert_eq!(listing, "ami-id\nplacement-other\nplacement/");
        assert_eq!(instance().item("meta-data/placement").unwrap(), "availability-zone\nregion");
        assert_eq!(instance().item("").unwrap(), "meta-data/\nuser-data");
    }

    #[test]
    fn a_directory_may_have_a_listing_of_its_own() {
        let items = [("keys/", "0=name"), ("keys/0/key", "ssh-rsa")];
        let instance = Instance::new("i-1", Settings::default(), items);
        assert_eq!(instance.item("keys").unwrap(), "0=name");
        assert_eq!(instance.item("keys/").unwrap(), "0=name");
        assert_eq!(instance.item("keys/0").unwrap(), "key");
        assert_eq!(instance.item("").unwrap(), "keys/");
    }

    #[test]
    fn a_path_that_is_neither_item_nor_directory_is_nothing() {
        for path in ["meta-data/ami", "meta-data/ami-id/x", "meta-data//", "../etc"] {
            assert_eq!(instance().item(path), None, "{path}");
        }
    }

    #[test]
    fn hop_limits_are_between_1_and_64() {
        assert!(HopLimit::try_from(64).is_ok());
        assert_eq!(HopLimit::try_from(0), Err(InvalidHopLimit(0)));
        assert!(HopLimit::try_from(65).is_err());
    }
}
