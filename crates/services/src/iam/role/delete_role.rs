//! `DeleteRole`.

use resource::{AccessKey, InstanceProfile, Resource, Role};
use serde::Deserialize;

use crate::iam::name::conflict;
use crate::iam::{find, grant, service_linked};
use crate::{Error, Write};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    role_name: String,
}

/// Deletes a role that has no policies left and is in no instance profile; its sessions end.
pub fn delete_role(cx: &mut Write<'_>, input: Input) -> Result<(), Error> {
    let role = find::named::<Role>(cx.txn, cx.owner(), &input.role_name)?;
    if role.path.starts_with(service_linked::PATH) {
        let message = format!("Cannot perform the operation on the protected role '{}': its service still uses it.", role.name);
        return Err(Error::new("UnmodifiableEntity", message));
    }
    if cx.txn.linked::<InstanceProfile>(Role::KIND, &role.arn).next().is_some() {
        return Err(conflict("Cannot delete entity, must remove roles from instance profile first."));
    }
    grant::none_left(&role.grants)?;
    let sessions: Vec<_> = cx.txn.linked::<AccessKey>(Role::KIND, &role.arn).collect();
    sessions.iter().for_each(|session| cx.txn.remove::<AccessKey>(&session.id));
    cx.txn.remove::<Role>(&role.arn);
    Ok(())
}
