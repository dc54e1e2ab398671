//! A VPC with a launch template and a target group, where groups can be made.

use std::collections::BTreeSet;

use resource::{BUILT_IN_IMAGE, InstanceId, LaunchVersion, LifecycleState, Member, ScalingGroup, Timestamp, random_uuid};
use serde_json::{Value, json};

use crate::Error;
use crate::elbv2::tests::site::Site as Network;

pub struct Site {
    pub network: Network,
    pub template: String,
    pub targets: String,
}

impl Site {
    pub fn new() -> Self {
        let network = Network::new();
        let data = json!({"ImageId": BUILT_IN_IMAGE, "InstanceType": "t3.micro"});
        let create = json!({"LaunchTemplateName": "web", "LaunchTemplateData": data});
        let template = network.cloud.text("CreateLaunchTemplate", create, "/LaunchTemplate/LaunchTemplateId");
        let targets = network.target_group("web", "instance");
        Self { network, template, targets }
    }

    pub fn call(&self, operation: &str, input: Value) -> Result<Value, Error> {
        self.network.cloud.call_in("autoscaling", operation, input)
    }

    #[track_caller]
    pub fn ok(&self, operation: &str, input: Value) -> Value {
        self.call(operation, input).unwrap_or_else(|error| panic!("{operation}: {error}"))
    }

    #[track_caller]
    pub fn refusal(&self, operation: &str, input: Value) -> Error {
        match self.call(operation, input) {
            Ok(answer) => panic!("{operation} succeeded: {answer}"),
            Err(error) => error,
        }
    }

    /// What makes the group `web` of one instance; `more` changes members, null takes them away.
    pub fn request(&self, more: Value) -> Value {
        let base = json!({
            "AutoScalingGroupName": "web", "MinSize": 1, "MaxSize": 3,
            "LaunchTemplate": {"LaunchTemplateId": self.template, "Version": "$Latest"},
            "VPCZoneIdentifier": self.network.subnets.join(","),
        });
        crate::ec2::compute_testing::with(base, more)
    }

    pub fn create(&self, more: Value) {
        self.ok("CreateAutoScalingGroup", self.request(more));
    }

    /// The group as it is shown.
    pub fn shown(&self) -> Value {
        self.ok("DescribeAutoScalingGroups", json!({"AutoScalingGroupNames": ["web"]}))["AutoScalingGroups"][0].clone()
    }

    pub fn change(&self, change: impl Fn(&mut ScalingGroup)) {
        let key = ScalingGroup::key_of(&resource::Owner::new("111111111111", "us-east-1"), "web");
        self.network.cloud.change(|txn| txn.update::<ScalingGroup>(&key, &change));
    }

    /// As many instances as are wanted are in service, and what is to go is gone: what the reconciler brings about.
    pub fn fulfil(&self) {
        self.change(|group| {
            group.members.retain(|member| !member.state.is_terminating() && member.state != LifecycleState::Detaching);
            for member in &mut group.members {
                match member.state {
                    LifecycleState::EnteringStandby => member.enter(LifecycleState::Standby, Timestamp::now()),
                    LifecycleState::Pending => member.enter(LifecycleState::InService, Timestamp::now()),
                    _ => {}
                }
            }
            let (desired, have) = (group.desired as usize, group.counted().count());
            (have..desired).for_each(|_| group.members.push(member(group)));
            let extra = have.saturating_sub(desired);
            group.members.drain(..extra);
            group.wish = None;
        });
    }

    /// The ids of the group's instances.
    pub fn ids(&self) -> Vec<String> {
        let shown = self.shown();
        let instances = shown["Instances"].as_array().cloned().unwrap_or_default();
        instances.iter().filter_map(|instance| instance["InstanceId"].as_str().map(str::to_owned)).collect()
    }
}

fn member(group: &ScalingGroup) -> Member {
    let now = Timestamp::now();
    let source = &group.source;
    Member {
        token: random_uuid(),
        instance: Some(InstanceId::random()),
        launch: None,
        subnet: group.subnets[0].clone(),
        zone: group.zones[0].clone(),
        instance_type: Some("t3.micro".into()),
        image: Some(BUILT_IN_IMAGE.into()),
        version: Some(LaunchVersion { template: source.template.clone(), name: source.name.clone(), number: 1 }),
        state: LifecycleState::InService,
        since: now,
        launched: now,
        in_service: Some(now),
        healthy: true,
        illness: None,
        protected: group.protect_new,
        spare: false,
        registered: BTreeSet::new(),
        draining: false,
        wait: None,
        activity: None,
    }
}
