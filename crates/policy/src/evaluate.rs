//! IAM's evaluation logic: an explicit deny anywhere wins; then every layer that is present must agree.

use crate::document::{Effect, Policy, Statement};
use crate::principal::Principal;
use crate::principals::Reach;
use crate::request::Request;
use crate::verdict::{Layer, Mismatch, Reason, StatementRef, Verdict};

/// A policy with the name under which it is explained.
#[derive(Debug, Clone, Copy)]
pub struct Attached<'a> {
    /// Name or ARN.
    pub name: &'a str,
    /// The document.
    pub policy: &'a Policy,
}

/// The policies that take part. A layer that is `None` does not object; `Some` must allow.
#[derive(Debug, Clone, Default)]
pub struct Layers<'a> {
    /// Policies of the identity and its groups. No policy means no permission, except for the account's root.
    pub identity: Vec<Attached<'a>>,
    /// The permissions boundary.
    pub boundary: Option<Attached<'a>>,
    /// The session policies; they count as one.
    pub session: Option<Vec<Attached<'a>>>,
    /// The resource's own policy.
    pub resource: Option<ResourcePolicy<'a>>,
    /// The policy of the VPC endpoint that the request came through.
    pub endpoint: Option<Attached<'a>>,
}

/// A resource's own policy and its weight.
#[derive(Debug, Clone, Copy)]
pub struct ResourcePolicy<'a> {
    /// The policy.
    pub attached: Attached<'a>,
    /// It must allow even within one account, as a role's trust policy and a KMS key's policy must. Root is no exception.
    pub required: bool,
}

/// What one statement had to say about a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Which statement.
    pub statement: StatementRef,
    /// What it does when it matches.
    pub effect: Effect,
    /// Why it does not match; `None` when it does.
    pub mismatch: Option<Mismatch>,
}

/// Decides about a request.
pub fn evaluate(layers: &Layers<'_>, request: &Request) -> Verdict {
    Verdict { reason: decide(layers, request) }
}

/// What every statement of every layer says about a request, in the order in which they are asked.
pub fn explain(layers: &Layers<'_>, request: &Request) -> Vec<Finding> {
    let finding = |asked: Asked<'_>| Finding {
        statement: asked.reference(),
        effect: asked.statement.effect,
        mismatch: asked.statement.examine(request).err(),
    };
    layers.statements().map(finding).collect()
}

fn decide(layers: &Layers<'_>, request: &Request) -> Reason {
    let denies = |asked: &Asked<'_>| asked.statement.effect == Effect::Deny && asked.statement.examine(request).is_ok();
    if let Some(denied) = layers.statements().find(denies) {
        return Reason::ExplicitDeny(denied.reference());
    }
    if layers.endpoint.is_some() && grant(layers, Layer::Endpoint, request).is_none() {
        return Reason::ImplicitDeny(Layer::Endpoint);
    }
    let resource = grant(layers, Layer::Resource, request);
    if !request.within_one_account() {
        return across_accounts(layers, request, resource);
    }
    let required = layers.resource.is_some_and(|policy| policy.required);
    match resource {
        None if required => Reason::ImplicitDeny(Layer::Resource),
        Some((Reach::Exact, statement)) => Reason::Allowed(statement),
        Some((Reach::Group, statement)) => limits(layers, request).unwrap_or(Reason::Allowed(statement)),
        Some((Reach::Account, _)) | None => by_identity(layers, request),
    }
}

/// Both sides must allow; who belongs to no account has only the resource's side.
fn across_accounts(layers: &Layers<'_>, request: &Request, resource: Option<(Reach, StatementRef)>) -> Reason {
    match resource {
        None => Reason::ImplicitDeny(Layer::Resource),
        Some((_, statement)) if request.principal.account().is_none() => Reason::Allowed(statement),
        Some((_, statement)) if matches!(request.principal, Principal::Root { .. }) => Reason::Allowed(statement),
        Some(_) => by_identity(layers, request),
    }
}

fn by_identity(layers: &Layers<'_>, request: &Request) -> Reason {
    if matches!(request.principal, Principal::Root { .. }) {
        return Reason::AccountRoot;
    }
    match grant(layers, Layer::Identity, request) {
        None => Reason::ImplicitDeny(Layer::Identity),
        Some((_, statement)) => limits(layers, request).unwrap_or(Reason::Allowed(statement)),
    }
}

/// The boundary or session policy that is present and does not allow.
fn limits(layers: &Layers<'_>, request: &Request) -> Option<Reason> {
    if matches!(request.principal, Principal::Root { .. }) {
        return None;
    }
    let present = [(Layer::Boundary, layers.boundary.is_some()), (Layer::Session, layers.session.is_some())];
    let objects = |layer| grant(layers, layer, request).is_none();
    present
        .into_iter()
        .find(|(layer, present)| *present && objects(*layer))
        .map(|(layer, _)| Reason::ImplicitDeny(layer))
}

/// The allow statement of a layer that reaches the principal most exactly; the first of equals.
fn grant(layers: &Layers<'_>, layer: Layer, request: &Request) -> Option<(Reach, StatementRef)> {
    let mut best: Option<(Reach, Asked<'_>)> = None;
    for asked in layers.statements().filter(|asked| asked.layer == layer && asked.statement.effect == Effect::Allow) {
        if let Ok(reach) = asked.statement.examine(request)
            && best.as_ref().is_none_or(|(known, _)| reach > *known)
        {
            best = Some((reach, asked));
        }
    }
    best.map(|(reach, asked)| (reach, asked.reference()))
}

/// A statement on its way through the evaluation.
struct Asked<'a> {
    layer: Layer,
    policy: &'a str,
    index: usize,
    statement: &'a Statement,
}

impl Asked<'_> {
    fn reference(&self) -> StatementRef {
        StatementRef {
            layer: self.layer,
            policy: self.policy.to_owned(),
            index: self.index,
            sid: self.statement.sid.clone(),
        }
    }
}

impl<'a> Layers<'a> {
    fn statements(&self) -> impl Iterator<Item = Asked<'a>> {
        self.policies().flat_map(|(layer, attached)| {
            let asked = move |(index, statement)| Asked { layer, policy: attached.name, index, statement };
            attached.policy.statements.iter().enumerate().map(asked)
        })
    }

    fn policies(&self) -> impl Iterator<Item = (Layer, Attached<'a>)> {
        let named = |layer| move |attached: &Attached<'a>| (layer, *attached);
        let resource = self.resource.map(|policy| policy.attached);
        (self.endpoint.iter().map(named(Layer::Endpoint)))
            .chain(resource.map(|attached| (Layer::Resource, attached)))
            .chain(self.identity.iter().map(named(Layer::Identity)))
            .chain(self.boundary.iter().map(named(Layer::Boundary)))
            .chain(self.session.iter().flatten().map(named(Layer::Session)))
    }
}
