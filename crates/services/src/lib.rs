//! AWS operations: a folder per service, a file per operation. A handler records what is wanted in the store; it never acts.

pub mod acm;
pub mod autoscaling;
mod caller;
mod continuation;
pub mod ec2;
pub mod elbv2;
mod error;
pub mod filter;
mod guard;
pub mod iam;
mod operation;
pub mod page;
pub mod quotas;
pub mod resolver;
pub mod route53;
pub mod s3;
mod service;
pub mod sts;
pub mod tags;
pub mod underpass;

pub use caller::Caller;
pub use error::Error;
pub use guard::Guard;
pub use operation::{Operation, Read, Run, Write};
pub use service::{Service, all, find, perform};
