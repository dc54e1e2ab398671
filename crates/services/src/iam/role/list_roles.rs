//! `ListRoles`.

use resource::Role;
use serde::Deserialize;
use serde_json::Value;

use crate::iam::list::{self, Paging, below};
use crate::iam::name::global;
use crate::iam::view;
use crate::{Error, Read};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    path_prefix: Option<String>,
    marker: Option<String>,
    max_items: Option<usize>,
}

/// Lists the roles of the account.
pub fn list_roles(cx: &Read<'_>, input: Input) -> Result<Value, Error> {
    let roles = cx.world.owned::<Role>(&global(cx.owner()));
    let roles = roles.filter(|role| below(input.path_prefix.as_deref(), &role.path)).map(|role| view::role(&role));
    let paging = Paging { marker: input.marker, max_items: input.max_items };
    list::page(&paging, "Roles", roles.collect(), |role| role.role_name.clone())
}
