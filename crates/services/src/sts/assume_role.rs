//! `AssumeRole`: the role's trust policy and, where the trust policy leaves it to the account, the caller's own policies must allow it.

use policy::{Attached, Kind, Principal, ResourcePolicy};
use resource::{Bearer, Resource, Role};
use serde::{Deserialize, Serialize};

use super::denied;
use crate::iam::secret::{Credentials, access_key, keep_session, token};
use crate::iam::{self, Authority};
use crate::{Caller, Error, Write};

const ACTION: &str = "sts:AssumeRole";
const DEFAULT_SECONDS: u32 = 3600;
/// The longest session that a session may make.
const CHAINED_SECONDS: u32 = 3600;

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    role_arn: String,
    role_session_name: String,
    policy: Option<String>,
    duration_seconds: Option<u32>,
    external_id: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    credentials: Credentials,
    assumed_role_user: AssumedRoleUser,
    #[serde(skip_serializing_if = "Option::is_none")]
    packed_policy_size: Option<usize>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct AssumedRoleUser {
    assumed_role_id: String,
    arn: String,
}

/// Makes a session of a role.
pub fn assume_role(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let role = cx.txn.find::<Role>(&input.role_arn);
    let role = role.ok_or_else(|| not_authorized(cx.caller, &input.role_arn))?;
    permit(cx, &role, &input)?;
    let seconds = duration(cx.caller, &role, input.duration_seconds)?;
    let packed_policy_size = input.policy.as_deref().map(iam::session_policy).transpose()?;
    let session =
        Principal::AssumedRole { role_arn: role.arn.clone(), role_id: role.id.clone(), session: input.role_session_name.clone() };
    let bearer = Bearer::Session {
        role: role.arn.clone(),
        name: input.role_session_name,
        token: token(),
        expires: cx.now.plus_seconds(seconds.into()),
        policy: input.policy,
    };
    let key = access_key(&role.owner, bearer, cx.now);
    let kept = keep_session(cx.txn, key, (Role::KIND, &role.arn), cx.now);
    let assumed_role_user =
        AssumedRoleUser { assumed_role_id: session.user_id().unwrap_or_default(), arn: session.arn().unwrap_or_default() };
    let credentials = kept.ok_or_else(|| Error::internal("a session has a token"))?;
    Ok(Output { credentials, assumed_role_user, packed_policy_size })
}

fn permit(cx: &Write<'_>, role: &Role, input: &Input) -> Result<(), Error> {
    let trust = iam::parse(&role.trust, Kind::Trust).map_err(Error::internal)?;
    let authority = Authority::of(cx.txn, cx.caller)?;
    let mut layers = authority.layers();
    let attached = Attached { name: "trust", policy: &trust };
    layers.resource = Some(ResourcePolicy { attached, required: true });
    let request = cx
        .caller
        .asks(ACTION, &role.arn)
        .owned_by(role.owner.account.as_str())
        .with("sts:RoleSessionName", input.role_session_name.as_str());
    let request = input.external_id.iter().fold(request, |request, id| request.with("sts:ExternalId", id.as_str()));
    match policy::evaluate(&layers, &request).allowed() {
        true => Ok(()),
        false => Err(not_authorized(cx.caller, &role.arn)),
    }
}

/// The same words for a role that does not exist and for one that does not trust the caller: names are not for probing.
fn not_authorized(caller: &Caller, role: &str) -> Error {
    denied(format!("User: {} is not authorized to perform: {ACTION} on resource: {role}", caller.arn))
}

fn duration(caller: &Caller, role: &Role, asked: Option<u32>) -> Result<u32, Error> {
    let chained = matches!(caller.principal, Principal::AssumedRole { .. });
    let seconds = asked.unwrap_or(DEFAULT_SECONDS);
    let refused = |message: &str| Err(Error::new("ValidationError", message));
    if chained && seconds > CHAINED_SECONDS {
        return refused("The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining");
    }
    if seconds > role.max_session {
        return refused("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
    }
    Ok(seconds)
}
