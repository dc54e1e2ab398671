//! A VPC and a group in it: where the stories of this folder play.

use serde_json::{Value, json};

use crate::ec2::testing::Cloud;

/// Ids of what the stories start with.
pub struct Walled {
    pub cloud: Cloud,
    pub vpc: String,
    pub group: String,
}

impl Walled {
    /// 10.0.0.0/16 and a group `web` that lets nothing in.
    pub fn new() -> Self {
        let cloud = Cloud::new();
        let vpc = cloud.text("CreateVpc", json!({"CidrBlock": "10.0.0.0/16"}), "/Vpc/VpcId");
        let group = create(&cloud, &vpc, "web");
        Self { cloud, vpc, group }
    }

    /// Another group in the same VPC.
    pub fn group(&self, name: &str) -> String {
        create(&self.cloud, &self.vpc, name)
    }

    /// The group as DescribeSecurityGroups shows it.
    pub fn shown(&self) -> Value {
        self.cloud.ok("DescribeSecurityGroups", json!({"GroupIds": [self.group]}))["SecurityGroups"][0].clone()
    }
}

fn create(cloud: &Cloud, vpc: &str, name: &str) -> String {
    cloud.text("CreateSecurityGroup", json!({"GroupName": name, "Description": "a group", "VpcId": vpc}), "/GroupId")
}
