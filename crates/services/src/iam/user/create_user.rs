//! `CreateUser`.

use resource::{Grants, Tags, User};
use serde::{Deserialize, Serialize};

use crate::iam::grant::boundary_of;
use crate::iam::name::{arn, free, global, path, unique_id};
use crate::iam::view::{self, UserView};
use crate::tags::{self, Tag};
use crate::{Error, Write};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    path: Option<String>,
    user_name: String,
    permissions_boundary: Option<String>,
    tags: Vec<Tag>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    user: UserView,
}

/// Makes a user who may do nothing yet.
pub fn create_user(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let (owner, path) = (global(cx.owner()), path(input.path));
    let taken: Vec<_> = cx.txn.owned::<User>(&owner).collect();
    let message = format!("User with name {} already exists.", input.user_name);
    free(&input.user_name, taken.iter().map(|user| user.name.as_str()), &message)?;
    let boundary = input.permissions_boundary.map(|arn| boundary_of(cx.txn, &owner, arn)).transpose()?;
    let mut tags = Tags::default();
    tags::add(&mut tags, &input.tags)?;
    let user = User {
        arn: arn(&owner, "user", &path, &input.user_name),
        owner,
        id: unique_id("AIDA"),
        name: input.user_name,
        path,
        created: cx.now,
        grants: Grants { boundary, ..Grants::default() },
        tags,
    };
    cx.txn.put(user.clone());
    Ok(Output { user: view::user(&user) })
}
