//! DescribeKeyPairs.

use std::sync::Arc;

use resource::{KeyPair, Timestamp};
use serde::{Deserialize, Serialize};

use super::openssh;
use crate::filter::{self, Field, Filter};
use crate::tags::{self, Tag};
use crate::{Error, Read};

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    key_names: Vec<String>,
    key_pair_ids: Vec<String>,
    include_public_key: bool,
    filters: Vec<Filter>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    key_pairs: Vec<View>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct View {
    key_pair_id: String,
    key_type: &'static str,
    tags: Vec<Tag>,
    #[serde(skip_serializing_if = "Option::is_none")]
    public_key: Option<String>,
    create_time: Timestamp,
    key_name: String,
    key_fingerprint: String,
}

pub fn describe_key_pairs(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    let mut pairs = Vec::new();
    for name in &input.key_names {
        pairs.push(super::named(cx.world, cx.owner(), name).ok_or_else(|| super::missing(name))?);
    }
    for id in &input.key_pair_ids {
        pairs.push(super::with_id(cx.world, cx.owner(), id).ok_or_else(|| super::missing(id))?);
    }
    if input.key_names.is_empty() && input.key_pair_ids.is_empty() {
        pairs = cx.world.owned(cx.owner()).collect();
    }
    let pairs = filter::select(&input.filters, pairs.into_iter(), field)?;
    Ok(Output { key_pairs: pairs.iter().map(|pair| view(pair, input.include_public_key)).collect() })
}

fn view(pair: &KeyPair, public: bool) -> View {
    View {
        key_pair_id: pair.id.clone(),
        key_type: if pair.public_key.starts_with(openssh::RSA) { "rsa" } else { "ed25519" },
        tags: tags::view(&pair.tags),
        public_key: public.then(|| pair.public_key.clone()),
        create_time: pair.created,
        key_name: pair.name.clone(),
        key_fingerprint: pair.fingerprint.clone(),
    }
}

fn field(filter: &str) -> Option<Field<'_, Arc<KeyPair>>> {
    let of = filter::of::<Arc<KeyPair>>();
    match filter {
        "key-pair-id" => of.one(|pair| pair.id.clone()),
        "key-name" => of.one(|pair| pair.name.clone()),
        "fingerprint" => of.one(|pair| pair.fingerprint.clone()),
        _ => of.tag(filter, |pair| &pair.tags),
    }
}
