//! `GetAccessKeyInfo`.

use resource::AccessKey;
use serde::{Deserialize, Serialize};

use crate::{Error, Read};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    access_key_id: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    account: String,
}

/// Says to which account a key belongs.
pub fn get_access_key_info(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    let key = cx.world.find::<AccessKey>(&input.access_key_id);
    let key = key.ok_or_else(|| Error::new("ValidationError", format!("Invalid Access key: {}", input.access_key_id)))?;
    Ok(Output { account: key.owner.account.clone() })
}
