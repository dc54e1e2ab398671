//! `GetInstanceProfile`.

use resource::InstanceProfile;
use serde::{Deserialize, Serialize};

use crate::iam::find;
use crate::iam::view::{self, ProfileView};
use crate::{Error, Read};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    instance_profile_name: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    instance_profile: ProfileView,
}

/// Shows a profile and its role.
pub fn get_instance_profile(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    let profile = find::named::<InstanceProfile>(cx.world, cx.owner(), &input.instance_profile_name)?;
    Ok(Output { instance_profile: view::profile(cx.world, &profile) })
}
