//! What a principal may do at most and at least: the policies of its identity, its boundary and its session, read from the store.

use policy::{Attached, Kind, Layers, Policy, Principal, Request, Verdict};
use resource::{AccessKey, Bearer, Grants, ManagedPolicy, Role, User};
use store::Snapshot;

use super::aws_managed;
use crate::{Caller, Error};

/// The policies that follow a principal wherever it asks for something.
#[derive(Debug, Default)]
pub struct Authority {
    identity: Vec<Named>,
    boundary: Option<Named>,
    session: Option<Vec<Named>>,
}

/// A policy under the name by which it is explained.
#[derive(Debug)]
struct Named {
    name: String,
    policy: Policy,
}

impl Authority {
    /// The authority of a caller. The root of an account needs no policies, and nobody has any.
    ///
    /// # Errors
    /// An internal error when a policy that would limit the caller is missing or unreadable: then nothing may pass.
    pub fn of(world: &Snapshot, caller: &Caller) -> Result<Self, Error> {
        match &caller.principal {
            Principal::User { arn, .. } => {
                let user = world.find::<User>(arn).ok_or_else(|| Error::internal(format!("the user {arn} is gone")))?;
                Self::granted(world, &user.grants)
            }
            Principal::AssumedRole { role_arn, .. } => {
                let role = world.find::<Role>(role_arn);
                let role = role.ok_or_else(|| Error::internal(format!("the role {role_arn} is gone")))?;
                let session = session_policy(world, caller)?;
                Ok(Self { session: session.map(|policy| vec![policy]), ..Self::granted(world, &role.grants)? })
            }
            Principal::Root { .. } | Principal::Service { .. } | Principal::Federated { .. } | Principal::Anonymous => {
                Ok(Self::default())
            }
        }
    }

    /// Its layers, to which a resource's own policy may be added.
    pub fn layers(&self) -> Layers<'_> {
        Layers {
            identity: self.identity.iter().map(Named::attached).collect(),
            boundary: self.boundary.as_ref().map(Named::attached),
            session: self.session.as_ref().map(|policies| policies.iter().map(Named::attached).collect()),
            ..Layers::default()
        }
    }

    /// Decides about a request to which no resource has something to say.
    pub fn decide(&self, request: &Request) -> Verdict {
        policy::evaluate(&self.layers(), request)
    }

    fn granted(world: &Snapshot, grants: &Grants) -> Result<Self, Error> {
        let inline = grants.inline.iter().map(|(name, document)| Named::parse(name, document));
        let attached = grants.attached.iter().map(|arn| managed(world, arn));
        let boundary = grants.boundary.as_ref().map(|arn| managed(world, arn)).transpose()?;
        Ok(Self { identity: inline.chain(attached).collect::<Result<_, _>>()?, boundary, session: None })
    }
}

impl Named {
    fn parse(name: &str, document: &str) -> Result<Self, Error> {
        let policy = Policy::parse(document, Kind::Identity);
        let policy = policy.map_err(|fault| Error::internal(format!("the policy {name} cannot be read: {fault}")))?;
        Ok(Self { name: name.to_owned(), policy })
    }

    fn attached(&self) -> Attached<'_> {
        Attached { name: &self.name, policy: &self.policy }
    }
}

/// The policy behind an ARN, of the account or of AWS, as its default version says.
fn managed(world: &Snapshot, arn: &str) -> Result<Named, Error> {
    if let Some(policy) = aws_managed::find(arn) {
        return Named::parse(arn, policy.document);
    }
    let policy = world.find::<ManagedPolicy>(arn);
    let document = policy.as_ref().and_then(|p| p.versions.iter().find(|(id, ..)| *id == p.default_version));
    let (_, document, _) = document.ok_or_else(|| Error::internal(format!("the policy {arn} is gone")))?;
    Named::parse(arn, document)
}

fn session_policy(world: &Snapshot, caller: &Caller) -> Result<Option<Named>, Error> {
    let key = caller.access_key_id.as_deref().and_then(|id| world.find::<AccessKey>(id));
    match key.as_deref().map(|key| &key.bearer) {
        Some(Bearer::Session { policy: Some(document), .. }) => Named::parse("session", document).map(Some),
        _ => Ok(None),
    }
}
