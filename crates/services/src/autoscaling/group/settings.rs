//! The settings that creating and updating share, each checked in one place.

use resource::{DeletionProtection, Maintenance, TerminationPolicy};
use serde::Deserialize;

use super::super::refusal::{unsupported, validation};
use crate::Error;

const MIN_LIFETIME: u64 = 86_400;
const MAX_LIFETIME: u64 = 31_536_000;
const MAX_TERMINATION: usize = 10;

/// AWS's `InstanceMaintenancePolicy`; -1 in both clears it.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct MaintenancePolicy {
    min_healthy_percentage: Option<i32>,
    max_healthy_percentage: Option<i32>,
}

/// AWS's `AvailabilityZoneDistribution`.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Distribution {
    capacity_distribution_strategy: Option<String>,
}

impl Distribution {
    /// Whether instances go only where the fewest are.
    pub fn balanced_only(&self) -> bool {
        self.capacity_distribution_strategy.as_deref() == Some("balanced-only")
    }
}

impl MaintenancePolicy {
    /// What it says; none when it is to be cleared.
    ///
    /// # Errors
    /// `ValidationError` for percentages that are not AWS's.
    pub fn read(&self) -> Result<Option<Maintenance>, Error> {
        match (self.min_healthy_percentage, self.max_healthy_percentage) {
            (Some(-1), Some(-1)) => Ok(None),
            (Some(min), Some(max)) if (0..=100).contains(&min) && (100..=200).contains(&max) && max - min <= 100 => {
                Ok(Some(Maintenance { min_healthy: min.unsigned_abs(), max_healthy: max.unsigned_abs() }))
            }
            (Some(_), Some(_)) => Err(validation(
                "MinHealthyPercentage must be 0 to 100, MaxHealthyPercentage 100 to 200, and their difference at most 100.",
            )),
            _ => Err(validation("You must specify both MinHealthyPercentage and MaxHealthyPercentage.")),
        }
    }
}

/// A count of seconds or instances, which is not negative.
///
/// # Errors
/// `ValidationError`.
pub fn count(member: &str, value: i64) -> Result<u32, Error> {
    u32::try_from(value).map_err(|_| validation(format!("{member} must not be negative: {value}")))
}

/// `MaxInstanceLifetime`: none, or a day to a year.
///
/// # Errors
/// `ValidationError`.
pub fn lifetime(seconds: i64) -> Result<Option<u64>, Error> {
    match u64::try_from(seconds) {
        Ok(0) => Ok(None),
        Ok(seconds) if (MIN_LIFETIME..=MAX_LIFETIME).contains(&seconds) => Ok(Some(seconds)),
        _ => Err(validation("MaxInstanceLifetime must be 0, or between 86400 and 31536000 seconds")),
    }
}

/// `HealthCheckType`: whether the load balancer's word counts. EC2's always does.
///
/// # Errors
/// `ValidationError`; other checks are refused by name.
pub fn elb_health(text: &str) -> Result<bool, Error> {
    let mut elb = false;
    for kind in text.split(',').map(str::trim) {
        match kind {
            "EC2" => {}
            "ELB" => elb = true,
            "EBS" | "VPC_LATTICE" => return Err(unsupported(&format!("HealthCheckType={kind}"), "use EC2 or ELB")),
            other => return Err(validation(format!("Invalid HealthCheckType: {other}. Valid types are EC2, ELB"))),
        }
    }
    Ok(elb)
}

/// `TerminationPolicies`, with AWS's default for none.
///
/// # Errors
/// `ValidationError` for unknown ones; a Lambda function is refused by name.
pub fn termination(names: &[String]) -> Result<Vec<TerminationPolicy>, Error> {
    if names.is_empty() {
        return Ok(vec![TerminationPolicy::Default]);
    }
    if names.len() > MAX_TERMINATION {
        return Err(validation(format!("At most {MAX_TERMINATION} termination policies can be given")));
    }
    let parse = |name: &String| match TerminationPolicy::parse(name) {
        Some(policy) => Ok(policy),
        None if name.starts_with("arn:") => Err(unsupported("termination policies that are functions", "use AWS's own")),
        None => Err(validation(format!("Invalid termination policy: {name}"))),
    };
    names.iter().map(parse).collect()
}

/// `DeletionProtection`.
///
/// # Errors
/// `ValidationError`.
pub fn protection(text: &str) -> Result<DeletionProtection, Error> {
    match text {
        "none" => Ok(DeletionProtection::None),
        "prevent-force-deletion" => Ok(DeletionProtection::PreventForceDeletion),
        "prevent-all-deletion" => Ok(DeletionProtection::PreventAllDeletion),
        other => Err(validation(format!("Invalid DeletionProtection: {other}"))),
    }
}

/// What only means something with Spot Instances or weights: accepted where it says "no".
///
/// # Errors
/// A refusal by name.
pub fn only_plain(capacity_rebalance: bool, capacity_type: Option<&str>) -> Result<(), Error> {
    if capacity_rebalance {
        return Err(unsupported("CapacityRebalance", "there are no Spot Instances here"));
    }
    match capacity_type.filter(|kind| *kind != "units") {
        Some(other) => Err(unsupported(&format!("DesiredCapacityType={other}"), "count instances: units")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code<T: std::fmt::Debug>(result: Result<T, Error>) -> String {
        result.expect_err("it is refused").code
    }

    #[test]
    fn what_is_out_of_awss_bounds_is_refused() {
        assert_eq!(code(count("MinSize", -1)), "ValidationError");
        assert_eq!(code(lifetime(86_399)), "ValidationError");
        assert_eq!(code(termination(&["Youngest".into()])), "ValidationError");
        assert_eq!(code(elb_health("ELB,PING")), "ValidationError");
        assert_eq!(code(elb_health("EBS")), "UnsupportedOperation");
        assert_eq!(code(only_plain(true, None)), "UnsupportedOperation");
        assert_eq!(code(only_plain(false, Some("vcpu"))), "UnsupportedOperation");
        let odd = MaintenancePolicy { min_healthy_percentage: Some(50), max_healthy_percentage: Some(200) };
        assert_eq!(code(odd.read()), "ValidationError");
    }

    #[test]
    fn what_is_within_them_is_read() {
        assert_eq!((lifetime(0), lifetime(1_209_600)), (Ok(None), Ok(Some(1_209_600))));
        assert_eq!(termination(&[]), Ok(vec![TerminationPolicy::Default]));
        assert_eq!((elb_health("EC2"), elb_health("EC2,ELB")), (Ok(false), Ok(true)));
        let policy = MaintenancePolicy { min_healthy_percentage: Some(100), max_healthy_percentage: Some(110) };
        assert_eq!(policy.read(), Ok(Some(Maintenance { min_healthy: 100, max_healthy: 110 })));
    }
}
