//! Service-linked roles: those by which AWS services act in an account (IAM User Guide, "Using service-linked roles").
//! They come with the first resource that needs them.

use resource::{Grants, Owner, Role, Tags, Timestamp};
use store::Txn;

use super::name::{arn, global, unique_id};

/// The path of all of them.
pub(crate) const PATH: &str = "/aws-service-role/";

const MAX_SESSION_SECONDS: u32 = 3600;

/// A service that acts in accounts.
pub(crate) struct Linked {
    /// Its principal, `autoscaling.amazonaws.com`.
    pub(crate) service: &'static str,
    /// The role's name.
    pub(crate) role: &'static str,
    /// The policy that says what it may do.
    pub(crate) policy: &'static str,
}

/// Auto Scaling: it launches, terminates and registers instances.
pub(crate) const AUTO_SCALING: Linked =
    Linked { service: "autoscaling.amazonaws.com", role: "AWSServiceRoleForAutoScaling", policy: "AutoScalingServiceRolePolicy" };

/// The ARN of a service's role in an account; the role is made when there is none.
pub(crate) fn ensure(txn: &mut Txn, owner: &Owner, linked: &Linked, now: Timestamp) -> String {
    let (owner, path) = (global(owner), format!("{PATH}{}/", linked.service));
    let arn = arn(&owner, "role", &path, linked.role);
    if txn.find::<Role>(&arn).is_some() {
        return arn;
    }
    let attached = vec![format!("arn:aws:iam::aws:policy{PATH}{}", linked.policy)];
    txn.put(Role {
        arn: arn.clone(),
        owner,
        id: unique_id("AROA"),
        name: linked.role.to_owned(),
        path,
        description: None,
        trust: format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"Service":"{}"}},"Action":"sts:AssumeRole"}}]}}"#,
            linked.service
        ),
        max_session: MAX_SESSION_SECONDS,
        created: now,
        grants: Grants { attached, ..Grants::default() },
        tags: Tags::default(),
    });
    arn
}
