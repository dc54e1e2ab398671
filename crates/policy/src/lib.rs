//! Decides allow or deny from AWS policy documents and the facts of a request, purely, and says why.
//! No I/O and no AWS service shapes: text and facts go in, a [`Verdict`] that prints comes out.

mod condition;
mod document;
mod evaluate;
mod fault;
mod grammar;
mod json;
mod outlook;
mod pattern;
mod principal;
mod principals;
mod request;
mod verdict;

pub use document::{Effect, Kind, Policy, Statement, Version};
pub use evaluate::{Attached, Finding, Layers, ResourcePolicy, evaluate, explain};
pub use fault::{Fault, GrammarError};
pub use outlook::{Known, Outlook};
pub use principal::Principal;
pub use request::{Context, Request};
pub use verdict::{Layer, Mismatch, Reason, StatementRef, Verdict};
