//! `ListInstanceProfiles`.

use resource::InstanceProfile;
use serde::Deserialize;
use serde_json::Value;

use crate::iam::list::{self, Paging, below};
use crate::iam::name::global;
use crate::iam::view;
use crate::{Error, Read};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    path_prefix: Option<String>,
    marker: Option<String>,
    max_items: Option<usize>,
}

/// Lists the profiles of the account.
pub fn list_instance_profiles(cx: &Read<'_>, input: Input) -> Result<Value, Error> {
    let profiles = cx.world.owned::<InstanceProfile>(&global(cx.owner()));
    let profiles = profiles.filter(|profile| below(input.path_prefix.as_deref(), &profile.path));
    let shown = profiles.map(|profile| view::profile(cx.world, &profile)).collect();
    let paging = Paging { marker: input.marker, max_items: input.max_items };
    list::page(&paging, "InstanceProfiles", shown, |profile| profile.instance_profile_name.clone())
}
