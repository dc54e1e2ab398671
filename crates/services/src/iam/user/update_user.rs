//! `UpdateUser`.

use resource::{AccessKey, Bearer, Resource, User};
use serde::Deserialize;

use crate::iam::find;
use crate::iam::name::{arn, free, global};
use crate::{Error, Write};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    user_name: String,
    new_path: Option<String>,
    new_user_name: Option<String>,
}

/// Renames or moves a user, whose id, keys and policies stay.
pub fn update_user(cx: &mut Write<'_>, input: Input) -> Result<(), Error> {
    let before = find::named::<User>(cx.txn, cx.owner(), &input.user_name)?;
    let mut user = (*before).clone();
    user.path = input.new_path.unwrap_or(user.path);
    user.name = input.new_user_name.unwrap_or(user.name);
    user.arn = arn(&user.owner, "user", &user.path, &user.name);
    let others: Vec<_> = cx.txn.owned::<User>(&global(cx.owner())).filter(|other| other.id != user.id).collect();
    let message = format!("User with name {} already exists.", user.name);
    free(&user.name, others.iter().map(|other| other.name.as_str()), &message)?;
    let keys: Vec<_> = cx.txn.linked::<AccessKey>(User::KIND, &before.arn).collect();
    cx.txn.remove::<User>(&before.arn);
    keys.iter().for_each(|key| cx.txn.put(AccessKey { bearer: renamed(&key.bearer, &user.arn), ..(**key).clone() }));
    cx.txn.put(user);
    Ok(())
}

fn renamed(bearer: &Bearer, arn: &str) -> Bearer {
    match bearer.clone() {
        Bearer::User(_) => Bearer::User(arn.to_owned()),
        Bearer::UserSession { token, expires, .. } => Bearer::UserSession { user: arn.to_owned(), token, expires },
        other @ (Bearer::Session { .. } | Bearer::Process { .. }) => other,
    }
}
