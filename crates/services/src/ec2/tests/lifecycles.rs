//! Whatever is asked in whatever order, connections, instances, groups and ACLs go only from states to states that AWS knows.

use std::collections::BTreeMap;

use proptest::prelude::*;
use resource::{BUILT_IN_IMAGE, EndpointState, Instance, InstanceState, VpcEndpoint};
use serde_json::{Value, json};

use crate::ec2::testing::Cloud;
use crate::elbv2::tests::site::{Site, text};

#[derive(Clone, Copy, Debug)]
enum Step {
    Accept,
    Reject,
    Modify,
    Delete,
    Settle,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        Just(Step::Accept),
        Just(Step::Reject),
        Just(Step::Modify),
        Just(Step::Delete),
        Just(Step::Settle),
        Just(Step::Settle)
    ]
}

/// A service of one account, and an endpoint of another to it.
struct Connection {
    provider: Site,
    consumer: Site,
    service: String,
    endpoint: String,
}

impl Connection {
    fn new(acceptance_required: bool) -> Self {
        let provider = Site::new();
        let consumer = Site::within(provider.cloud.account("222222222222"));
        let service = json!({"NetworkLoadBalancerArns": [provider.balancer("web")], "AcceptanceRequired": acceptance_required});
        let service = provider.cloud.ok("CreateVpcEndpointServiceConfiguration", service)["ServiceConfiguration"].clone();
        let id = text(&service, "/ServiceId");
        let all = json!({"ServiceId": id, "AddAllowedPrincipals": ["*"]});
        provider.cloud.ok("ModifyVpcEndpointServicePermissions", all);
        let endpoint = json!({
            "VpcId": consumer.vpc, "ServiceName": service["ServiceName"], "VpcEndpointType": "Interface",
            "SubnetIds": [consumer.subnets[0]],
        });
        let endpoint = consumer.cloud.text("CreateVpcEndpoint", endpoint, "/VpcEndpoint/VpcEndpointId");
        Self { provider, consumer, service: id, endpoint }
    }

    /// The state that the consumer and the provider see; none when it is gone.
    fn state(&self) -> Option<String> {
        let theirs = self.consumer.cloud.ok("DescribeVpcEndpoints", json!({}))["VpcEndpoints"][0]["State"].clone();
        let ours = self.provider.cloud.ok("DescribeVpcEndpointConnections", json!({}));
        assert_eq!(theirs, ours["VpcEndpointConnections"][0]["VpcEndpointState"], "both sides see one state");
        theirs.as_str().map(str::to_owned)
    }

    /// Does a step; whether it was done.
    fn take(&self, step: Step) -> bool {
        let decide = |operation: &str| {
            let input = json!({"ServiceId": self.service, "VpcEndpointIds": [self.endpoint]});
            self.provider.cloud.ok(operation, input)["Unsuccessful"] == json!([])
        };
        let world = self.consumer.cloud.world();
        match step {
            Step::Accept => decide("AcceptVpcEndpointConnections"),
            Step::Reject => decide("RejectVpcEndpointConnections"),
            Step::Modify => {
                let other = &self.consumer.subnets[1];
                let has =
                    world.find::<VpcEndpoint>(&self.endpoint).is_some_and(|e| e.subnets.iter().any(|id| id.as_str() == other));
                let member = if has { "RemoveSubnetIds" } else { "AddSubnetIds" };
                self.consumer.cloud.call("ModifyVpcEndpoint", json!({"VpcEndpointId": self.endpoint, member: [other]})).is_ok()
            }
            Step::Delete => {
                let gone = json!({"VpcEndpointIds": [self.endpoint]});
                self.consumer.cloud.ok("DeleteVpcEndpoints", gone)["Unsuccessful"] == json!([])
            }
            Step::Settle => {
                self.provider.settle();
                self.consumer.cloud.change(|txn| {
                    let endpoint = txn.find::<VpcEndpoint>(&self.endpoint).filter(|e| e.state == EndpointState::Deleting);
                    if endpoint.is_some() {
                        txn.remove::<VpcEndpoint>(&self.endpoint);
                    }
                });
                true
            }
        }
    }
}

/// The state after a step and whether the step is done, by the specification.
fn connection_after(state: Option<&str>, step: Step) -> (Option<&'static str>, bool) {
    let known = ["pendingAcceptance", "pending", "available", "rejected", "deleting"];
    let same = state.and_then(|state| known.into_iter().find(|known| *known == state));
    match (step, same) {
        (Step::Settle, Some("pending")) => (Some("available"), true),
        (Step::Settle, Some("deleting")) => (None, true),
        (Step::Settle, _) => (same, true),
        (_, None) => (None, false),
        (Step::Delete, Some(_)) => (Some("deleting"), true),
        (_, Some("deleting")) => (same, false),
        (Step::Accept, Some("pendingAcceptance" | "rejected")) => (Some("pending"), true),
        (Step::Accept, Some(_)) => (same, true),
        (Step::Reject, Some("rejected")) => (same, false),
        (Step::Reject, Some(_)) => (Some("rejected"), true),
        (Step::Modify, Some("available")) => (Some("pending"), true),
        (Step::Modify, Some(_)) => (same, true),
    }
}

/// The state after an operation on an instance; none when the operation is refused.
fn instance_after(state: InstanceState, operation: &str) -> Option<InstanceState> {
    use InstanceState::{Pending, Running, ShuttingDown, Stopped, Stopping, Terminated};
    match (operation, state) {
        ("StartInstances", Stopped) => Some(Pending),
        ("StartInstances", Pending | Running) | ("RebootInstances", Pending | Running) => Some(state),
        ("StopInstances", Running) => Some(Stopping),
        ("StopInstances", Stopping | Stopped) => Some(state),
        ("TerminateInstances", Terminated) => Some(Terminated),
        ("TerminateInstances", _) => Some(ShuttingDown),
        _ => None,
    }
}

/// What the reconciler brings an instance to.
fn reached(state: InstanceState) -> InstanceState {
    match state {
        InstanceState::Pending => InstanceState::Running,
        InstanceState::Stopping => InstanceState::Stopped,
        InstanceState::ShuttingDown => InstanceState::Terminated,
        other => other,
    }
}

/// A permission of one protocol, ports and block.
fn permission() -> impl Strategy<Value = Value> {
    let traffic = prop_oneof![
        (0u16..5, 0u16..5).prop_map(|(from, more)| json!({"IpProtocol": "tcp", "FromPort": from, "ToPort": from + more})),
        (0u16..5).prop_map(|port| json!({"IpProtocol": "17", "FromPort": port, "ToPort": port})),
        Just(json!({"IpProtocol": "-1"})),
        Just(json!({"IpProtocol": "icmp", "FromPort": 8, "ToPort": -1})),
        Just(json!({"IpProtocol": "47"})),
    ];
    (traffic, 0u8..4).prop_map(|(mut permission, block)| {
        permission["IpRanges"] = json!([{"CidrIp": format!("10.{block}.0.0/16")}]);
        permission
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn a_connection_is_open_only_while_the_provider_wants_it(steps in prop::collection::vec(step(), 1..16), required: bool) {
        let connection = Connection::new(required);
        let mut expected = Some(if required { "pendingAcceptance" } else { "pending" });
        for step in steps {
            let (next, done) = connection_after(expected, step);
            prop_assert_eq!(connection.take(step), done, "{:?} in {:?}", step, expected);
            prop_assert_eq!(connection.state(), next.map(str::to_owned), "{:?} in {:?}", step, expected);
            expected = next;
            let input = json!({"ServiceIds": [connection.service], "DryRun": true});
            prop_assert_eq!(connection.provider.cloud.refusal("DeleteVpcEndpointServiceConfigurations", input), "DryRunOperation");
        }
        let kept = connection.provider.cloud.ok("DeleteVpcEndpointServiceConfigurations", json!({"ServiceIds": [connection.service]}));
        let in_use = matches!(expected, Some("pendingAcceptance" | "pending" | "available"));
        prop_assert_eq!(kept["Unsuccessful"] != json!([]), in_use, "{:?}", expected);
    }

    #[test]
    fn an_instance_takes_the_ways_between_its_states_that_aws_draws(wishes in prop::collection::vec(0usize..5, 1..16)) {
        let cloud = Cloud::new();
        let vpc = cloud.text("CreateVpc", json!({"CidrBlock": "10.0.0.0/16"}), "/Vpc/VpcId");
        let subnet = cloud.text("CreateSubnet", json!({"VpcId": vpc, "CidrBlock": "10.0.1.0/24"}), "/Subnet/SubnetId");
        let launch = json!({"ImageId": BUILT_IN_IMAGE, "MinCount": 1, "MaxCount": 1, "SubnetId": subnet});
        let id = cloud.text("RunInstances", launch, "/Instances/0/InstanceId");
        let mut state = InstanceState::Pending;
        for wish in wishes {
            match ["StartInstances", "StopInstances", "RebootInstances", "TerminateInstances"].get(wish) {
                Some(operation) => {
                    let next = instance_after(state, operation);
                    let answer = cloud.call(operation, json!({"InstanceIds": [id]}));
                    prop_assert_eq!(answer.map_err(|e| e.code).err(), next.is_none().then(|| "IncorrectInstanceState".to_owned()));
                    state = next.unwrap_or(state);
                }
                None => {
                    state = reached(state);
                    cloud.change(|txn| txn.update::<Instance>(&id, |instance| instance.state = state));
                }
            }
            let shown = cloud.ok("DescribeInstances", json!({"InstanceIds": [id]}));
            let (code, name) = state.code_and_name();
            prop_assert_eq!(&shown["Reservations"][0]["Instances"][0]["State"], &json!({"Code": code, "Name": name}));
        }
    }

    #[test]
    fn what_is_authorized_is_shown_once_and_what_is_revoked_is_gone(permissions in prop::collection::vec(permission(), 1..12)) {
        let cloud = Cloud::new();
        let vpc = cloud.text("CreateVpc", json!({"CidrBlock": "10.0.0.0/16"}), "/Vpc/VpcId");
        let group = cloud.text("CreateSecurityGroup", json!({"VpcId": vpc, "GroupName": "a", "Description": "d"}), "/GroupId");
        let shown = || cloud.ok("DescribeSecurityGroups", json!({"GroupIds": [group]}))["SecurityGroups"][0]["IpPermissions"].clone();
        let ranges = || shown().as_array().into_iter().flatten().filter_map(|p| p["IpRanges"].as_array().map(Vec::len)).sum::<usize>();
        let about = |permission: &Value| json!({"GroupId": group, "IpPermissions": [permission]});
        let mut rules = BTreeMap::new();
        for permission in &permissions {
            match (cloud.call("AuthorizeSecurityGroupIngress", about(permission)), rules.contains_key(&permission.to_string())) {
                (Ok(answer), false) => {
                    let id = text(&answer, "/SecurityGroupRules/0/SecurityGroupRuleId");
                    rules.insert(permission.to_string(), (permission, id));
                }
                (answer, known) => {
                    let code = answer.map_err(|error| error.code).err();
                    prop_assert_eq!((code, known), (Some("InvalidPermission.Duplicate".to_owned()), true));
                }
            }
            prop_assert_eq!(ranges(), rules.len());
        }
        for (n, (permission, id)) in rules.values().enumerate() {
            let by_id = json!({"GroupId": group, "SecurityGroupRuleIds": [id]});
            let (one, again) = if n % 2 == 0 { (about(permission), by_id) } else { (by_id, about(permission)) };
            cloud.ok("RevokeSecurityGroupIngress", one);
            let refused = cloud.refusal("RevokeSecurityGroupIngress", again);
            prop_assert!(["InvalidPermission.NotFound", "InvalidSecurityGroupRuleId.NotFound"].contains(&refused.as_str()), "{}", refused);
            prop_assert_eq!(ranges(), rules.len() - n - 1);
        }
        prop_assert_eq!(shown(), json!([]));
    }

    #[test]
    fn an_acl_is_a_list_in_the_order_of_its_numbers_that_ends_with_deny(
        asked in prop::collection::vec((0usize..3, 1u16..12, any::<bool>(), any::<bool>()), 1..24),
    ) {
        let cloud = Cloud::new();
        let vpc = cloud.text("CreateVpc", json!({"CidrBlock": "10.0.0.0/16"}), "/Vpc/VpcId");
        let acl = cloud.text("CreateNetworkAcl", json!({"VpcId": vpc}), "/NetworkAcl/NetworkAclId");
        let mut entries: BTreeMap<(bool, u16), &str> = BTreeMap::new();
        for (operation, number, egress, allow) in asked {
            let action = if allow { "allow" } else { "deny" };
            let key = json!({"NetworkAclId": acl, "RuleNumber": number, "Egress": egress});
            let mut entry = key.clone();
            entry.as_object_mut().expect("an object").extend([
                ("Protocol".to_owned(), json!("-1")), ("RuleAction".to_owned(), json!(action)), ("CidrBlock".to_owned(), json!("10.0.0.0/8")),
            ]);
            let there = entries.contains_key(&(egress, number));
            let (answer, expected) = match operation {
                0 => (cloud.call("CreateNetworkAclEntry", entry), there.then_some("NetworkAclEntryAlreadyExists")),
                1 => (cloud.call("ReplaceNetworkAclEntry", entry), (!there).then_some("InvalidNetworkAclEntry.NotFound")),
                _ => (cloud.call("DeleteNetworkAclEntry", key), (!there).then_some("InvalidNetworkAclEntry.NotFound")),
            };
            prop_assert_eq!(answer.as_ref().err().map(|e| e.code.as_str()), expected);
            match (operation, expected) {
                (0 | 1, None) => drop(entries.insert((egress, number), action)),
                (_, None) => drop(entries.remove(&(egress, number))),
                _ => {}
            }
        }
        let shown = cloud.ok("DescribeNetworkAcls", json!({"NetworkAclIds": [acl]}))["NetworkAcls"][0]["Entries"].clone();
        for egress in [false, true] {
            let of = |entry: &&Value| entry["Egress"] == json!(egress);
            let seen: Vec<_> = shown.as_array().into_iter().flatten().filter(of).map(|e| (e["RuleNumber"].as_u64(), e["RuleAction"].as_str())).collect();
            let own = entries.range((egress, 0)..=(egress, u16::MAX)).map(|((_, number), action)| (Some(u64::from(*number)), Some(*action)));
            let expected: Vec<_> = own.chain([(Some(32767), Some("deny"))]).collect();
            prop_assert_eq!(seen, expected);
        }
    }
}
