//! The balancers that a request puts behind a service.

use std::sync::Arc;

use resource::{BalancerState, EndpointService, LoadBalancer, Owner, Resource};
use store::Snapshot;

use crate::Error;

/// The caller's balancers with these ARNs, each of which may be behind `service` or none.
///
/// # Errors
/// `InvalidNetworkLoadBalancerArn.Malformed` and `.NotFound`; `InvalidParameter` for one that failed or is behind another service.
pub fn parse(world: &Snapshot, owner: &Owner, service: Option<&EndpointService>, arns: &[String]) -> Result<Vec<String>, Error> {
    let mut parsed = Vec::new();
    for arn in arns {
        let balancer = find(world, owner, arn)?;
        check(world, service, &balancer)?;
        if !parsed.contains(&balancer.arn) {
            parsed.push(balancer.arn.clone());
        }
    }
    Ok(parsed)
}

/// Checks how many balancers a service shall have.
///
/// # Errors
/// `InvalidParameter` for none.
pub fn check_number(arns: &[String]) -> Result<(), Error> {
    match arns.is_empty() {
        true => Err(Error::new("InvalidParameter", "An endpoint service must have at least one network load balancer")),
        false => Ok(()),
    }
}

fn find(world: &Snapshot, owner: &Owner, arn: &str) -> Result<Arc<LoadBalancer>, Error> {
    if !arn.starts_with("arn:aws:elasticloadbalancing:") || !arn.contains(":loadbalancer/net/") {
        let message = format!("The network load balancer ARN '{arn}' is malformed");
        return Err(Error::new("InvalidNetworkLoadBalancerArn.Malformed", message));
    }
    let found = world.find::<LoadBalancer>(arn).filter(|balancer| balancer.owner == *owner);
    found.ok_or_else(|| {
        Error::new("InvalidNetworkLoadBalancerArn.NotFound", format!("The network load balancer '{arn}' does not exist"))
    })
}

fn check(world: &Snapshot, service: Option<&EndpointService>, balancer: &LoadBalancer) -> Result<(), Error> {
    if balancer.state == BalancerState::Failed {
        return Err(Error::new("InvalidParameter", format!("The network load balancer '{}' has failed", balancer.arn)));
    }
    let mut users = world.linked::<EndpointService>(LoadBalancer::KIND, &balancer.arn);
    match users.find(|user| service.is_none_or(|service| service.id != user.id)) {
        Some(other) => {
            let message = format!(
                "The network load balancer '{}' is already associated with the endpoint service {}",
                balancer.arn, other.id
            );
            Err(Error::new("InvalidParameter", message))
        }
        None => Ok(()),
    }
}
