//! What makes a value a resource: a kind, a key, an owner and the links by which others find it.

use serde::{Serialize, de::DeserializeOwned};

use crate::Owner;

/// A kind of resource; its text is the stable prefix under which the store keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Kind(pub &'static str);

/// A pointer from one resource to something that others look it up by: another resource's key, or a name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Link {
    /// What is pointed at: a kind's text, or a namespace of names such as `public-ip`.
    pub to: &'static str,
    /// The key there.
    pub key: String,
}

impl Link {
    /// A link to the resource of `kind` with `key`.
    pub fn to(kind: Kind, key: impl ToString) -> Self {
        Self { to: kind.0, key: key.to_string() }
    }

    /// A link to a name in a namespace of names that are not resources themselves.
    pub fn name(namespace: &'static str, key: impl ToString) -> Self {
        Self { to: namespace, key: key.to_string() }
    }
}

/// Something that exists, is kept durably and can be watched.
pub trait Resource: Serialize + DeserializeOwned + Clone + Send + Sync + PartialEq + 'static {
    /// The kind, unique among all resources and never renamed.
    const KIND: Kind;

    /// Unique among the resources of this kind.
    fn key(&self) -> String;

    /// The account and Region that own it; none for what belongs to the whole installation.
    fn owner(&self) -> Option<&Owner>;

    /// What this resource points at. The store indexes links, so `who points at X` is one look-up.
    fn links(&self) -> Vec<Link> {
        Vec::new()
    }

    /// What this resource takes a share of, and how much: an interface takes addresses of its subnet. The store keeps the
    /// sums, so "how much of X is taken" is one look-up too.
    fn takes(&self) -> Option<(Link, usize)> {
        None
    }
}
