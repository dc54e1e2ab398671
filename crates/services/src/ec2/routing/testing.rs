//! A VPC with a subnet, an internet gateway and a route table: where the stories of this folder play.

use resource::{BUILT_IN_IMAGE, Instance, InstanceState};
use serde_json::{Value, json};

use crate::ec2::testing::Cloud;

/// Ids of what the stories start with.
pub struct Network {
    pub cloud: Cloud,
    pub vpc: String,
    pub subnet: String,
    pub gateway: String,
    pub table: String,
}

impl Network {
    /// 10.0.0.0/16 with the subnet 10.0.1.0/24, attached to the internet, and a table that leads nowhere.
    pub fn new() -> Self {
        let cloud = Cloud::new();
        let vpc = cloud.text("CreateVpc", json!({"CidrBlock": "10.0.0.0/16"}), "/Vpc/VpcId");
        let subnet = cloud.text("CreateSubnet", json!({"VpcId": vpc, "CidrBlock": "10.0.1.0/24"}), "/Subnet/SubnetId");
        let gateway = cloud.text("CreateInternetGateway", json!({}), "/InternetGateway/InternetGatewayId");
        cloud.ok("AttachInternetGateway", json!({"InternetGatewayId": gateway, "VpcId": vpc}));
        let table = cloud.text("CreateRouteTable", json!({"VpcId": vpc}), "/RouteTable/RouteTableId");
        Self { cloud, vpc, subnet, gateway, table }
    }

    /// An interface that nobody uses.
    pub fn interface(&self) -> String {
        self.cloud.text("CreateNetworkInterface", json!({"SubnetId": self.subnet}), "/NetworkInterface/NetworkInterfaceId")
    }

    /// A running instance and its interface.
    pub fn instance(&self) -> (String, String) {
        let input = json!({"ImageId": BUILT_IN_IMAGE, "SubnetId": self.subnet, "MinCount": 1, "MaxCount": 1});
        let launched = self.cloud.ok("RunInstances", input);
        let text = |pointer: &str| launched.pointer(pointer).and_then(Value::as_str).expect(pointer).to_owned();
        let instance = text("/Instances/0/InstanceId");
        self.put_in_state(&instance, InstanceState::Running);
        (instance, text("/Instances/0/NetworkInterfaces/0/NetworkInterfaceId"))
    }

    /// What the instance reconciler does.
    pub fn put_in_state(&self, instance: &str, state: InstanceState) {
        self.cloud.change(|txn| txn.update::<Instance>(instance, |instance| instance.state = state));
    }

    /// A fresh Elastic IP.
    pub fn elastic(&self) -> String {
        self.cloud.text("AllocateAddress", json!({"Domain": "vpc"}), "/AllocationId")
    }

    /// A route request for the table.
    pub fn route(&self, destination: &str, member: &str, target: &str) -> Value {
        json!({"RouteTableId": self.table, "DestinationCidrBlock": destination, member: target})
    }

    /// Destination, target and state of the table's routes.
    pub fn routes(&self) -> Vec<(String, String, String)> {
        let answer = self.cloud.ok("DescribeRouteTables", json!({"RouteTableIds": [self.table]}));
        let routes = answer.pointer("/RouteTables/0/Routes").and_then(Value::as_array).expect("routes");
        let text = |route: &Value, members: &[&str]| {
            members.iter().find_map(|member| route[*member].as_str()).unwrap_or_default().to_owned()
        };
        let destinations = ["DestinationCidrBlock", "DestinationPrefixListId"];
        let targets = ["GatewayId", "NatGatewayId", "NetworkInterfaceId", "VpcPeeringConnectionId"];
        routes.iter().map(|route| (text(route, &destinations), text(route, &targets), text(route, &["State"]))).collect()
    }
}
