//! What is wrong with a policy document, and where: services turn it into `MalformedPolicyDocument`,
//! `InvalidPolicyDocument` or their own code.

use std::fmt;

use thiserror::Error;

/// A document that is not a policy. `Display` gives one sentence for the caller; [`GrammarError::fault`] alone is
/// worded as IAM words it wherever IAM's wording is known.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub struct GrammarError {
    /// Index of the statement, when the fault is inside one.
    pub statement: Option<usize>,
    /// The element, as a path inside the statement or the document (`Action`, `Condition.StringLike`).
    pub element: String,
    /// What is wrong there.
    pub fault: Fault,
}

impl fmt::Display for GrammarError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.statement, self.element.as_str()) {
            (Some(index), "") => write!(f, "Statement[{index}]: ")?,
            (Some(index), element) => write!(f, "Statement[{index}].{element}: ")?,
            (None, "") => {}
            (None, element) => write!(f, "{element}: ")?,
        }
        self.fault.fmt(f)
    }
}

/// The kinds of fault.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Fault {
    /// Not JSON at all.
    #[error("Syntax errors in policy. (line {line}, column {column})")]
    NotJson {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
    /// A JSON value of the wrong type.
    #[error("Syntax errors in policy. ({expected} expected)")]
    WrongType {
        /// What would have been right.
        expected: &'static str,
    },
    /// An element that the grammar does not know.
    #[error("Syntax errors in policy. (unknown element {0})")]
    UnknownElement(String),
    /// The same element twice.
    #[error("Syntax errors in policy. (duplicate element {0})")]
    DuplicateElement(String),
    /// An element and its `Not…` form together, or a required element that is absent.
    #[error("Syntax errors in policy. (exactly one of {0} and Not{0} expected)")]
    NotExactlyOne(&'static str),
    /// A required element is absent.
    #[error("Missing required field {0}")]
    Missing(&'static str),
    /// No action in the statement.
    #[error("Policy statement must contain actions.")]
    NoActions,
    /// No resource in the statement.
    #[error("Policy statement must contain resources.")]
    NoResources,
    /// A `Version` other than 2008-10-17 and 2012-10-17.
    #[error("Syntax errors in policy. (unknown version {0})")]
    UnknownVersion(String),
    /// An `Effect` other than Allow and Deny.
    #[error("Syntax errors in policy. (Effect must be Allow or Deny, not {0})")]
    UnknownEffect(String),
    /// An action without a service prefix.
    #[error("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.")]
    NoVendor(String),
    /// A resource that is neither `*` nor an ARN.
    #[error("Resource {0} must be in ARN format or \"*\".")]
    ResourceNotArn(String),
    /// A principal in an identity policy.
    #[error("Policy document should not specify a principal.")]
    PrincipalProhibited,
    /// A resource in a trust policy.
    #[error("Has prohibited field Resource")]
    ResourceProhibited,
    /// A principal that cannot name anyone.
    #[error("Invalid principal in policy: {0}")]
    InvalidPrincipal(String),
    /// A condition operator that does not exist.
    #[error("Syntax errors in policy. (unknown condition operator {0})")]
    UnknownOperator(String),
    /// A condition value that its operator cannot read.
    #[error("Syntax errors in policy. ({value} is not a value for {operator})")]
    InvalidConditionValue {
        /// The operator as written.
        operator: String,
        /// The value as written.
        value: String,
    },
    /// A `${…}` that is not closed, is empty or has a malformed default.
    #[error("Syntax errors in policy. (malformed policy variable in {0})")]
    InvalidVariable(String),
    /// A `Sid` with characters that IAM does not accept.
    #[error("Statement IDs (SID) in a policy must be alphanumeric, not {0}")]
    InvalidSid(String),
    /// Two statements with the same `Sid`.
    #[error("Statement IDs (SID) in a single policy must be unique.")]
    DuplicateSid,
}
