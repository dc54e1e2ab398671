//! Requests from inside the daemon: a part that acts for an AWS service is permitted and audited as everybody is.

use std::time::Instant;

use resource::TimeScale;
use serde_json::Value;
use services::Caller;
use store::Store;
use wire::Failure;

use crate::audit;
use crate::identity::Family;
use crate::permission::{self, Asked};
use crate::refuse;

/// Performs an operation as `caller`, who was not asked to prove who it is: it is ourselves.
///
/// # Errors
/// What somebody who asks from outside would be told.
pub async fn perform(
    store: &Store,
    scale: TimeScale,
    caller: &Caller,
    (service, operation): (&str, &str),
    input: Value,
) -> Result<Value, Failure> {
    let (begun, action) = (Instant::now(), format!("{service}:{operation}"));
    let carry = async {
        let found = services::find(service, operation);
        let (service, operation) = found.ok_or_else(|| {
            tracing::error!(action, "a part of the daemon asks for an operation that there is not");
            refuse::internal()
        })?;
        let asked = Asked { caller, service, operation, input: &input, through: None };
        permission::check(&store.snapshot(), &asked, Family::Query)?;
        services::perform(store, scale, (service, operation), caller, input).await.map_err(refuse::handler)
    };
    let outcome = carry.await;
    audit::inside(caller, &action, outcome.as_ref().err(), begun);
    outcome
}

#[cfg(test)]
mod tests {
    use policy::Principal;
    use serde_json::json;

    use super::*;

    #[tokio::test]
    async fn who_acts_inside_needs_permission_like_everybody() {
        let store = Store::in_memory();
        let root = Caller::root("111111111111", "us-east-1");
        let made = perform(&store, TimeScale::default(), &root, ("ec2", "CreateVpc"), json!({"CidrBlock": "10.0.0.0/16"}))
            .await
            .expect("root may");
        assert!(made["Vpc"]["VpcId"].is_string());
        let service = Principal::Service { name: "autoscaling.amazonaws.com".into() };
        let nobody = Caller::new(service, "111111111111", "us-east-1");
        let refused = perform(&store, TimeScale::default(), &nobody, ("ec2", "DescribeVpcs"), json!({}))
            .await
            .expect_err("nobody allowed it");
        assert_eq!((refused.code.as_str(), refused.status), ("AccessDenied", 403));
        let unknown =
            perform(&store, TimeScale::default(), &root, ("ec2", "CreateMoon"), json!({})).await.expect_err("there is none");
        assert_eq!(unknown.status, 500);
    }
}
