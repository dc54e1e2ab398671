//! `ListUsers`.

use resource::User;
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

/// Lists the users of the account.
pub fn list_users(cx: &Read<'_>, input: Input) -> Result<Value, Error> {
    let users = cx.world.owned::<User>(&global(cx.owner()));
    let users = users.filter(|user| below(input.path_prefix.as_deref(), &user.path)).map(|user| view::user(&user));
    let paging = Paging { marker: input.marker, max_items: input.max_items };
    list::page(&paging, "Users", users.collect(), |user| user.user_name.clone())
}
