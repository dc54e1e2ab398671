//! IAM's evaluation logic: an explicit deny anywhere wins; then every layer that is present must agree.

use std::fmt;

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

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let effect = match self.effect {
            Effect::Allow => "allows",
            Effect::Deny => "denies",
        };
        match &self.mismatch {
            None => write!(f, "{} {effect} it", self.statement),
            Some(mismatch) => write!(f, "{} does not match: {mismatch}", self.statement),
        }
    }
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
    present.into_iter().find(|(layer, present)| *present && objects(*layer)).map(|(layer, _)| Reason::ImplicitDeny(layer))
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
        StatementRef { layer: self.layer, policy: self.policy.to_owned(), index: self.index, sid: self.statement.sid.clone() }
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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::document::Kind;

    fn policy(kind: Kind, statement: &str) -> Policy {
        Policy::parse(&format!(r#"{{"Version":"2012-10-17","Statement":{statement}}}"#), kind).unwrap()
    }

    fn alice() -> Principal {
        Principal::User { arn: "arn:aws:iam::111111111111:user/alice".into(), id: "AIDAALICE".into() }
    }

    #[test]
    fn the_layers_are_asked_from_the_outside_in() {
        let everyone = policy(Kind::Resource, r#"{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}"#);
        let everything = policy(Kind::Identity, r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#);
        let outer = Attached { name: "outer", policy: &everyone };
        let inner = Attached { name: "inner", policy: &everything };
        let layers = Layers {
            identity: vec![inner],
            boundary: Some(inner),
            session: Some(vec![inner]),
            resource: Some(ResourcePolicy { attached: outer, required: false }),
            endpoint: Some(outer),
        };
        let request = Request::new(alice(), "ec2:CreateVpc", "*");
        let asked: Vec<Layer> = explain(&layers, &request).into_iter().map(|finding| finding.statement.layer).collect();
        let expected = [Layer::Endpoint, Layer::Resource, Layer::Identity, Layer::Boundary, Layer::Session];
        assert_eq!(asked, expected);
    }

    #[test]
    fn every_statement_says_why_it_does_or_does_not_match() {
        let statements = r#"[
            {"Sid":"Read","Effect":"Allow","Action":"s3:Get*","Resource":"*"},
            {"Effect":"Allow","Action":"s3:PutObject","Resource":"arn:aws:s3:::other/*"},
            {"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"true"}}},
            {"Effect":"Deny","Action":"s3:PutObject","Resource":"*"}]"#;
        let identity = policy(Kind::Identity, statements);
        let bob = policy(
            Kind::Resource,
            r#"{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111111111111:user/bob"},"Action":"*","Resource":"*"}"#,
        );
        let layers = Layers {
            identity: vec![Attached { name: "p", policy: &identity }],
            resource: Some(ResourcePolicy { attached: Attached { name: "b", policy: &bob }, required: false }),
            ..Layers::default()
        };
        let request = Request::new(alice(), "s3:PutObject", "arn:aws:s3:::b/k");
        let told: Vec<String> = explain(&layers, &request).iter().map(ToString::to_string).collect();
        let expected = [
            "statement 0 of resource-based policy b does not match: another principal",
            "statement 0 (Read) of identity-based policy p does not match: other actions",
            "statement 1 of identity-based policy p does not match: other resources",
            "statement 2 of identity-based policy p does not match: \
             Bool aws:SecureTransport wants [\"true\"], the request has no aws:SecureTransport",
            "statement 3 of identity-based policy p denies it",
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn an_empty_session_policy_leaves_nothing() {
        let everything = policy(Kind::Identity, r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#);
        let identity = vec![Attached { name: "p", policy: &everything }];
        let layers = Layers { identity, session: Some(Vec::new()), ..Layers::default() };
        let verdict = evaluate(&layers, &Request::new(alice(), "ec2:CreateVpc", "*"));
        assert_eq!(verdict.reason, Reason::ImplicitDeny(Layer::Session));
    }
}
