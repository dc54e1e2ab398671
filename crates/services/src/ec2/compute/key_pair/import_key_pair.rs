//! ImportKeyPair: the public half of a pair that the user made.

use base64::{Engine, engine::general_purpose::STANDARD};
use resource::{KeyPair, random_id};
use serde::{Deserialize, Serialize};

use super::openssh::PublicKey;
use crate::tags::{self, Tag, TagSpecification};
use crate::{Error, Write};

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    key_name: String,
    public_key_material: String,
    tag_specifications: Vec<TagSpecification>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    key_pair_id: String,
    key_name: String,
    key_fingerprint: String,
    tags: Vec<Tag>,
}

pub fn import_key_pair(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    super::check_name(cx.txn, cx.owner(), &input.key_name)?;
    let public = read(&input.public_key_material).ok_or_else(|| {
        Error::new("InvalidKey.Format", "Key is not in valid OpenSSH public key format (ssh-ed25519 or ssh-rsa)")
    })?;
    let pair = KeyPair {
        id: random_id("key-"),
        owner: cx.owner().clone(),
        public_key: public.line(&input.key_name),
        fingerprint: public.fingerprint(),
        created: cx.now,
        tags: tags::specified(&input.tag_specifications, "key-pair", &["key-pair"])?,
        name: input.key_name,
    };
    let output = Output {
        key_pair_id: pair.id.clone(),
        key_name: pair.name.clone(),
        key_fingerprint: pair.fingerprint.clone(),
        tags: tags::view(&pair.tags),
    };
    cx.txn.put(pair);
    Ok(output)
}

/// The model's blob is the text of the key file.
fn read(blob: &str) -> Option<PublicKey> {
    let text = String::from_utf8(STANDARD.decode(blob).ok()?).ok()?;
    PublicKey::parse(&text)
}
