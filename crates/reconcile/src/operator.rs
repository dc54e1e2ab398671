//! Acting as a person would: a domain that has to perform operations of the API is given this handle, so that permission and
//! audit are the same code for it as for everybody.

use std::pin::Pin;

use resource::Owner;
use serde_json::Value;

/// Performs operations in the name of an AWS service.
pub trait Operator: Send + Sync + 'static {
    /// Performs one operation.
    fn perform<'a>(&'a self, act: &'a Act) -> Pin<Box<dyn Future<Output = Result<Value, Refusal>> + Send + 'a>>;
}

/// An operation to perform.
#[derive(Clone, Debug, PartialEq)]
pub struct Act {
    /// In which account and Region.
    pub owner: Owner,
    /// As which role of it, by ARN.
    pub role: String,
    /// The service among the models, such as `ec2`.
    pub service: &'static str,
    /// The operation.
    pub operation: &'static str,
    /// Its input, in the model's member names.
    pub input: Value,
}

/// What was answered instead of a result.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct Refusal {
    /// AWS's code.
    pub code: String,
    /// In words.
    pub message: String,
}
