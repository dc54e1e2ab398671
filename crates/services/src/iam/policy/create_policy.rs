//! `CreatePolicy`.

use resource::{ManagedPolicy, Tags};
use serde::{Deserialize, Serialize};

use super::check;
use crate::iam::name::{arn, free, global, path, unique_id};
use crate::iam::view::{self, PolicyView};
use crate::tags::{self, Tag};
use crate::{Error, Write};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    policy_name: String,
    path: Option<String>,
    policy_document: String,
    description: Option<String>,
    tags: Vec<Tag>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    policy: PolicyView,
}

/// Makes a policy whose first version is in force.
pub fn create_policy(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    check(&input.policy_document)?;
    let (owner, path) = (global(cx.owner()), path(input.path));
    let taken: Vec<_> = cx.txn.owned::<ManagedPolicy>(&owner).collect();
    let message = format!("A policy called {} already exists. Duplicate names are not allowed.", input.policy_name);
    free(&input.policy_name, taken.iter().map(|policy| policy.name.as_str()), &message)?;
    let mut tags = Tags::default();
    tags::add(&mut tags, &input.tags)?;
    let policy = ManagedPolicy {
        arn: arn(&owner, "policy", &path, &input.policy_name),
        owner,
        id: unique_id("ANPA"),
        name: input.policy_name,
        path,
        description: input.description,
        default_version: "v1".to_owned(),
        versions: vec![("v1".to_owned(), input.policy_document, cx.now)],
        created: cx.now,
        tags,
    };
    cx.txn.put(policy.clone());
    Ok(Output { policy: view::policy(cx.txn, &policy) })
}
