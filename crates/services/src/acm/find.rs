//! Finding a certificate, who uses it, and ACM's words for what is not there.

use std::collections::BTreeSet;
use std::sync::Arc;

use resource::{Certificate, Listener, Owner, Resource};
use store::Snapshot;

use crate::Error;

/// A certificate of the caller's account and Region.
///
/// # Errors
/// `ResourceNotFoundException`.
pub fn certificate(world: &Snapshot, owner: &Owner, arn: &str) -> Result<Arc<Certificate>, Error> {
    let found = world.find::<Certificate>(arn).filter(|found| found.owner == *owner);
    found.ok_or_else(|| {
        let message = format!("Could not find certificate {arn} in account {}.", owner.account);
        Error::new("ResourceNotFoundException", message)
    })
}

/// The ARNs of the load balancers that show a certificate.
pub fn users(world: &Snapshot, arn: &str) -> BTreeSet<String> {
    world.linked::<Listener>(Certificate::KIND, arn).map(|listener| listener.balancer.clone()).collect()
}

/// `ValidationException`: the request breaks a rule of the API.
pub fn validation(message: impl Into<String>) -> Error {
    Error::new("ValidationException", message)
}
