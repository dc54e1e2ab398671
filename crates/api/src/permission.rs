//! Whether the caller may do what it asks for: its policies are asked about every resource that the request names.

use resource::{AccessKey, Bearer};
use serde_json::Value;
use services::iam::Authority;
use services::{Caller, Guard, Operation, Service};
use store::Snapshot;
use wire::Failure;

use crate::arrival::Through;
use crate::identity::Family;
use crate::{facts, refuse, subject};

/// Operations that AWS lets every authenticated caller perform, whatever its policies say.
const FREE: [&str; 2] = ["sts:GetCallerIdentity", "sts:GetSessionToken"];
/// Operations that decide about permission themselves, because a resource's own policy has a say.
const OWN_DECISION: [&str; 1] = ["sts:AssumeRole"];

/// A request on its way to a handler.
pub(crate) struct Asked<'a> {
    /// Who asks.
    pub(crate) caller: &'a Caller,
    /// What for.
    pub(crate) service: &'a Service,
    /// The operation.
    pub(crate) operation: &'a Operation,
    /// With which input.
    pub(crate) input: &'a Value,
    /// The VPC endpoint that it came through.
    pub(crate) through: Option<&'a Through>,
}

/// Lets the request pass, or says as AWS does who may not do what to which resource and why.
pub(crate) fn check(world: &Snapshot, asked: &Asked<'_>, family: Family) -> Result<(), Failure> {
    let action = asked.action();
    let denied = |sentence: String| refuse::denied(family, &sentence);
    limited_session(world, asked).map_err(denied)?;
    let requests = requests(world, asked, &action);
    if let Some(guard) = asked.through.map(|through| Guard::of(world, &through.endpoint)).transpose().map_err(denied)?.flatten() {
        requests.iter().find_map(|request| guard.refusal(request)).map_or(Ok(()), |sentence| Err(denied(sentence)))?;
    }
    if FREE.contains(&action.as_str()) || OWN_DECISION.contains(&action.as_str()) {
        return Ok(());
    }
    let authority = Authority::of(world, asked.caller).map_err(refuse::handler)?;
    if asked.service.name == "s3" {
        let permitted = services::s3::permit(world, asked.caller, &authority, asked.operation.name, asked.input);
        return permitted.map_err(refuse::handler);
    }
    let refusal = requests.iter().find_map(|request| authority.decide(request).refusal(request));
    refusal.map_or(Ok(()), |sentence| Err(denied(sentence)))
}

/// Every question that the request puts to policies.
fn requests(world: &Snapshot, asked: &Asked<'_>, action: &str) -> Vec<policy::Request> {
    if asked.service.name == "s3" {
        return services::s3::requests(world, asked.caller, asked.operation.name, asked.input);
    }
    let resources = subject::resources(asked.service.name, asked.operation.name, asked.input, &asked.caller.owner);
    resources.iter().map(|resource| facts::with_tags(asked.caller.asks(action, resource), asked.input)).collect()
}

impl Asked<'_> {
    /// `ec2:CreateVpc`.
    fn action(&self) -> String {
        format!("{}:{}", self.service.action_prefix, self.operation.name)
    }
}

/// Credentials of GetSessionToken open neither IAM nor, but for two operations, STS (IAM User Guide, "Compare STS credentials").
fn limited_session(world: &Snapshot, asked: &Asked<'_>) -> Result<(), String> {
    let key = asked.caller.access_key_id.as_deref().and_then(|id| world.find::<AccessKey>(id));
    let limited = key.is_some_and(|key| matches!(key.bearer, Bearer::UserSession { .. }));
    let allowed = match asked.service.name {
        "iam" => false,
        "sts" => ["GetCallerIdentity", "AssumeRole"].contains(&asked.operation.name),
        _ => true,
    };
    match limited && !allowed {
        true => Err(format!("Cannot call {} with session credentials", asked.operation.name)),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use policy::Principal;
    use resource::{GLOBAL, Grants, Owner, Tags, Timestamp, User};
    use serde_json::json;
    use store::{Store, StoreError};

    const ALICE: &str = "arn:aws:iam::111111111111:user/alice";

    /// What alice, who has one inline policy, is told.
    async fn told(statement: &str, service: &str, operation: &str, input: Value) -> Result<(), Failure> {
        let store = Store::in_memory();
        let document = format!(r#"{{"Version":"2012-10-17","Statement":{statement}}}"#);
        let put = store.write(|txn| {
            txn.put(User {
                arn: ALICE.into(),
                owner: Owner::new("111111111111", GLOBAL),
                id: "AIDAALICE".into(),
                name: "alice".into(),
                path: "/".into(),
                created: Timestamp(0),
                grants: Grants { inline: [("p".to_owned(), document.clone())].into(), ..Grants::default() },
                tags: Tags::default(),
            });
            Ok::<_, StoreError>(())
        });
        put.await.expect("memory takes every write");
        let principal = Principal::User { arn: ALICE.into(), id: "AIDAALICE".into() };
        let mut caller = Caller::new(principal, "111111111111", "us-east-1");
        caller.facts.push(("aws:SourceIp", "127.0.0.1".to_owned()));
        let (service, operation) = services::find(service, operation).expect("it exists");
        let asked = Asked { caller: &caller, service, operation, input: &input, through: None };
        check(&store.snapshot(), &asked, Family::Ec2)
    }

    #[tokio::test]
    async fn a_user_may_do_what_its_policy_allows_and_nothing_else() {
        let statement = r#"{"Effect":"Allow","Action":"ec2:Describe*","Resource":"*"}"#;
        assert_eq!(told(statement, "ec2", "DescribeVpcs", json!({})).await, Ok(()));
        let denied = told(statement, "ec2", "CreateVpc", json!({"CidrBlock": "10.0.0.0/16"})).await;
        let failure = denied.expect_err("only Describe is allowed");
        assert_eq!(failure.code, "UnauthorizedOperation");
        let expected = "You are not authorized to perform this operation. User: arn:aws:iam::111111111111:user/alice is not \
                        authorized to perform: ec2:CreateVpc on resource: arn:aws:ec2:us-east-1:111111111111:vpc/* because \
                        no identity-based policy allows the ec2:CreateVpc action";
        assert_eq!(failure.message, expected);
    }

    #[tokio::test]
    async fn a_deny_on_one_resource_stops_a_request_that_names_it() {
        let one = "arn:aws:ec2:us-east-1:111111111111:vpc/vpc-0123456789abcdef0";
        let statement = format!(
            r#"[{{"Effect":"Allow","Action":"*","Resource":"*"}},{{"Effect":"Deny","Action":"ec2:DeleteVpc","Resource":"{one}"}}]"#
        );
        let delete = |id: &str| told(&statement, "ec2", "DeleteVpc", json!({"VpcId": id}));
        assert!(delete("vpc-0123456789abcdef0").await.is_err());
        assert_eq!(delete("vpc-0123456789abcdef1").await, Ok(()));
    }

    #[tokio::test]
    async fn the_place_of_a_request_is_a_condition() {
        let from = |net: &str| {
            format!(r#"{{"Effect":"Allow","Action":"*","Resource":"*","Condition":{{"IpAddress":{{"aws:SourceIp":"{net}"}}}}}}"#)
        };
        assert_eq!(told(&from("127.0.0.0/8"), "ec2", "DescribeVpcs", json!({})).await, Ok(()));
        assert!(told(&from("10.0.0.0/8"), "ec2", "DescribeVpcs", json!({})).await.is_err());
    }
}
