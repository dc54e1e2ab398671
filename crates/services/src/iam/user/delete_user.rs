//! `DeleteUser`.

use resource::{AccessKey, Bearer, Resource, User};
use serde::Deserialize;

use crate::iam::name::conflict;
use crate::iam::{find, grant};
use crate::{Error, Write};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    user_name: String,
}

/// Deletes a user that has neither policies nor keys left; its sessions end.
pub fn delete_user(cx: &mut Write<'_>, input: Input) -> Result<(), Error> {
    let user = find::named::<User>(cx.txn, cx.owner(), &input.user_name)?;
    let keys: Vec<_> = cx.txn.linked::<AccessKey>(User::KIND, &user.arn).collect();
    if keys.iter().any(|key| matches!(key.bearer, Bearer::User(_))) {
        return Err(conflict("Cannot delete entity, must delete access keys first."));
    }
    grant::none_left(&user.grants)?;
    keys.iter().for_each(|session| cx.txn.remove::<AccessKey>(&session.id));
    cx.txn.remove::<User>(&user.arn);
    Ok(())
}
