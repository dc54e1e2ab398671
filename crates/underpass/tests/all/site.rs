//! Things to test with: networks, groups, instances, balancers and endpoints, each made by real calls and waited for.

use serde_json::{Value, json};

use crate::account::{Account, Ran, text_of};
use crate::cloud::eventually;

pub const ZONE: &str = "us-east-1a";
pub const OTHER_ZONE: &str = "us-east-1b";
/// The built-in image.
pub const IMAGE: &str = "ami-0000000000000000a";

/// Where a rule lets packets come from or go to.
#[derive(Clone, Copy)]
pub enum Peer<'a> {
    Cidr(&'a str),
    Group(&'a str),
    List(&'a str),
}

/// A VPC with one subnet.
pub struct Net {
    pub vpc: String,
    pub subnet: String,
}

/// A rule as the calls take it; the port of `icmp` and of everything is none.
pub fn permission(protocol: &str, port: Option<u16>, peer: Peer<'_>) -> Value {
    let port = match (protocol, port) {
        ("icmp", _) => Some(-1),
        (_, port) => port.map(i32::from),
    };
    let mut rule = json!({ "IpProtocol": protocol });
    if let Some(port) = port {
        rule["FromPort"] = json!(port);
        rule["ToPort"] = json!(port);
    }
    match peer {
        Peer::Cidr(cidr) => rule["IpRanges"] = json!([{ "CidrIp": cidr }]),
        Peer::Group(group) => rule["UserIdGroupPairs"] = json!([{ "GroupId": group }]),
        Peer::List(list) => rule["PrefixListIds"] = json!([{ "PrefixListId": list }]),
    }
    json!([rule])
}

/// User data that serves `body` over HTTP at port 80.
pub fn web(body: &str) -> String {
    format!("#!/bin/sh\nmkdir -p /srv && cd /srv && printf '%s' '{body}' > index.html\nexec python3 -m http.server 80\n")
}

impl Account<'_> {
    pub fn vpc(&self, cidr: &str) -> String {
        let vpc = text_of(&self.ec2("create_vpc", json!({ "CidrBlock": cidr }))["Vpc"]["VpcId"]);
        self.wait("ec2", "vpc_available", json!({ "VpcIds": [vpc] }));
        vpc
    }

    pub fn subnet(&self, vpc: &str, cidr: &str, zone: &str) -> String {
        text_of(
            &self.ec2("create_subnet", json!({ "VpcId": vpc, "CidrBlock": cidr, "AvailabilityZone": zone }))["Subnet"]["SubnetId"],
        )
    }

    /// A VPC of 10.0.0.0/16 with the subnet 10.0.1.0/24.
    pub fn net(&self) -> Net {
        let vpc = self.vpc("10.0.0.0/16");
        Net { subnet: self.subnet(&vpc, "10.0.1.0/24", ZONE), vpc }
    }

    pub fn group(&self, vpc: &str, name: &str) -> String {
        let wish = json!({ "VpcId": vpc, "GroupName": name, "Description": name });
        text_of(&self.ec2("create_security_group", wish)["GroupId"])
    }

    pub fn allow(&self, group: &str, protocol: &str, port: Option<u16>, peer: Peer<'_>) {
        let rule = permission(protocol, port, peer);
        self.ec2("authorize_security_group_ingress", json!({ "GroupId": group, "IpPermissions": rule }));
    }

    pub fn revoke(&self, group: &str, protocol: &str, port: Option<u16>, peer: Peer<'_>) {
        let rule = permission(protocol, port, peer);
        self.ec2("revoke_security_group_ingress", json!({ "GroupId": group, "IpPermissions": rule }));
    }

    /// A running instance.
    pub fn instance(&self, subnet: &str, groups: &[&str], user_data: &str) -> String {
        let wish = json!({ "ImageId": IMAGE, "InstanceType": "t3.micro", "MinCount": 1, "MaxCount": 1, "SubnetId": subnet,
                           "SecurityGroupIds": groups, "UserData": user_data });
        let id = text_of(&self.ec2("run_instances", wish)["Instances"][0]["InstanceId"]);
        self.wait("ec2", "instance_running", json!({ "InstanceIds": [id] }));
        id
    }

    pub fn describe_instance(&self, id: &str) -> Value {
        self.ec2("describe_instances", json!({ "InstanceIds": [id] }))["Reservations"][0]["Instances"][0].clone()
    }

    pub fn private_ip(&self, instance: &str) -> String {
        text_of(&self.describe_instance(instance)["PrivateIpAddress"])
    }

    /// A balancer of type network, available.
    pub fn balancer(&self, name: &str, subnets: &[&str]) -> String {
        let wish = json!({ "Name": name, "Type": "network", "Scheme": "internal", "Subnets": subnets });
        let arn = text_of(&self.elb("create_load_balancer", wish)["LoadBalancers"][0]["LoadBalancerArn"]);
        self.wait("elbv2", "load_balancer_available", json!({ "LoadBalancerArns": [arn] }));
        arn
    }

    /// A TCP target group that checks every five seconds; `more` changes or adds members.
    pub fn target_group(&self, name: &str, vpc: &str, port: u16, more: &Value) -> String {
        let mut wish = json!({ "Name": name, "Protocol": "TCP", "Port": port, "VpcId": vpc,
                               "HealthCheckIntervalSeconds": 5, "HealthCheckTimeoutSeconds": 2 });
        wish.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap_or_default());
        text_of(&self.elb("create_target_group", wish)["TargetGroups"][0]["TargetGroupArn"])
    }

    pub fn listener(&self, balancer: &str, port: u16, target_group: &str) -> String {
        let action = json!([{ "Type": "forward", "TargetGroupArn": target_group }]);
        let wish = json!({ "LoadBalancerArn": balancer, "Protocol": "TCP", "Port": port, "DefaultActions": action });
        text_of(&self.elb("create_listener", wish)["Listeners"][0]["ListenerArn"])
    }

    pub fn register(&self, target_group: &str, target: &str) {
        self.elb("register_targets", json!({ "TargetGroupArn": target_group, "Targets": [{ "Id": target }] }));
    }

    /// The states of a group's targets, by target.
    pub fn health(&self, target_group: &str) -> Vec<(String, String)> {
        let all = self.elb("describe_target_health", json!({ "TargetGroupArn": target_group }));
        let all = all["TargetHealthDescriptions"].as_array().cloned().unwrap_or_default();
        all.iter().map(|one| (text_of(&one["Target"]["Id"]), text_of(&one["TargetHealth"]["State"]))).collect()
    }

    pub fn until_health(&self, target_group: &str, target: &str, wanted: &str) {
        eventually(&format!("{target} is {wanted}, not {:?}", self.health(target_group)), || {
            self.health(target_group).iter().any(|(id, state)| id == target && state == wanted).then_some(())
        });
    }

    /// An endpoint service before a balancer: its id and its name.
    pub fn service(&self, balancer: &str, acceptance: bool) -> (String, String) {
        let wish = json!({ "NetworkLoadBalancerArns": [balancer], "AcceptanceRequired": acceptance });
        let made = self.ec2("create_vpc_endpoint_service_configuration", wish)["ServiceConfiguration"].clone();
        (text_of(&made["ServiceId"]), text_of(&made["ServiceName"]))
    }

    pub fn permit(&self, service: &str, account: &str) {
        let principal = format!("arn:aws:iam::{account}:root");
        let wish = json!({ "ServiceId": service, "AddAllowedPrincipals": [principal] });
        self.ec2("modify_vpc_endpoint_service_permissions", wish);
    }

    /// An interface endpoint in one subnet: its id and its regional name.
    pub fn endpoint(&self, net: &Net, service_name: &str, groups: &[&str]) -> (String, String) {
        let wish = json!({ "VpcId": net.vpc, "VpcEndpointType": "Interface", "ServiceName": service_name,
                           "SubnetIds": [net.subnet], "SecurityGroupIds": groups });
        let made = self.ec2("create_vpc_endpoint", wish)["VpcEndpoint"].clone();
        (text_of(&made["VpcEndpointId"]), text_of(&made["DnsEntries"][0]["DnsName"]))
    }

    pub fn endpoint_state(&self, endpoint: &str) -> String {
        text_of(&self.describe("describe_vpc_endpoints", "VpcEndpointIds", endpoint, "VpcEndpoints")["State"])
    }

    pub fn until_endpoint(&self, endpoint: &str, wanted: &str) {
        eventually(&format!("{endpoint} is {wanted}"), || (self.endpoint_state(endpoint) == wanted).then_some(()));
    }

    /// The address of an endpoint's only interface.
    pub fn endpoint_address(&self, endpoint: &str) -> String {
        let described = self.describe("describe_vpc_endpoints", "VpcEndpointIds", endpoint, "VpcEndpoints");
        let ids = json!({ "NetworkInterfaceIds": described["NetworkInterfaceIds"] });
        let interfaces = self.ec2("describe_network_interfaces", ids)["NetworkInterfaces"].clone();
        assert_eq!(interfaces.as_array().map(Vec::len), Some(1), "{interfaces}");
        text_of(&interfaces[0]["PrivateIpAddress"])
    }

    pub fn accept(&self, service: &str, endpoint: &str) {
        let answer = self.ec2("accept_vpc_endpoint_connections", json!({ "ServiceId": service, "VpcEndpointIds": [endpoint] }));
        assert_eq!(answer["Unsuccessful"], json!([]), "{answer}");
    }

    pub fn reject(&self, service: &str, endpoint: &str) {
        let answer = self.ec2("reject_vpc_endpoint_connections", json!({ "ServiceId": service, "VpcEndpointIds": [endpoint] }));
        assert_eq!(answer["Unsuccessful"], json!([]), "{answer}");
    }

    /// `curl` as if from an instance in a subnet.
    pub fn curl(&self, subnet: &str, group: &str, url: &str) -> Ran {
        let place = ["--subnet", subnet, "--security-group", group];
        self.exec(&place, &["curl", "-sS", "--connect-timeout", "1", "--max-time", "5", url])
    }

    /// Fetches until there is an answer, which must then be `body`.
    pub fn until_fetched(&self, subnet: &str, group: &str, url: &str, body: &str) {
        eventually(&format!("{url} answers {body:?}"), || (self.curl(subnet, group, url).out == body).then_some(()));
    }

    /// Nothing may answer: no refusal either, but silence.
    #[track_caller]
    pub fn assert_silent(&self, subnet: &str, group: &str, url: &str) {
        let ran = self.curl(subnet, group, url);
        assert_eq!(ran.status, 28, "{url} is to be silent: {ran:?}");
    }

    /// `ping` from an instance; whether there was an answer.
    pub fn pings(&self, instance: &str, address: &str) -> bool {
        self.exec(&["--instance", instance], &["ping", "-c", "1", "-W", "1", address]).status == 0
    }
}
