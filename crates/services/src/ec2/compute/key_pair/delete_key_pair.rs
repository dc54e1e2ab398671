//! DeleteKeyPair: instances that trust the key go on to. A name that nobody has is no error.

use resource::KeyPair;
use serde::{Deserialize, Serialize};

use crate::{Error, Write};

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    key_name: Option<String>,
    key_pair_id: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    r#return: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_pair_id: Option<String>,
}

pub fn delete_key_pair(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let pair = match (&input.key_name, &input.key_pair_id) {
        (Some(name), None) => super::named(cx.txn, cx.owner(), name),
        (None, Some(id)) => Some(super::with_id(cx.txn, cx.owner(), id).ok_or_else(|| super::missing(id))?),
        (None, None) => return Err(Error::missing("KeyName or KeyPairId")),
        (Some(_), Some(_)) => return Err(Error::combination("Give KeyName or KeyPairId, not both.")),
    };
    if let Some(pair) = &pair {
        cx.txn.remove::<KeyPair>(&pair.id);
    }
    Ok(Output { r#return: true, key_pair_id: pair.map(|pair| pair.id.clone()) })
}
