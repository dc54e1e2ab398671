//! A VPC with a subnet in each of two zones, for stories about balancers and endpoints.

use resource::{BalancerState, EndpointState, Instance, InstanceState, LoadBalancer, Resource, VpcEndpoint};
use serde_json::{Value, json};

use crate::Error;
use crate::ec2::testing::Cloud;

/// An account with a VPC.
pub struct Site {
    /// The account's view of the cloud.
    pub cloud: Cloud,
    /// Its VPC.
    pub vpc: String,
    /// Its subnets, in us-east-1a and us-east-1b.
    pub subnets: [String; 2],
}

impl Site {
    /// A VPC 10.0.0.0/16 in a fresh cloud.
    pub fn new() -> Self {
        Self::within(Cloud::new())
    }

    /// A VPC 10.0.0.0/16 for the account that sees `cloud`.
    pub fn within(cloud: Cloud) -> Self {
        let vpc = cloud.text("CreateVpc", json!({"CidrBlock": "10.0.0.0/16"}), "/Vpc/VpcId");
        let subnet = |zone: &str, cidr: &str| {
            let input = json!({"VpcId": vpc, "CidrBlock": cidr, "AvailabilityZone": zone});
            cloud.text("CreateSubnet", input, "/Subnet/SubnetId")
        };
        let subnets = [subnet("us-east-1a", "10.0.1.0/24"), subnet("us-east-1b", "10.0.2.0/24")];
        Self { cloud, vpc, subnets }
    }

    /// One more subnet.
    pub fn subnet(&self, zone: &str, cidr: &str) -> String {
        let input = json!({"VpcId": self.vpc, "CidrBlock": cidr, "AvailabilityZone": zone});
        self.cloud.text("CreateSubnet", input, "/Subnet/SubnetId")
    }

    /// A security group of the VPC.
    pub fn group(&self, name: &str) -> String {
        let input = json!({"VpcId": self.vpc, "GroupName": name, "Description": "for a test"});
        self.cloud.text("CreateSecurityGroup", input, "/GroupId")
    }

    /// Performs a load balancing operation that must succeed.
    #[track_caller]
    pub fn ok(&self, operation: &str, input: Value) -> Value {
        self.call(operation, input).unwrap_or_else(|error| panic!("{operation}: {error}"))
    }

    /// The code with which a load balancing operation is refused.
    #[track_caller]
    pub fn refusal(&self, operation: &str, input: Value) -> String {
        match self.call(operation, input) {
            Ok(answer) => panic!("{operation} succeeded: {answer}"),
            Err(error) => error.code,
        }
    }

    /// Performs a load balancing operation.
    pub fn call(&self, operation: &str, input: Value) -> Result<Value, Error> {
        self.cloud.call_in("elbv2", operation, input)
    }

    /// An internal balancer in both subnets; returns its ARN.
    pub fn balancer(&self, name: &str) -> String {
        let input = json!({"Name": name, "Type": "network", "Scheme": "internal", "Subnets": self.subnets});
        text(&self.ok("CreateLoadBalancer", input), "/LoadBalancers/0/LoadBalancerArn")
    }

    /// A target group for TCP port 80 with default checks; returns its ARN.
    pub fn target_group(&self, name: &str, target_type: &str) -> String {
        let input = json!({"Name": name, "Protocol": "TCP", "Port": 80, "VpcId": self.vpc, "TargetType": target_type});
        text(&self.ok("CreateTargetGroup", input), "/TargetGroups/0/TargetGroupArn")
    }

    /// A TCP listener; returns its ARN.
    pub fn listener(&self, balancer: &str, port: u16, target_group: &str) -> String {
        text(&self.ok("CreateListener", listener(balancer, port, target_group)), "/Listeners/0/ListenerArn")
    }

    /// A running instance in the subnet of a zone; returns its id.
    pub fn instance(&self, subnet: &str) -> String {
        let input = json!({"ImageId": resource::BUILT_IN_IMAGE, "MinCount": 1, "MaxCount": 1, "SubnetId": subnet});
        let id = self.cloud.text("RunInstances", input, "/Instances/0/InstanceId");
        self.set_instance(&id, InstanceState::Running);
        id
    }

    /// Moves an instance, as its reconciler does.
    pub fn set_instance(&self, id: &str, state: InstanceState) {
        self.cloud.change(|txn| {
            txn.update::<Instance>(id, |instance| instance.state = state);
        });
    }

    /// Brings all balancers and endpoints into the kernel, as the network's reconciler does.
    pub fn settle(&self) {
        self.cloud.change(|txn| {
            let balancers: Vec<_> = txn.all::<LoadBalancer>().map(|balancer| balancer.key()).collect();
            let endpoints: Vec<_> = txn.all::<VpcEndpoint>().map(|endpoint| endpoint.key()).collect();
            for key in balancers {
                txn.update::<LoadBalancer>(&key, |balancer| balancer.state = BalancerState::Active);
            }
            for key in endpoints {
                txn.update::<VpcEndpoint>(&key, |endpoint| {
                    if endpoint.state == EndpointState::Pending {
                        endpoint.state = EndpointState::Available;
                    }
                });
            }
        });
    }
}

/// The input that opens a TCP port.
pub fn listener(balancer: &str, port: u16, target_group: &str) -> Value {
    let action = json!({"Type": "forward", "TargetGroupArn": target_group});
    json!({"LoadBalancerArn": balancer, "Protocol": "TCP", "Port": port, "DefaultActions": [action]})
}

/// The text at a JSON pointer of an answer.
#[track_caller]
pub fn text(answer: &Value, pointer: &str) -> String {
    let found = answer.pointer(pointer).and_then(Value::as_str);
    found.unwrap_or_else(|| panic!("no {pointer} in {answer}")).to_owned()
}
