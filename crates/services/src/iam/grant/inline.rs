//! `Put`, `Get`, `List` and `Delete` of a user's or role's own policies.

use policy::Kind;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Grantee;
use crate::iam::document::{encoded, parse, size};
use crate::iam::find::{named, no_such_entity};
use crate::iam::list::{self, Paging};
use crate::{Error, Read, Write};

/// A policy of an identity.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Named {
    #[serde(alias = "UserName", alias = "RoleName")]
    name: String,
    #[serde(rename = "PolicyName")]
    policy: String,
}

/// A policy of an identity with its document.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Document {
    #[serde(alias = "UserName", alias = "RoleName")]
    name: String,
    #[serde(rename = "PolicyName")]
    policy: String,
    #[serde(rename = "PolicyDocument")]
    document: String,
}

/// The policies of an identity.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct All {
    #[serde(alias = "UserName", alias = "RoleName")]
    name: String,
    #[serde(rename = "Marker")]
    marker: Option<String>,
    #[serde(rename = "MaxItems")]
    max_items: Option<usize>,
}

/// Gives a policy to an identity, in place of one of the same name.
pub fn put<R: Grantee>(cx: &mut Write<'_>, input: Document) -> Result<(), Error> {
    let identity = named::<R>(cx.txn, cx.owner(), &input.name)?;
    parse(&input.document, Kind::Identity)?;
    let others = identity.grants().inline.iter().filter(|(name, _)| **name != input.policy);
    let whole = others.map(|(_, document)| size(document)).sum::<usize>() + size(&input.document);
    if whole > R::INLINE_SIZE {
        let message = format!("Maximum policy size of {} bytes exceeded for {} {}", R::INLINE_SIZE, R::NOUN, input.name);
        return Err(Error::new("LimitExceeded", message).with_status(409));
    }
    cx.txn.update::<R>(identity.arn(), |identity| {
        identity.grants_mut().inline.insert(input.policy, input.document);
    });
    Ok(())
}

/// Shows a policy of an identity.
pub fn show<R: Grantee>(cx: &Read<'_>, input: Named) -> Result<Value, Error> {
    let identity = named::<R>(cx.world, cx.owner(), &input.name)?;
    let document = identity.grants().inline.get(&input.policy).ok_or_else(|| missing::<R>(&input.policy))?;
    Ok(json!({R::MEMBER: input.name, "PolicyName": input.policy, "PolicyDocument": encoded(document)}))
}

/// Lists the names of an identity's own policies.
pub fn list<R: Grantee>(cx: &Read<'_>, input: All) -> Result<Value, Error> {
    let identity = named::<R>(cx.world, cx.owner(), &input.name)?;
    let names: Vec<String> = identity.grants().inline.keys().cloned().collect();
    list::page(&Paging { marker: input.marker, max_items: input.max_items }, "PolicyNames", names, String::clone)
}

/// Takes a policy from an identity.
pub fn delete<R: Grantee>(cx: &mut Write<'_>, input: Named) -> Result<(), Error> {
    let identity = named::<R>(cx.txn, cx.owner(), &input.name)?;
    if !identity.grants().inline.contains_key(&input.policy) {
        return Err(missing::<R>(&input.policy));
    }
    cx.txn.update::<R>(identity.arn(), |identity| {
        identity.grants_mut().inline.remove(&input.policy);
    });
    Ok(())
}

fn missing<R: Grantee>(policy: &str) -> Error {
    no_such_entity(format!("The {} policy with name {policy} cannot be found.", R::NOUN))
}
