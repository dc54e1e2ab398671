//! DeleteLoadBalancer: removes a balancer with its listeners and nodes; target groups stay.

use resource::{EndpointService, Listener, LoadBalancer, Resource};
use serde::{Deserialize, Serialize};

use super::super::find;
use super::node;
use crate::{Error, Write};

/// What is asked.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    load_balancer_arn: String,
}

/// Nothing.
#[derive(Serialize)]
pub struct Output {}

/// Deletes a balancer; one that does not exist is deleted already.
pub fn delete_load_balancer(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let Ok(balancer) = find::balancer(cx.txn, cx.owner(), &input.load_balancer_arn) else { return Ok(Output {}) };
    let arn = &balancer.arn;
    if balancer.flag("deletion_protection.enabled", false) {
        let message = format!("Load balancer '{arn}' cannot be deleted because deletion protection is enabled");
        return Err(Error::new("OperationNotPermitted", message));
    }
    if let Some(service) = cx.txn.linked::<EndpointService>(LoadBalancer::KIND, arn).next() {
        let message = format!(
            "Load balancer '{arn}' cannot be deleted because it is currently associated with the VPC endpoint service {}",
            service.id
        );
        return Err(Error::new("ResourceInUse", message));
    }
    let listeners: Vec<String> = find::listeners_of(cx.txn, arn).map(|listener| listener.arn.clone()).collect();
    listeners.iter().for_each(|listener| cx.txn.remove::<Listener>(listener));
    balancer.zones.iter().for_each(|zone| node::remove(cx.txn, zone));
    cx.txn.remove::<LoadBalancer>(arn);
    Ok(Output {})
}
