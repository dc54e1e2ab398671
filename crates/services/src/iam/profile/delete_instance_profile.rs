//! `DeleteInstanceProfile`.

use resource::InstanceProfile;
use serde::Deserialize;

use crate::iam::find;
use crate::iam::name::conflict;
use crate::{Error, Write};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    instance_profile_name: String,
}

/// Deletes a profile that holds no role.
pub fn delete_instance_profile(cx: &mut Write<'_>, input: Input) -> Result<(), Error> {
    let profile = find::named::<InstanceProfile>(cx.txn, cx.owner(), &input.instance_profile_name)?;
    if profile.role.is_some() {
        return Err(conflict("Cannot delete entity, must remove roles from instance profile first."));
    }
    cx.txn.remove::<InstanceProfile>(&profile.arn);
    Ok(())
}
