//! An account that has one of everything, and a table of how each kind is described.

use resource::BUILT_IN_IMAGE;
use serde_json::{Value, json};

use crate::ec2::testing::Cloud;

/// How a kind of resource is described.
pub struct Kind {
    /// The operation.
    pub operation: &'static str,
    /// The member of the request that takes ids.
    pub ids: &'static str,
    /// The member of the answer that lists them.
    pub list: &'static str,
    /// The member of each that is its id.
    pub id: &'static str,
    /// The filter by id; none when AWS has none.
    pub filter: Option<&'static str>,
    /// A well-formed id that nobody has, and AWS's code for it.
    pub unknown: (&'static str, &'static str),
    /// AWS's code for a text that is no id.
    pub malformed: &'static str,
    /// The resource type of its tags.
    pub tagged: &'static str,
}

macro_rules! kinds {
    ($($operation:literal $ids:literal $list:literal $id:literal $filter:expr, $unknown:literal $missing:literal $malformed:literal $tagged:literal;)*) => {
        /// All kinds that are described by id.
        pub const KINDS: &[Kind] = &[$(Kind {
            operation: $operation,
            ids: $ids,
            list: $list,
            id: $id,
            filter: $filter,
            unknown: ($unknown, $missing),
            malformed: $malformed,
            tagged: $tagged,
        },)*];
    };
}

kinds! {
    "DescribeVpcs" "VpcIds" "Vpcs" "VpcId" Some("vpc-id"),
        "vpc-0123456789abcdef0" "InvalidVpcID.NotFound" "InvalidVpcID.Malformed" "vpc";
    "DescribeSubnets" "SubnetIds" "Subnets" "SubnetId" Some("subnet-id"),
        "subnet-0123456789abcdef0" "InvalidSubnetID.NotFound" "InvalidSubnetID.Malformed" "subnet";
    "DescribeRouteTables" "RouteTableIds" "RouteTables" "RouteTableId" Some("route-table-id"),
        "rtb-0123456789abcdef0" "InvalidRouteTableID.NotFound" "InvalidRouteTableID.Malformed" "route-table";
    "DescribeSecurityGroups" "GroupIds" "SecurityGroups" "GroupId" Some("group-id"),
        "sg-0123456789abcdef0" "InvalidGroup.NotFound" "InvalidGroupId.Malformed" "security-group";
    "DescribeNetworkAcls" "NetworkAclIds" "NetworkAcls" "NetworkAclId" Some("network-acl-id"),
        "acl-0123456789abcdef0" "InvalidNetworkAclID.NotFound" "InvalidNetworkAclID.Malformed" "network-acl";
    "DescribeNetworkInterfaces" "NetworkInterfaceIds" "NetworkInterfaces" "NetworkInterfaceId" Some("network-interface-id"),
        "eni-0123456789abcdef0" "InvalidNetworkInterfaceID.NotFound" "InvalidNetworkInterfaceId.Malformed" "network-interface";
    "DescribeInternetGateways" "InternetGatewayIds" "InternetGateways" "InternetGatewayId" Some("internet-gateway-id"),
        "igw-0123456789abcdef0" "InvalidInternetGatewayID.NotFound" "InvalidInternetGatewayId.Malformed" "internet-gateway";
    "DescribeNatGateways" "NatGatewayIds" "NatGateways" "NatGatewayId" Some("nat-gateway-id"),
        "nat-0123456789abcdef0" "NatGatewayNotFound" "NatGatewayMalformed" "natgateway";
    "DescribeAddresses" "AllocationIds" "Addresses" "AllocationId" Some("allocation-id"),
        "eipalloc-0123456789abcdef0" "InvalidAllocationID.NotFound" "InvalidAllocationID.Malformed" "elastic-ip";
    "DescribeDhcpOptions" "DhcpOptionsIds" "DhcpOptions" "DhcpOptionsId" Some("dhcp-options-id"),
        "dopt-0123456789abcdef0" "InvalidDhcpOptionID.NotFound" "InvalidDhcpOptionsId.Malformed" "dhcp-options";
    "DescribeVpcEndpoints" "VpcEndpointIds" "VpcEndpoints" "VpcEndpointId" Some("vpc-endpoint-id"),
        "vpce-0123456789abcdef0" "InvalidVpcEndpointId.NotFound" "InvalidVpcEndpointId.Malformed" "vpc-endpoint";
    "DescribeVpcEndpointServiceConfigurations" "ServiceIds" "ServiceConfigurations" "ServiceId" Some("service-id"),
        "vpce-svc-0123456789abcdef0" "InvalidVpcEndpointServiceId.NotFound" "InvalidVpcEndpointServiceIdId.Malformed" "vpc-endpoint-service";
    "DescribeManagedPrefixLists" "PrefixListIds" "PrefixLists" "PrefixListId" Some("prefix-list-id"),
        "pl-0123456789abcdef0" "InvalidPrefixListID.NotFound" "InvalidPrefixListId.Malformed" "prefix-list";
    "DescribeLaunchTemplates" "LaunchTemplateIds" "LaunchTemplates" "LaunchTemplateId" None,
        "lt-0123456789abcdef0" "InvalidLaunchTemplateId.NotFound" "InvalidLaunchTemplateId.Malformed" "launch-template";
}

impl Kind {
    /// What an answer lists.
    pub fn listed(&self, answer: &Value) -> Vec<String> {
        let all = answer[self.list].as_array().unwrap_or_else(|| panic!("{}: no {} in {answer}", self.operation, self.list));
        let mut ids: Vec<String> = all.iter().map(|each| each[self.id].as_str().expect("an id").to_owned()).collect();
        ids.sort_unstable();
        ids
    }

    /// The ids that a filter finds.
    #[track_caller]
    pub fn found(&self, cloud: &Cloud, name: &str, value: &str) -> Vec<String> {
        self.listed(&cloud.ok(self.operation, filters(self.operation, &[(name, &[value])])))
    }

    /// The ids of all of the kind.
    pub fn all(&self, cloud: &Cloud) -> Vec<String> {
        self.listed(&cloud.ok(self.operation, json!({})))
    }
}

/// The tag that everything carries at creation: `made-by`, with the resource type as its value.
pub fn specification(kind: &str) -> Value {
    json!([{"ResourceType": kind, "Tags": [{"Key": "made-by", "Value": kind}]}])
}

/// An account with one of everything, each tagged by [`specification`].
pub struct Everything {
    /// The account's view.
    pub cloud: Cloud,
    /// The VPC in which most of it is.
    pub vpc: String,
    /// The subnet in which most of it is.
    pub subnet: String,
}

impl Everything {
    /// One of everything in a fresh cloud.
    pub fn new() -> Self {
        let cloud = Cloud::new();
        let tags = specification;
        let vpc = cloud.text("CreateVpc", json!({"CidrBlock": "10.0.0.0/16", "TagSpecifications": tags("vpc")}), "/Vpc/VpcId");
        let subnet = json!({"VpcId": vpc, "CidrBlock": "10.0.1.0/24", "TagSpecifications": tags("subnet")});
        let subnet = cloud.text("CreateSubnet", subnet, "/Subnet/SubnetId");
        cloud.ok("CreateRouteTable", json!({"VpcId": vpc, "TagSpecifications": tags("route-table")}));
        cloud.ok("CreateNetworkAcl", json!({"VpcId": vpc, "TagSpecifications": tags("network-acl")}));
        let group = json!({"VpcId": vpc, "GroupName": "web", "Description": "web", "TagSpecifications": tags("security-group")});
        cloud.ok("CreateSecurityGroup", group);
        cloud.ok("CreateNetworkInterface", json!({"SubnetId": subnet, "TagSpecifications": tags("network-interface")}));
        let gateway = json!({"TagSpecifications": tags("internet-gateway")});
        let gateway = cloud.text("CreateInternetGateway", gateway, "/InternetGateway/InternetGatewayId");
        cloud.ok("AttachInternetGateway", json!({"InternetGatewayId": gateway, "VpcId": vpc}));
        let address = cloud.text("AllocateAddress", json!({"TagSpecifications": tags("elastic-ip")}), "/AllocationId");
        cloud.ok(
            "CreateNatGateway",
            json!({"SubnetId": subnet, "AllocationId": address, "TagSpecifications": tags("natgateway")}),
        );
        let options = json!([{"Key": "domain-name", "Values": ["shop.internal"]}]);
        cloud.ok("CreateDhcpOptions", json!({"DhcpConfigurations": options, "TagSpecifications": tags("dhcp-options")}));
        let list = json!({"PrefixListName": "office", "MaxEntries": 3, "AddressFamily": "IPv4", "TagSpecifications": tags("prefix-list")});
        cloud.ok("CreateManagedPrefixList", list);
        let data = json!({"ImageId": BUILT_IN_IMAGE});
        let template =
            json!({"LaunchTemplateName": "web", "LaunchTemplateData": data, "TagSpecifications": tags("launch-template")});
        cloud.ok("CreateLaunchTemplate", template);
        cloud.ok("CreateKeyPair", json!({"KeyName": "mine", "KeyType": "ed25519", "TagSpecifications": tags("key-pair")}));
        let launch = json!({"ImageId": BUILT_IN_IMAGE, "MinCount": 1, "MaxCount": 1, "SubnetId": subnet, "TagSpecifications": tags("instance")});
        cloud.ok("RunInstances", launch);
        let everything = Self { cloud, vpc, subnet };
        everything.connect();
        everything
    }

    /// A service on a balancer, and an endpoint to it.
    fn connect(&self) {
        let balancer = json!({"Name": "web", "Type": "network", "Scheme": "internal", "Subnets": [self.subnet]});
        let made = self.cloud.call_in("elbv2", "CreateLoadBalancer", balancer).expect("a balancer");
        let arn = made.pointer("/LoadBalancers/0/LoadBalancerArn").and_then(Value::as_str).expect("an ARN").to_owned();
        self.cloud.change(|txn| {
            txn.update::<resource::LoadBalancer>(&arn, |balancer| balancer.state = resource::BalancerState::Active);
        });
        let service = json!({"NetworkLoadBalancerArns": [arn], "TagSpecifications": specification("vpc-endpoint-service")});
        let name = self.cloud.text("CreateVpcEndpointServiceConfiguration", service, "/ServiceConfiguration/ServiceName");
        let endpoint = json!({
            "VpcId": self.vpc, "ServiceName": name, "VpcEndpointType": "Interface", "SubnetIds": [self.subnet],
            "TagSpecifications": specification("vpc-endpoint"),
        });
        self.cloud.ok("CreateVpcEndpoint", endpoint);
    }
}

/// The input of a Describe operation with filters; the model calls them otherwise for NAT gateways.
pub fn filters(operation: &str, filters: &[(&str, &[&str])]) -> Value {
    let member = if operation == "DescribeNatGateways" { "Filter" } else { "Filters" };
    let filters: Vec<Value> = filters.iter().map(|(name, values)| json!({"Name": name, "Values": values})).collect();
    json!({member: filters})
}
