//! A policy document as values: statements with what they are about and under which conditions.

use crate::condition::Condition;
use crate::fault::GrammarError;
use crate::grammar;
use crate::pattern::Pattern;
use crate::principal::Principal;
use crate::principals::{Named, Reach};
use crate::request::{Context, Request};
use crate::verdict::Mismatch;

/// A parsed policy document. It can only be made by [`Policy::parse`], so it always follows the grammar.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    /// The grammar's version.
    pub version: Version,
    /// The document's own `Id`.
    pub id: Option<String>,
    /// The statements in their order.
    pub statements: Vec<Statement>,
}

/// What the document is attached to, which decides the elements that it must and must not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// To an identity, or as boundary or session policy: no `Principal`, and resources are ARNs or `*`.
    Identity,
    /// To a resource or an endpoint: `Principal` is required.
    Resource,
    /// To a resource that is implied, like a role (its trust policy) or a repository: `Resource` is prohibited.
    Trust,
}

/// Version of the policy grammar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// 2008-10-17, the default: `${…}` is plain text.
    V2008,
    /// 2012-10-17: `${…}` is a variable.
    V2012,
}

/// What a statement does when it matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Allow.
    Allow,
    /// Deny, which wins over every allow.
    Deny,
}

/// One statement.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// The statement's name.
    pub sid: Option<String>,
    /// What it does when it matches.
    pub effect: Effect,
    pub(crate) principals: Option<Listed<Named>>,
    pub(crate) actions: Listed<Pattern>,
    pub(crate) resources: Option<Listed<Pattern>>,
    pub(crate) conditions: Vec<Condition>,
}

/// An element or its `Not…` form.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Listed<T> {
    Only(Vec<T>),
    AllBut(Vec<T>),
}

impl Policy {
    /// Parses a document. Its size limit is the caller's business.
    ///
    /// # Errors
    /// The first fault, with the statement and element where it is.
    pub fn parse(text: &str, kind: Kind) -> Result<Self, GrammarError> {
        grammar::parse(text, kind)
    }
}

impl Statement {
    /// Matches the request and says how it reaches the principal, or why it does not match.
    pub(crate) fn examine(&self, request: &Request) -> Result<Reach, Mismatch> {
        let reach = match &self.principals {
            None => Reach::Exact,
            Some(principals) => principals.reach(&request.principal).ok_or(Mismatch::Principal)?,
        };
        let context = &request.context;
        if !self.actions.any(|pattern| pattern.matches_any_case(&request.action, context)) {
            return Err(Mismatch::Action);
        }
        if !self.covers(&request.resource, context) {
            return Err(Mismatch::Resource);
        }
        self.conditions.iter().try_for_each(|condition| condition.check(context))?;
        Ok(reach)
    }

    fn covers(&self, resource: &str, context: &Context) -> bool {
        match &self.resources {
            None => true,
            Some(Listed::AllBut(patterns)) if !patterns.iter().all(|pattern| pattern.resolves(context)) => false,
            Some(listed) => listed.any(|pattern| pattern.matches_arn(resource, context)),
        }
    }
}

impl<T> Listed<T> {
    fn any(&self, matches: impl Fn(&T) -> bool) -> bool {
        match self {
            Self::Only(items) => items.iter().any(matches),
            Self::AllBut(items) => !items.iter().any(matches),
        }
    }
}

impl Listed<Named> {
    fn reach(&self, principal: &Principal) -> Option<Reach> {
        match self {
            Self::Only(items) => items.iter().filter_map(|named| named.reaches(principal)).max(),
            Self::AllBut(items) => items.iter().all(|named| named.reaches(principal).is_none()).then_some(Reach::Group),
        }
    }
}
