//! `ListEntitiesForPolicy`.

use resource::{Grants, ManagedPolicy, Resource, Role, User};
use serde::Deserialize;
use serde_json::{Value, json};

use super::is_policy;
use crate::iam::find::no_such_entity;
use crate::{Error, Read};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    policy_arn: String,
    entity_filter: Option<String>,
    policy_usage_filter: Option<String>,
}

/// Lists who has a policy attached, or as boundary.
pub fn list_entities_for_policy(cx: &Read<'_>, input: Input) -> Result<Value, Error> {
    let arn = &input.policy_arn;
    if !is_policy(cx.world, cx.owner(), arn) {
        return Err(no_such_entity(format!("Policy {arn} was not found.")));
    }
    let account = &cx.owner().account;
    let wants = |kind: &str| input.entity_filter.as_deref().is_none_or(|filter| filter == kind);
    let uses = |grants: &Grants| match input.policy_usage_filter.as_deref() {
        Some("PermissionsBoundary") => grants.boundary.as_ref() == Some(arn),
        Some(_) => grants.attached.contains(arn),
        None => true,
    };
    let of_policy = |kind| wants(kind) || wants("LocalManagedPolicy") || wants("AWSManagedPolicy");
    let users = cx.world.linked::<User>(ManagedPolicy::KIND, arn);
    let users = users.filter(|user| of_policy("User") && user.owner.account == *account && uses(&user.grants));
    let roles = cx.world.linked::<Role>(ManagedPolicy::KIND, arn);
    let roles = roles.filter(|role| of_policy("Role") && role.owner.account == *account && uses(&role.grants));
    Ok(json!({
        "PolicyGroups": [],
        "PolicyUsers": users.map(|user| json!({"UserName": user.name, "UserId": user.id})).collect::<Vec<_>>(),
        "PolicyRoles": roles.map(|role| json!({"RoleName": role.name, "RoleId": role.id})).collect::<Vec<_>>(),
        "IsTruncated": false,
    }))
}
