//! Tags of users, roles, policies and instance profiles: one way for all of them.

use resource::{InstanceProfile, ManagedPolicy, Owner, Role, Tags, User};
use serde::Deserialize;
use serde_json::Value;
use store::Snapshot;

use super::find;
use super::list::{self, Paging};
use crate::operation::operation;
use crate::tags::{self, Tag};
use crate::{Error, Operation, Read, Write};

/// The operations.
pub(super) const OPERATIONS: &[Operation] = &[
    operation!(write "TagUser" tag::<User>),
    operation!(write "TagRole" tag::<Role>),
    operation!(write "TagPolicy" tag::<ManagedPolicy>),
    operation!(write "TagInstanceProfile" tag::<InstanceProfile>),
    operation!(write "UntagUser" untag::<User>),
    operation!(write "UntagRole" untag::<Role>),
    operation!(write "UntagPolicy" untag::<ManagedPolicy>),
    operation!(write "UntagInstanceProfile" untag::<InstanceProfile>),
    operation!(read "ListUserTags" list_tags::<User>),
    operation!(read "ListRoleTags" list_tags::<Role>),
    operation!(read "ListPolicyTags" list_tags::<ManagedPolicy>),
    operation!(read "ListInstanceProfileTags" list_tags::<InstanceProfile>),
];

/// What can be tagged.
trait Tagged: resource::Resource {
    /// The key of the resource that a request names, by name or by ARN.
    fn key_of(world: &Snapshot, owner: &Owner, name: &str) -> Result<String, Error>;
    fn tags(&self) -> &Tags;
    fn tags_mut(&mut self) -> &mut Tags;
}

macro_rules! tagged {
    ($($name:ident found by $find:expr;)*) => {$(
        impl Tagged for $name {
            fn key_of(world: &Snapshot, owner: &Owner, name: &str) -> Result<String, Error> {
                $find(world, owner, name).map(|found: std::sync::Arc<$name>| found.arn.clone())
            }

            fn tags(&self) -> &Tags {
                &self.tags
            }

            fn tags_mut(&mut self) -> &mut Tags {
                &mut self.tags
            }
        }
    )*};
}

tagged! {
    User found by find::named::<User>;
    Role found by find::named::<Role>;
    InstanceProfile found by find::named::<InstanceProfile>;
    ManagedPolicy found by find::policy;
}

/// What to tag, and how.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Tagging {
    #[serde(alias = "UserName", alias = "RoleName", alias = "PolicyArn", alias = "InstanceProfileName")]
    name: String,
    #[serde(rename = "Tags")]
    tags: Vec<Tag>,
}

/// What to take which tags from.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Untagging {
    #[serde(alias = "UserName", alias = "RoleName", alias = "PolicyArn", alias = "InstanceProfileName")]
    name: String,
    #[serde(rename = "TagKeys")]
    keys: Vec<String>,
}

/// Whose tags to list.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Listing {
    #[serde(alias = "UserName", alias = "RoleName", alias = "PolicyArn", alias = "InstanceProfileName")]
    name: String,
    #[serde(rename = "Marker")]
    marker: Option<String>,
    #[serde(rename = "MaxItems")]
    max_items: Option<usize>,
}

fn tag<R: Tagged>(cx: &mut Write<'_>, input: Tagging) -> Result<(), Error> {
    let key = R::key_of(cx.txn, cx.owner(), &input.name)?;
    let mut tags = cx.txn.find::<R>(&key).map(|found| found.tags().clone()).unwrap_or_default();
    tags::add(&mut tags, &input.tags)?;
    cx.txn.update::<R>(&key, |found| *found.tags_mut() = tags);
    Ok(())
}

fn untag<R: Tagged>(cx: &mut Write<'_>, input: Untagging) -> Result<(), Error> {
    let key = R::key_of(cx.txn, cx.owner(), &input.name)?;
    cx.txn.update::<R>(&key, |found| found.tags_mut().0.retain(|key, _| !input.keys.contains(key)));
    Ok(())
}

fn list_tags<R: Tagged>(cx: &Read<'_>, input: Listing) -> Result<Value, Error> {
    let key = R::key_of(cx.world, cx.owner(), &input.name)?;
    let tags = cx.world.find::<R>(&key).map(|found| tags::view(found.tags())).unwrap_or_default();
    list::page(&Paging { marker: input.marker, max_items: input.max_items }, "Tags", tags, |tag| tag.key.clone())
}
