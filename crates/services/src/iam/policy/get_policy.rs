//! `GetPolicy`.

use serde::{Deserialize, Serialize};

use crate::iam::view::{self, PolicyView};
use crate::iam::{aws_managed, find};
use crate::{Error, Read};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    policy_arn: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    policy: PolicyView,
}

/// Shows a policy of the account or of AWS.
pub fn get_policy(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    let policy = match aws_managed::find(&input.policy_arn) {
        Some(policy) => view::aws_policy(cx.world, policy, &cx.owner().account),
        None => view::policy(cx.world, &*find::policy(cx.world, cx.owner(), &input.policy_arn)?),
    };
    Ok(Output { policy })
}
