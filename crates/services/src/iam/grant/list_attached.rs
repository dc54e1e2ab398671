//! `ListAttachedUserPolicies` and `ListAttachedRolePolicies`.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Grantee, policy_name};
use crate::iam::find::named;
use crate::iam::list::{self, Paging, below};
use crate::{Error, Read};

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Input {
    #[serde(alias = "UserName", alias = "RoleName")]
    name: String,
    #[serde(rename = "PathPrefix")]
    path_prefix: Option<String>,
    #[serde(rename = "Marker")]
    marker: Option<String>,
    #[serde(rename = "MaxItems")]
    max_items: Option<usize>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Attached {
    policy_name: String,
    policy_arn: String,
}

/// Lists the policies that are attached to an identity.
pub fn list_attached<R: Grantee>(cx: &Read<'_>, input: Input) -> Result<Value, Error> {
    let identity = named::<R>(cx.world, cx.owner(), &input.name)?;
    let is_below = |arn: &&String| {
        let (_, path) = arn.split_once(":policy").unwrap_or(("", "/"));
        below(input.path_prefix.as_deref(), path)
    };
    let attached = identity.grants().attached.iter().filter(is_below);
    let attached = attached.map(|arn| Attached { policy_name: policy_name(cx.world, arn), policy_arn: arn.clone() });
    let paging = Paging { marker: input.marker, max_items: input.max_items };
    list::page(&paging, "AttachedPolicies", attached.collect(), |policy| policy.policy_arn.clone())
}
