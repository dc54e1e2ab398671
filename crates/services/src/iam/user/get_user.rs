//! `GetUser`.

use policy::Principal;
use resource::{Timestamp, User};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::iam::{find, view};
use crate::{Error, Read};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    user_name: Option<String>,
}

/// Shows a user; without a name, the caller.
pub fn get_user(cx: &Read<'_>, input: Input) -> Result<Value, Error> {
    let user = match (&input.user_name, &cx.caller.principal) {
        (Some(name), _) => find::named::<User>(cx.world, cx.owner(), name)?,
        (None, Principal::User { arn, .. }) => {
            let found = cx.world.find::<User>(arn);
            found.ok_or_else(|| find::no_such_entity(format!("The user {arn} cannot be found.")))?
        }
        (None, Principal::Root { account }) => {
            let root = json!({"Path": "/", "UserName": "root", "UserId": account, "Arn": cx.caller.arn});
            return Ok(json!({"User": with_date(root)}));
        }
        (None, _) => {
            return Err(Error::new("ValidationError", "Must specify userName when calling with non-User credentials"));
        }
    };
    Ok(json!({"User": view::user(&user)}))
}

/// The root is as old as its account, and accounts here have always been.
fn with_date(mut user: Value) -> Value {
    user["CreateDate"] = json!(Timestamp::default());
    user
}
