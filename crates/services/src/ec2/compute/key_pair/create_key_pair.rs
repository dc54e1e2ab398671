//! CreateKeyPair: a new pair, whose private half is in this answer and nowhere else.

use resource::{KeyPair, random_id};
use serde::{Deserialize, Serialize};

use super::generate;
use crate::tags::{self, Tag, TagSpecification};
use crate::{Error, Write};

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    key_name: String,
    key_type: Option<String>,
    key_format: Option<String>,
    tag_specifications: Vec<TagSpecification>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    key_pair_id: String,
    key_name: String,
    key_fingerprint: String,
    key_material: String,
    tags: Vec<Tag>,
}

pub fn create_key_pair(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    super::check_name(cx.txn, cx.owner(), &input.key_name)?;
    if let Some(format) = input.key_format.as_deref().filter(|format| *format != "pem") {
        return Err(Error::new(
            "UnsupportedOperation",
            format!("underpass does not support CreateKeyPair.KeyFormat={format} yet; use pem."),
        ));
    }
    let tags = tags::specified(&input.tag_specifications, "key-pair", &["key-pair"])?;
    let new = match input.key_type.as_deref() {
        None | Some("rsa") => generate::rsa()?,
        Some(_) => generate::ed25519(&input.key_name)?,
    };
    let pair = KeyPair {
        id: random_id("key-"),
        owner: cx.owner().clone(),
        public_key: new.public.line(&input.key_name),
        name: input.key_name,
        fingerprint: new.fingerprint,
        created: cx.now,
        tags,
    };
    let output = Output {
        key_pair_id: pair.id.clone(),
        key_name: pair.name.clone(),
        key_fingerprint: pair.fingerprint.clone(),
        key_material: new.material,
        tags: tags::view(&pair.tags),
    };
    cx.txn.put(pair);
    Ok(output)
}
