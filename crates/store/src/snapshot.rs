//! Reading: a consistent view of everything at one revision.

use std::sync::Arc;

use resource::{Kind, Link, Owner, Resource};

use crate::Revision;
use crate::world::{Record, World};

/// Everything at one revision. Cheap to clone, never changes.
#[derive(Clone, Default)]
pub struct Snapshot {
    pub(crate) world: World,
}

impl Snapshot {
    /// The revision that it shows.
    pub fn revision(&self) -> Revision {
        self.world.revision
    }

    /// The resource with `key`.
    pub fn find<R: Resource>(&self, key: &str) -> Option<Arc<R>> {
        typed(self.world.records.get(&(R::KIND.0, key.to_owned()))?)
    }

    /// All resources of a kind, in key order.
    pub fn all<R: Resource>(&self) -> impl Iterator<Item = Arc<R>> + '_ {
        self.all_from("")
    }

    /// All resources of a kind whose key is `from` or comes after it, in key order.
    pub fn all_from<R: Resource>(&self, from: &str) -> impl Iterator<Item = Arc<R>> + '_ {
        let from = (R::KIND.0, from.to_owned());
        self.world.records.range(from..).take_while(|((kind, _), _)| *kind == R::KIND.0).filter_map(|(_, record)| typed(record))
    }

    /// All resources of a kind that `owner` has, in key order.
    pub fn owned<R: Resource>(&self, owner: &Owner) -> impl Iterator<Item = Arc<R>> + '_ {
        let (account, region) = (owner.account.clone(), owner.region.clone());
        let from = (R::KIND.0, account.clone(), region.clone(), String::new());
        self.world
            .owned
            .range(from..)
            .take_while(move |(kind, a, r, _)| *kind == R::KIND.0 && *a == account && *r == region)
            .filter_map(|(_, _, _, key)| self.find(key))
    }

    /// All resources of kind `R` that link to the resource of kind `to` with `key`: the subnets of a VPC, the interfaces of a group.
    pub fn linked<R: Resource>(&self, to: Kind, key: impl ToString) -> impl Iterator<Item = Arc<R>> + '_ {
        self.named(to.0, key)
    }

    /// All resources of kind `R` that link to a name, see [`Link::name`].
    pub fn named<R: Resource>(&self, namespace: &'static str, key: impl ToString) -> impl Iterator<Item = Arc<R>> + '_ {
        let target = Link { to: namespace, key: key.to_string() };
        let from = (target.to, target.key.clone(), R::KIND.0, String::new());
        self.world
            .linked
            .range(from..)
            .take_while(move |(to, key, kind, _)| *to == target.to && *key == target.key && *kind == R::KIND.0)
            .filter_map(|(_, _, _, key)| self.find(key))
    }

    /// How much of something is taken, see [`Resource::takes`].
    pub fn taken(&self, of: Link) -> usize {
        self.world.taken.get(&(of.to, of.key)).copied().unwrap_or(0)
    }

    /// Whether anything at all links to the resource of kind `to` with `key`.
    pub fn is_linked(&self, to: Kind, key: &str) -> bool {
        let from = (to.0, key.to_owned(), "", String::new());
        self.world.linked.range(from..).next().is_some_and(|(kind, target, _, _)| *kind == to.0 && target == key)
    }
}

fn typed<R: Resource>(record: &Record) -> Option<Arc<R>> {
    Arc::clone(&record.value).downcast().ok()
}
