//! Names and ARNs of balancers, listeners and target groups.

use rand::Rng;
use resource::{LoadBalancer, Owner};

use super::refusal::validation;
use crate::Error;

const SERVICE: &str = "elasticloadbalancing";
const MAX_NAME: usize = 32;

/// Sixteen random hexadecimal digits, the end of every ARN here.
pub fn random_suffix() -> String {
    format!("{:016x}", rand::rng().random::<u64>())
}

/// The ARN of a Network Load Balancer.
pub fn of_balancer(owner: &Owner, name: &str, suffix: &str) -> String {
    owner.arn(SERVICE, &format!("loadbalancer/net/{name}/{suffix}"))
}

/// The ARN of a listener of `balancer`.
pub fn of_listener(balancer: &LoadBalancer, suffix: &str) -> String {
    balancer.owner.arn(SERVICE, &format!("listener/net/{}/{}/{suffix}", balancer.name, balancer.id))
}

/// The ARN of a target group.
pub fn of_target_group(owner: &Owner, name: &str, suffix: &str) -> String {
    owner.arn(SERVICE, &format!("targetgroup/{name}/{suffix}"))
}

/// Checks the name of a new `what`.
///
/// # Errors
/// `ValidationError` with AWS's rule that it breaks.
pub fn check_name(what: &str, name: &str) -> Result<(), Error> {
    if name.is_empty() || name.len() > MAX_NAME {
        return Err(validation(format!("{what} name '{name}' must be between 1 and {MAX_NAME} characters long")));
    }
    if !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
        return Err(validation(format!(
            "{what} name '{name}' can only contain characters that are alphanumeric characters and hyphens(-)"
        )));
    }
    if name.starts_with('-') || name.ends_with('-') {
        return Err(validation(format!("{what} name '{name}' cannot begin or end with a hyphen(-)")));
    }
    match name.starts_with("internal-") {
        true => Err(validation(format!("{what} name '{name}' cannot begin with 'internal-'"))),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_rules_of_aws() {
        assert_eq!(check_name("Load balancer", "payments-1"), Ok(()));
        for bad in ["", "-a", "a-", "a_b", "internal-a", "0123456789012345678901234567890123"] {
            assert_eq!(check_name("Load balancer", bad).err().map(|e| e.code).as_deref(), Some("ValidationError"), "{bad}");
        }
    }
}
