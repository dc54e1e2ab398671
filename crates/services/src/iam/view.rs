//! Users, roles, policies and profiles as answers show them.

use resource::{Grants, InstanceProfile, ManagedPolicy, Resource, Role, Timestamp, User};
use serde::Serialize;
use store::Snapshot;

use super::aws_managed::AwsManaged;
use super::document::encoded;
use crate::tags::{self, Tag};

/// The permissions boundary of a user or role.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct BoundaryView {
    permissions_boundary_type: &'static str,
    permissions_boundary_arn: String,
}

/// A user.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct UserView {
    path: String,
    pub(super) user_name: String,
    user_id: String,
    arn: String,
    create_date: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    permissions_boundary: Option<BoundaryView>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<Tag>,
}

/// A role.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct RoleView {
    path: String,
    pub(super) role_name: String,
    role_id: String,
    arn: String,
    create_date: Timestamp,
    assume_role_policy_document: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    max_session_duration: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    permissions_boundary: Option<BoundaryView>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<Tag>,
}

/// A managed policy.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct PolicyView {
    pub(super) policy_name: String,
    policy_id: String,
    pub(super) arn: String,
    pub(super) path: String,
    default_version_id: String,
    pub(super) attachment_count: usize,
    pub(super) permissions_boundary_usage_count: usize,
    is_attachable: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    create_date: Timestamp,
    update_date: Timestamp,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<Tag>,
}

/// An instance profile.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ProfileView {
    path: String,
    pub(super) instance_profile_name: String,
    instance_profile_id: String,
    arn: String,
    create_date: Timestamp,
    roles: Vec<RoleView>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<Tag>,
}

fn boundary(grants: &Grants) -> Option<BoundaryView> {
    let arn = grants.boundary.clone()?;
    Some(BoundaryView { permissions_boundary_type: "Policy", permissions_boundary_arn: arn })
}

/// A user as it is shown.
pub(super) fn user(user: &User) -> UserView {
    UserView {
        path: user.path.clone(),
        user_name: user.name.clone(),
        user_id: user.id.clone(),
        arn: user.arn.clone(),
        create_date: user.created,
        permissions_boundary: boundary(&user.grants),
        tags: tags::view(&user.tags),
    }
}

/// A role as it is shown.
pub(super) fn role(role: &Role) -> RoleView {
    RoleView {
        path: role.path.clone(),
        role_name: role.name.clone(),
        role_id: role.id.clone(),
        arn: role.arn.clone(),
        create_date: role.created,
        assume_role_policy_document: encoded(&role.trust),
        description: role.description.clone(),
        max_session_duration: role.max_session,
        permissions_boundary: boundary(&role.grants),
        tags: tags::view(&role.tags),
    }
}

/// A policy of the account as it is shown.
pub(super) fn policy(world: &Snapshot, policy: &ManagedPolicy) -> PolicyView {
    let (attachments, boundaries) = uses(world, &policy.arn, &policy.owner.account);
    PolicyView {
        policy_name: policy.name.clone(),
        policy_id: policy.id.clone(),
        arn: policy.arn.clone(),
        path: policy.path.clone(),
        default_version_id: policy.default_version.clone(),
        attachment_count: attachments,
        permissions_boundary_usage_count: boundaries,
        is_attachable: true,
        description: policy.description.clone(),
        create_date: policy.created,
        update_date: policy.versions.iter().map(|(_, _, made)| *made).max().unwrap_or(policy.created),
        tags: tags::view(&policy.tags),
    }
}

/// A policy of AWS's as this account sees it.
pub(super) fn aws_policy(world: &Snapshot, policy: &AwsManaged, account: &str) -> PolicyView {
    let (attachments, boundaries) = uses(world, &policy.arn(), account);
    PolicyView {
        policy_name: policy.name.to_owned(),
        policy_id: policy.id.to_owned(),
        arn: policy.arn(),
        path: policy.path.to_owned(),
        default_version_id: "v1".to_owned(),
        attachment_count: attachments,
        permissions_boundary_usage_count: boundaries,
        is_attachable: true,
        description: None,
        create_date: Timestamp::default(),
        update_date: Timestamp::default(),
        tags: Vec::new(),
    }
}

/// An instance profile as it is shown.
pub(super) fn profile(world: &Snapshot, profile: &InstanceProfile) -> ProfileView {
    let held = profile.role.as_deref().and_then(|arn| world.find::<Role>(arn));
    ProfileView {
        path: profile.path.clone(),
        instance_profile_name: profile.name.clone(),
        instance_profile_id: profile.id.clone(),
        arn: profile.arn.clone(),
        create_date: profile.created,
        roles: held.iter().map(|held| role(held)).collect(),
        tags: tags::view(&profile.tags),
    }
}

/// How many identities of the account have a policy attached, and how many have it as their boundary.
fn uses(world: &Snapshot, arn: &str, account: &str) -> (usize, usize) {
    let users = world.linked::<User>(ManagedPolicy::KIND, arn).filter(|user| user.owner.account == account);
    let roles = world.linked::<Role>(ManagedPolicy::KIND, arn).filter(|role| role.owner.account == account);
    let grants: Vec<Grants> = users.map(|user| user.grants.clone()).chain(roles.map(|role| role.grants.clone())).collect();
    let attached = grants.iter().filter(|grants| grants.attached.iter().any(|known| known == arn));
    let bounded = grants.iter().filter(|grants| grants.boundary.as_deref() == Some(arn));
    (attached.count(), bounded.count())
}
