//! A VPC with two subnets, and instances in it as a reconciler would move them: where the stories of this folder play.

use resource::{BUILT_IN_IMAGE, Instance, InstanceState};
use serde_json::{Value, json};

use crate::ec2::testing::Cloud;

/// Ids of what the stories start with.
pub struct Site {
    pub cloud: Cloud,
    pub vpc: String,
    pub subnet: String,
    pub group: String,
}

impl Site {
    /// 10.0.0.0/16 with names for its hosts, the subnet 10.0.1.0/24, and a group `web`.
    pub fn new() -> Self {
        let cloud = Cloud::new();
        let vpc = cloud.text("CreateVpc", json!({"CidrBlock": "10.0.0.0/16"}), "/Vpc/VpcId");
        cloud.ok("ModifyVpcAttribute", json!({"VpcId": vpc, "EnableDnsHostnames": {"Value": true}}));
        let subnet = cloud.text("CreateSubnet", json!({"VpcId": vpc, "CidrBlock": "10.0.1.0/24"}), "/Subnet/SubnetId");
        let group = json!({"GroupName": "web", "Description": "d", "VpcId": vpc});
        let group = cloud.text("CreateSecurityGroup", group, "/GroupId");
        Self { cloud, vpc, subnet, group }
    }

    /// A launch of one instance into the subnet, with `more` members.
    pub fn request(&self, more: Value) -> Value {
        with(
            json!({"ImageId": BUILT_IN_IMAGE, "InstanceType": "t3.micro", "MinCount": 1, "MaxCount": 1, "SubnetId": self.subnet}),
            more,
        )
    }

    /// Launches one instance; returns it as the answer shows it.
    pub fn launch(&self, more: Value) -> Value {
        self.cloud.ok("RunInstances", self.request(more))["Instances"][0].clone()
    }

    /// Launches one instance and puts it in a state, as the reconciler does; returns its id.
    pub fn instance(&self, state: InstanceState) -> String {
        let id = text(&self.launch(json!({})), "InstanceId");
        self.put_in_state(&id, state);
        id
    }

    /// What the reconciler does.
    pub fn put_in_state(&self, id: &str, state: InstanceState) {
        self.cloud.change(|txn| txn.update::<Instance>(id, |instance| instance.state = state));
    }

    /// An instance as DescribeInstances shows it.
    pub fn shown(&self, id: &str) -> Value {
        self.cloud.ok("DescribeInstances", json!({"InstanceIds": [id]}))["Reservations"][0]["Instances"][0].clone()
    }

    /// A free interface in the subnet.
    pub fn interface(&self, more: Value) -> Value {
        self.cloud.ok("CreateNetworkInterface", with(json!({"SubnetId": self.subnet}), more))["NetworkInterface"].clone()
    }
}

/// `base` with the members of `more`; a member that is null goes.
pub fn with(mut base: Value, more: Value) -> Value {
    if let (Some(base), Value::Object(more)) = (base.as_object_mut(), more) {
        base.extend(more);
        base.retain(|_, value| !value.is_null());
    }
    base
}

/// The text of a member.
#[track_caller]
pub fn text(value: &Value, member: &str) -> String {
    value[member].as_str().unwrap_or_else(|| panic!("no {member} in {value}")).to_owned()
}
