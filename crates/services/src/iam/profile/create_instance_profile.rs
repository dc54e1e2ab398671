//! `CreateInstanceProfile`.

use resource::{InstanceProfile, Tags};
use serde::{Deserialize, Serialize};

use crate::iam::name::{arn, free, global, path, unique_id};
use crate::iam::view::{self, ProfileView};
use crate::tags::{self, Tag};
use crate::{Error, Write};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    instance_profile_name: String,
    path: Option<String>,
    tags: Vec<Tag>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    instance_profile: ProfileView,
}

/// Makes a profile without a role.
pub fn create_instance_profile(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let (owner, path, name) = (global(cx.owner()), path(input.path), input.instance_profile_name);
    let taken: Vec<_> = cx.txn.owned::<InstanceProfile>(&owner).collect();
    let message = format!("Instance Profile {name} already exists.");
    free(&name, taken.iter().map(|profile| profile.name.as_str()), &message)?;
    let mut tags = Tags::default();
    tags::add(&mut tags, &input.tags)?;
    let arn = arn(&owner, "instance-profile", &path, &name);
    let profile = InstanceProfile { arn, owner, id: unique_id("AIPA"), name, path, role: None, created: cx.now, tags };
    cx.txn.put(profile.clone());
    Ok(Output { instance_profile: view::profile(cx.txn, &profile) })
}
