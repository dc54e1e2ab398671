//! `GetRole`.

use resource::Role;
use serde::{Deserialize, Serialize};

use crate::iam::find;
use crate::iam::view::{self, RoleView};
use crate::{Error, Read};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    role_name: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    role: RoleView,
}

/// Shows a role.
pub fn get_role(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    Ok(Output { role: view::role(&*find::named::<Role>(cx.world, cx.owner(), &input.role_name)?) })
}
