//! `ListPolicies`.

use resource::ManagedPolicy;
use serde::Deserialize;
use serde_json::Value;

use crate::iam::aws_managed;
use crate::iam::list::{self, Paging, below};
use crate::iam::name::global;
use crate::iam::view::{self, PolicyView};
use crate::{Error, Read};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    scope: Option<String>,
    only_attached: bool,
    path_prefix: Option<String>,
    policy_usage_filter: Option<String>,
    marker: Option<String>,
    max_items: Option<usize>,
}

/// Lists the policies of the account and those of AWS.
pub fn list_policies(cx: &Read<'_>, input: Input) -> Result<Value, Error> {
    let wants = |scope: &str| matches!(input.scope.as_deref(), None | Some("All")) || input.scope.as_deref() == Some(scope);
    let mut policies: Vec<PolicyView> = Vec::new();
    if wants("Local") {
        let own = cx.world.owned::<ManagedPolicy>(&global(cx.owner()));
        policies.extend(own.map(|policy| view::policy(cx.world, &policy)));
    }
    if wants("AWS") {
        let account = &cx.owner().account;
        policies.extend(aws_managed::all().map(|policy| view::aws_policy(cx.world, policy, account)));
    }
    policies.retain(|policy| below(input.path_prefix.as_deref(), &policy.path));
    policies.retain(|policy| match input.policy_usage_filter.as_deref() {
        Some("PermissionsBoundary") => policy.permissions_boundary_usage_count > 0,
        Some(_) => policy.attachment_count > 0,
        None => !input.only_attached || policy.attachment_count > 0,
    });
    let paging = Paging { marker: input.marker, max_items: input.max_items };
    list::page(&paging, "Policies", policies, |policy| policy.arn.clone())
}
