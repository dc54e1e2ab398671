//! `CreateRole`.

use resource::{Grants, Role, Tags};
use serde::{Deserialize, Serialize};

use super::check_trust;
use crate::iam::grant::boundary_of;
use crate::iam::name::{arn, free, global, path, unique_id};
use crate::iam::view::{self, RoleView};
use crate::tags::{self, Tag};
use crate::{Error, Write};

const DEFAULT_SESSION_SECONDS: u32 = 3600;

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    path: Option<String>,
    role_name: String,
    assume_role_policy_document: String,
    description: Option<String>,
    max_session_duration: Option<u32>,
    permissions_boundary: Option<String>,
    tags: Vec<Tag>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    role: RoleView,
}

/// Makes a role that may do nothing yet.
pub fn create_role(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    check_trust(&input.assume_role_policy_document)?;
    let (owner, path) = (global(cx.owner()), path(input.path));
    let taken: Vec<_> = cx.txn.owned::<Role>(&owner).collect();
    let message = format!("Role with name {} already exists.", input.role_name);
    free(&input.role_name, taken.iter().map(|role| role.name.as_str()), &message)?;
    let boundary = input.permissions_boundary.map(|arn| boundary_of(cx.txn, &owner, arn)).transpose()?;
    let mut tags = Tags::default();
    tags::add(&mut tags, &input.tags)?;
    let role = Role {
        arn: arn(&owner, "role", &path, &input.role_name),
        owner,
        id: unique_id("AROA"),
        name: input.role_name,
        path,
        description: input.description,
        trust: input.assume_role_policy_document,
        max_session: input.max_session_duration.unwrap_or(DEFAULT_SESSION_SECONDS),
        created: cx.now,
        grants: Grants { boundary, ..Grants::default() },
        tags,
    };
    cx.txn.put(role.clone());
    Ok(Output { role: view::role(&role) })
}
