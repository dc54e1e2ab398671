//! `UpdateRole`.

use resource::Role;
use serde::{Deserialize, Serialize};

use crate::iam::find;
use crate::{Error, Write};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    role_name: String,
    description: Option<String>,
    max_session_duration: Option<u32>,
}

#[derive(Serialize)]
pub struct Output {}

/// Changes a role's description and longest session; what is not given stays.
pub fn update_role(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let role = find::named::<Role>(cx.txn, cx.owner(), &input.role_name)?;
    cx.txn.update::<Role>(&role.arn, |role| {
        role.description = input.description.or(role.description.take());
        role.max_session = input.max_session_duration.unwrap_or(role.max_session);
    });
    Ok(Output {})
}
