//! `ListInstanceProfilesForRole`.

use resource::{InstanceProfile, Resource, Role};
use serde::Deserialize;
use serde_json::Value;

use crate::iam::list::{self, Paging};
use crate::iam::{find, view};
use crate::{Error, Read};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    role_name: String,
    marker: Option<String>,
    max_items: Option<usize>,
}

/// Lists the profiles that hold a role.
pub fn list_instance_profiles_for_role(cx: &Read<'_>, input: Input) -> Result<Value, Error> {
    let role = find::named::<Role>(cx.world, cx.owner(), &input.role_name)?;
    let profiles = cx.world.linked::<InstanceProfile>(Role::KIND, &role.arn);
    let shown = profiles.map(|profile| view::profile(cx.world, &profile)).collect();
    let paging = Paging { marker: input.marker, max_items: input.max_items };
    list::page(&paging, "InstanceProfiles", shown, |profile| profile.instance_profile_name.clone())
}
