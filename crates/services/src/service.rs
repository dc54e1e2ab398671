//! Finding and performing operations: dry runs and client tokens are dealt with here, once, for all of them.

use std::collections::BTreeSet;

use resource::{RequestToken, TOKEN_LIFETIME_SECONDS, TimeScale, Timestamp};
use serde_json::Value;
use store::{Store, Txn};

use crate::continuation::Continuation;
use crate::{Caller, Error, Operation, Read, Run, Write};

/// An AWS service.
pub struct Service {
    /// Its name among the models (`ec2`, `elbv2`, …), which is also its prefix in IAM actions unless `action_prefix` says otherwise.
    pub name: &'static str,
    /// The prefix of its IAM actions (`elasticloadbalancing` for `elbv2`).
    pub action_prefix: &'static str,
    /// Its operations, a table per part of the service.
    pub operations: &'static [&'static [Operation]],
}

/// Every service that we perform operations of.
const SERVICES: &[Service] = &[
    crate::underpass::SERVICE,
    crate::acm::SERVICE,
    crate::autoscaling::SERVICE,
    crate::ec2::SERVICE,
    crate::elbv2::SERVICE,
    crate::iam::SERVICE,
    crate::sts::SERVICE,
    crate::s3::SERVICE,
    crate::route53::SERVICE,
    crate::resolver::SERVICE,
    crate::quotas::SERVICE,
];

/// All of them.
pub fn all() -> impl Iterator<Item = &'static Service> {
    SERVICES.iter()
}

/// The operation of a service, if we have it.
pub fn find(service: &str, operation: &str) -> Option<(&'static Service, &'static Operation)> {
    let service = SERVICES.iter().find(|s| s.name == service)?;
    let operation = service.operations.iter().copied().flatten().find(|o| o.name == operation)?;
    Some((service, operation))
}

/// Performs an operation on `input`, a value in the model's member names that was checked against the model. Long periods
/// pass at `scale`.
///
/// # Errors
/// AWS's error for the operation; `DryRunOperation` when a dry run would have succeeded.
pub async fn perform(
    store: &Store,
    scale: TimeScale,
    (service, operation): (&Service, &Operation),
    caller: &Caller,
    input: Value,
) -> Result<Value, Error> {
    let mut request = Request::new(service, operation, input);
    let now = Timestamp::now();
    match operation.run {
        Run::Read(run) => {
            let continuation = Continuation::of(&request.action, &caller.owner, &mut request.input);
            let mut answer = run(&Read { world: &store.snapshot(), caller, now, scale }, request.input)?;
            continuation.mark(&request.action, &mut answer);
            if request.dry_run { Err(dry_run_succeeded()) } else { Ok(answer) }
        }
        Run::Write(run) => store.write(|txn| request.write(txn, run, caller, (now, scale))).await,
    }
}

/// A request without the members that mean the same for every operation.
struct Request {
    action: String,
    input: Value,
    dry_run: bool,
    token: Option<String>,
}

impl Request {
    fn new(service: &Service, operation: &Operation, mut input: Value) -> Self {
        let mut take = |member: &str| input.as_object_mut().and_then(|members| members.remove(member));
        let dry_run = take("DryRun").is_some_and(|v| v == Value::Bool(true));
        let token = take("ClientToken").and_then(|v| v.as_str().map(str::to_owned));
        name_once(operation.run, &mut input);
        Self { action: format!("{}:{}", service.action_prefix, operation.name), input, dry_run, token }
    }

    fn write(
        &self,
        txn: &mut Txn,
        run: fn(&mut Write<'_>, Value) -> Result<Value, Error>,
        caller: &Caller,
        (now, scale): (Timestamp, TimeScale),
    ) -> Result<Value, Error> {
        if let Some(answer) = self.remembered(txn, caller, now)? {
            return if self.dry_run { Err(dry_run_succeeded()) } else { Ok(answer) };
        }
        let answer = run(&mut Write { txn, caller, now, scale, client_token: self.token.as_deref() }, self.input.clone())?;
        if self.dry_run {
            return Err(dry_run_succeeded());
        }
        if let Some(token) = &self.token {
            self.remember(txn, caller, now, token, &answer);
        }
        Ok(answer)
    }

    fn remembered(&self, txn: &Txn, caller: &Caller, now: Timestamp) -> Result<Option<Value>, Error> {
        let Some(token) = &self.token else { return Ok(None) };
        let key = RequestToken::key_of(&caller.owner, &self.action, token);
        let Some(known) = txn.find::<RequestToken>(&key) else { return Ok(None) };
        if now.millis_since(known.created) > TOKEN_LIFETIME_SECONDS * 1000 {
            return Ok(None);
        }
        let asked = self.input.to_string();
        if known.request != asked {
            let message = format!("The client token {token} was used before with other parameters; use a fresh one.");
            return Err(Error::new("IdempotentParameterMismatch", message));
        }
        serde_json::from_str(&known.answer).map(Some).map_err(Error::internal)
    }

    fn remember(&self, txn: &mut Txn, caller: &Caller, now: Timestamp, token: &str, answer: &Value) {
        txn.put(RequestToken {
            owner: caller.owner.clone(),
            operation: self.action.clone(),
            token: token.to_owned(),
            request: self.input.to_string(),
            answer: answer.to_string(),
            created: now,
        });
    }
}

/// What is named twice is meant once: everything that is asked for, and the instances that something is done to.
fn name_once(run: Run, input: &mut Value) {
    let lists = input.as_object_mut().into_iter().flatten();
    let lists = lists.filter(|(name, _)| matches!(run, Run::Read(_)) || *name == "InstanceIds");
    for list in lists.filter_map(|(_, value)| value.as_array_mut()) {
        let mut named = BTreeSet::new();
        list.retain(|value| named.insert(value.to_string()));
    }
}

fn dry_run_succeeded() -> Error {
    Error::new("DryRunOperation", "Request would have succeeded, but DryRun flag is set.").with_status(412)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::ec2::testing::Cloud;

    fn vpcs(cloud: &Cloud) -> usize {
        cloud.world().all::<resource::Vpc>().count()
    }

    fn subnet(cloud: &Cloud) -> String {
        let vpc = cloud.text("CreateVpc", json!({"CidrBlock": "10.0.0.0/16"}), "/Vpc/VpcId");
        cloud.text("CreateSubnet", json!({"VpcId": vpc, "CidrBlock": "10.0.1.0/24"}), "/Subnet/SubnetId")
    }

    #[test]
    fn a_dry_run_finds_every_fault_and_changes_nothing() {
        let cloud = Cloud::new();
        let dry = |block: &str| json!({"CidrBlock": block, "DryRun": true});
        let refused = cloud.call("CreateVpc", dry("10.0.0.0/16")).expect_err("dry runs never succeed");
        assert_eq!((refused.code.as_str(), refused.status), ("DryRunOperation", 412));
        assert_eq!(cloud.refusal("CreateVpc", dry("10.0.0.0/8")), "InvalidVpc.Range");
        assert_eq!(cloud.refusal("DescribeVpcs", json!({"DryRun": true})), "DryRunOperation");
        assert_eq!(
            cloud.refusal("DescribeVpcs", json!({"DryRun": true, "VpcIds": ["vpc-0123456789abcdef0"]})),
            "InvalidVpcID.NotFound"
        );
        assert_eq!(vpcs(&cloud), 0);
        cloud.ok("CreateVpc", json!({"CidrBlock": "10.0.0.0/16", "DryRun": false}));
    }

    #[test]
    fn a_token_stands_for_one_request_of_one_operation_of_one_account() {
        let cloud = Cloud::new();
        let subnet = subnet(&cloud);
        let request = |token: &str, text: &str| json!({"SubnetId": subnet, "Description": text, "ClientToken": token});
        let make = |token: &str, text: &str| cloud.ok("CreateNetworkInterface", request(token, text));
        let first = make("a", "one");
        assert_eq!(first["ClientToken"], "a");
        assert_eq!(make("a", "one"), first);
        assert_ne!(make("b", "one"), first);
        assert_eq!(cloud.refusal("CreateNetworkInterface", request("a", "two")), "IdempotentParameterMismatch");
        cloud.ok("CreateNatGateway", json!({"SubnetId": subnet, "ConnectivityType": "private", "ClientToken": "a"}));
        let other = cloud.account("222222222222");
        assert_eq!(other.refusal("CreateNetworkInterface", request("a", "one")), "InvalidSubnetID.NotFound");
        assert_eq!(cloud.world().all::<RequestToken>().count(), 3);
    }

    #[test]
    fn a_refused_request_and_a_dry_run_leave_their_token_free() {
        let cloud = Cloud::new();
        let subnet = subnet(&cloud);
        let at = |address: &str| json!({"SubnetId": subnet, "PrivateIpAddress": address, "ClientToken": "a"});
        assert_eq!(cloud.refusal("CreateNetworkInterface", at("10.0.1.1")), "InvalidParameterValue");
        let mut dry = at("10.0.1.9");
        dry["DryRun"] = json!(true);
        assert_eq!(cloud.refusal("CreateNetworkInterface", dry.clone()), "DryRunOperation");
        cloud.ok("CreateNetworkInterface", at("10.0.1.10"));
        dry["PrivateIpAddress"] = json!("10.0.1.10");
        assert_eq!(cloud.refusal("CreateNetworkInterface", dry), "DryRunOperation");
    }

    #[test]
    fn a_token_is_forgotten_after_a_day() {
        let cloud = Cloud::new();
        let subnet = subnet(&cloud);
        let make = || {
            cloud.text(
                "CreateNetworkInterface",
                json!({"SubnetId": subnet, "ClientToken": "a"}),
                "/NetworkInterface/NetworkInterfaceId",
            )
        };
        let age = |seconds: u64| {
            cloud.change(|txn| {
                let token = txn.all::<RequestToken>().next().expect("one was used");
                let created = Timestamp(Timestamp::now().0 - seconds * 1000);
                txn.put(RequestToken { created, ..(*token).clone() });
            });
        };
        let first = make();
        age(TOKEN_LIFETIME_SECONDS - 60);
        assert_eq!(make(), first);
        age(TOKEN_LIFETIME_SECONDS + 60);
        let second = make();
        assert_ne!(second, first);
        assert_eq!(make(), second);
    }

    #[test]
    fn what_an_operation_does_not_know_is_refused_by_name() {
        let cloud = Cloud::new();
        let refused = cloud.call("CreateVpc", json!({"CidrBlock": "10.0.0.0/16", "Ipv6Pool": "x"})).expect_err("unknown");
        assert_eq!(refused.code, "UnsupportedOperation");
        assert_eq!(refused.message, "underpass does not support CreateVpc.Ipv6Pool yet");
        let inner = json!({"Filters": [{"Name": "state", "Values": ["x"], "Colour": "red"}]});
        assert!(cloud.call("DescribeVpcs", inner).is_err_and(|error| error.message.contains("Filters.0.Colour")));
        assert_eq!(vpcs(&cloud), 0);
    }

    #[test]
    fn what_is_named_twice_is_described_once() {
        let cloud = Cloud::new();
        let vpc = cloud.text("CreateVpc", json!({"CidrBlock": "10.0.0.0/16"}), "/Vpc/VpcId");
        let group = json!({"VpcId": vpc, "GroupName": "g", "Description": "g"});
        let group = cloud.text("CreateSecurityGroup", group, "/GroupId");
        let rules = cloud.ok("DescribeSecurityGroupRules", json!({}));
        let rule = &rules["SecurityGroupRules"][0]["SecurityGroupRuleId"];
        let endpoint = json!({"VpcId": vpc, "ServiceName": "com.amazonaws.us-east-1.s3"});
        let endpoint = cloud.text("CreateVpcEndpoint", endpoint, "/VpcEndpoint/VpcEndpointId");
        for (operation, input, list) in [
            ("DescribeSecurityGroups", json!({"GroupIds": [group, group]}), "SecurityGroups"),
            ("DescribeSecurityGroupRules", json!({"SecurityGroupRuleIds": [rule, rule]}), "SecurityGroupRules"),
            ("DescribeVpcEndpoints", json!({"VpcEndpointIds": [endpoint, endpoint]}), "VpcEndpoints"),
        ] {
            let answer = cloud.ok(operation, input);
            assert_eq!(answer[list].as_array().map(Vec::len), Some(1), "{operation}: {answer}");
        }
        let targets = json!({"Name": "t", "Protocol": "TCP", "Port": 80, "VpcId": vpc, "TargetType": "ip"});
        let targets = cloud.call_in("elbv2", "CreateTargetGroup", targets).expect("a target group");
        let arn = &targets["TargetGroups"][0]["TargetGroupArn"];
        let one = json!({"Id": "10.0.0.9"});
        cloud.call_in("elbv2", "RegisterTargets", json!({"TargetGroupArn": arn, "Targets": [one]})).expect("a target");
        for (operation, input, list) in [
            ("DescribeTargetGroups", json!({"TargetGroupArns": [arn, arn]}), "TargetGroups"),
            ("DescribeTargetHealth", json!({"TargetGroupArn": arn, "Targets": [one, one]}), "TargetHealthDescriptions"),
        ] {
            let answer = cloud.call_in("elbv2", operation, input).expect("it is there");
            assert_eq!(answer[list].as_array().map(Vec::len), Some(1), "{operation}: {answer}");
        }
    }

    #[test]
    fn every_operation_is_found_once_and_is_in_the_model() {
        let models = wire::Models::new();
        for service in all() {
            let mut names: Vec<&str> = service.operations.iter().copied().flatten().map(|operation| operation.name).collect();
            assert!(names.iter().all(|name| find(service.name, name).is_some_and(|(found, _)| found.name == service.name)));
            if let Some(model) = models.service(service.name) {
                assert!(
                    names.iter().all(|name| wire::Identified::of(std::sync::Arc::clone(&model), name).is_some()),
                    "{}",
                    service.name
                );
            }
            let all = names.len();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), all, "{}", service.name);
        }
        assert!(find("ec2", "CreateTransitGateway").is_none());
        assert!(find("s4", "CreateVpc").is_none());
    }
}
