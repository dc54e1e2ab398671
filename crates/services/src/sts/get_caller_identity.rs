//! `GetCallerIdentity`.

use serde::{Deserialize, Serialize};

use crate::{Error, Read};

#[derive(Deserialize)]
pub struct Input {}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    user_id: String,
    account: String,
    arn: String,
}

/// Says who asks.
pub fn get_caller_identity(cx: &Read<'_>, _: Input) -> Result<Output, Error> {
    let caller = cx.caller;
    Ok(Output { user_id: caller.user_id.clone(), account: caller.owner.account.clone(), arn: caller.arn.clone() })
}
