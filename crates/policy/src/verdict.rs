//! The answer and its reason, worded for people.

use std::fmt;

use crate::request::Request;

/// Allowed or denied, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// What decided.
    pub reason: Reason,
}

/// What decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// A deny statement matched.
    ExplicitDeny(StatementRef),
    /// This layer had to allow and no statement of it does.
    ImplicitDeny(Layer),
    /// This statement allows, and no layer objects.
    Allowed(StatementRef),
    /// The principal is the root of the account that owns the resource.
    AccountRoot,
}

/// Which statement: its layer, the name of its policy, its index and its `Sid`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementRef {
    /// The layer.
    pub layer: Layer,
    /// Name or ARN of the policy.
    pub policy: String,
    /// Index of the statement, from 0.
    pub index: usize,
    /// The statement's name.
    pub sid: Option<String>,
}

/// The kinds of policy that take part in a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layer {
    /// Attached to the identity or its groups.
    Identity,
    /// The most that the identity's policies can grant.
    Boundary,
    /// Passed when the session was made.
    Session,
    /// Attached to the resource.
    Resource,
    /// Attached to the VPC endpoint that the request came through.
    Endpoint,
}

/// Why a statement does not match a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mismatch {
    /// It is about someone else.
    Principal,
    /// It is about other actions.
    Action,
    /// It is about other resources.
    Resource,
    /// One of its conditions does not hold.
    Condition {
        /// The operator as written.
        operator: String,
        /// The key as written.
        key: String,
        /// The policy's values.
        wanted: Vec<String>,
        /// The request's values; empty when the key is missing.
        found: Vec<String>,
    },
}

impl Verdict {
    /// May the request go on?
    pub fn allowed(&self) -> bool {
        matches!(self.reason, Reason::Allowed(_) | Reason::AccountRoot)
    }

    /// The sentence with which AWS refuses: `User: … is not authorized to perform: … because …`. Nothing when allowed.
    pub fn refusal(&self, request: &Request) -> Option<String> {
        let action = &request.action;
        let cause = match &self.reason {
            Reason::ExplicitDeny(statement) => {
                format!("with an explicit deny in {}", article(statement.layer))
            }
            Reason::ImplicitDeny(layer) => format!("because no {layer} allows the {action} action"),
            Reason::Allowed(_) | Reason::AccountRoot => return None,
        };
        let who = request.principal.arn().unwrap_or_else(|| "anonymous".to_owned());
        let resource = &request.resource;
        Some(format!("User: {who} is not authorized to perform: {action} on resource: {resource} {cause}"))
    }
}

fn article(layer: Layer) -> String {
    match layer {
        Layer::Identity => format!("an {layer}"),
        _ => format!("a {layer}"),
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.reason {
            Reason::ExplicitDeny(statement) => write!(f, "denied by {statement}"),
            Reason::ImplicitDeny(layer) => write!(f, "denied: no {layer} allows it"),
            Reason::Allowed(statement) => write!(f, "allowed by {statement}"),
            Reason::AccountRoot => f.write_str("allowed: root of the account"),
        }
    }
}

impl fmt::Display for StatementRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "statement {}", self.index)?;
        if let Some(sid) = &self.sid {
            write!(f, " ({sid})")?;
        }
        write!(f, " of {} {}", self.layer, self.policy)
    }
}

impl fmt::Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Identity => "identity-based policy",
            Self::Boundary => "permissions boundary",
            Self::Session => "session policy",
            Self::Resource => "resource-based policy",
            Self::Endpoint => "VPC endpoint policy",
        })
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Principal => f.write_str("another principal"),
            Self::Action => f.write_str("other actions"),
            Self::Resource => f.write_str("other resources"),
            Self::Condition { operator, key, wanted, found } if found.is_empty() => {
                write!(f, "{operator} {key} wants {wanted:?}, the request has no {key}")
            }
            Self::Condition { operator, key, wanted, found } => {
                write!(f, "{operator} {key} wants {wanted:?}, the request has {found:?}")
            }
        }
    }
}
