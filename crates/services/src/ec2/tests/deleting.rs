//! What keeps what from being deleted, and what goes along.

use resource::{EndpointState, Instance, InstanceState, NatGateway, NatState, NetworkInterface, Resource, VpcEndpoint};
use serde_json::{Value, json};

use super::everything::Everything;
use crate::ec2::testing::Cloud;

/// The first id of a kind that a Describe operation lists.
fn id(cloud: &Cloud, operation: &str, pointer: &str) -> String {
    cloud.text(operation, json!({}), pointer)
}

/// Takes out of the store what reconcilers take out when the kernel has let go.
fn settle(cloud: &Cloud) {
    cloud.change(|txn| {
        for endpoint in txn.all::<VpcEndpoint>().filter(|e| e.state == EndpointState::Deleting).collect::<Vec<_>>() {
            endpoint.interfaces.iter().for_each(|id| txn.remove::<NetworkInterface>(id.as_str()));
            txn.remove::<VpcEndpoint>(&endpoint.key());
        }
        for gateway in txn.all::<NatGateway>().filter(|g| g.state == NatState::Deleting).collect::<Vec<_>>() {
            gateway.interface.iter().for_each(|id| txn.remove::<NetworkInterface>(id.as_str()));
            let addresses: Vec<_> = gateway.allocation.iter().map(ToString::to_string).collect();
            for address in addresses {
                txn.update::<resource::ElasticAddress>(&address, |address| address.association = None);
            }
            txn.update::<NatGateway>(&gateway.key(), |gateway| gateway.state = NatState::Deleted);
        }
        for instance in txn.all::<Instance>().filter(|i| i.state == InstanceState::ShuttingDown).collect::<Vec<_>>() {
            let interfaces: Vec<_> = txn.linked::<NetworkInterface>(Instance::KIND, &instance.id).map(|i| i.key()).collect();
            interfaces.iter().for_each(|key| txn.remove::<NetworkInterface>(key));
            txn.update::<Instance>(&instance.key(), |instance| instance.state = InstanceState::Terminated);
        }
    });
}

#[test]
fn nothing_that_something_stands_on_can_be_deleted() {
    let everything = Everything::new();
    let cloud = &everything.cloud;
    let before = cloud.world().revision();
    for (operation, input, code) in [
        ("DeleteVpc", json!({"VpcId": everything.vpc}), "DependencyViolation"),
        ("DeleteSubnet", json!({"SubnetId": everything.subnet}), "DependencyViolation"),
        (
            "DeleteInternetGateway",
            json!({"InternetGatewayId": id(cloud, "DescribeInternetGateways", "/InternetGateways/0/InternetGatewayId")}),
            "DependencyViolation",
        ),
        (
            "DetachInternetGateway",
            json!({
                "InternetGatewayId": id(cloud, "DescribeInternetGateways", "/InternetGateways/0/InternetGatewayId"),
                "VpcId": everything.vpc,
            }),
            "DependencyViolation",
        ),
        (
            "ReleaseAddress",
            json!({"AllocationId": id(cloud, "DescribeAddresses", "/Addresses/0/AllocationId")}),
            "InvalidIPAddress.InUse",
        ),
        ("DeleteDhcpOptions", json!({"DhcpOptionsId": default_options(cloud)}), "DependencyViolation"),
    ] {
        assert_eq!(cloud.refusal(operation, input), code, "{operation}");
    }
    let interfaces = cloud.ok("DescribeNetworkInterfaces", json!({"Filters": [{"Name": "status", "Values": ["in-use"]}]}));
    let interfaces = interfaces["NetworkInterfaces"].as_array().expect("a list");
    assert_eq!(interfaces.len(), 4, "of the instance, the endpoint, the balancer and the NAT gateway");
    for interface in interfaces {
        let refused = cloud.refusal("DeleteNetworkInterface", json!({"NetworkInterfaceId": interface["NetworkInterfaceId"]}));
        assert!(["InvalidParameterValue", "OperationNotPermitted"].contains(&refused.as_str()), "{refused}");
    }
    assert_eq!(cloud.world().revision(), before);
}

fn default_options(cloud: &Cloud) -> String {
    cloud.text("DescribeVpcs", json!({}), "/Vpcs/0/DhcpOptionsId")
}

#[test]
fn a_network_is_taken_down_in_the_order_in_which_clients_do_it() {
    let everything = Everything::new();
    let cloud = &everything.cloud;
    let endpoint = id(cloud, "DescribeVpcEndpoints", "/VpcEndpoints/0/VpcEndpointId");
    let service = id(cloud, "DescribeVpcEndpointServiceConfigurations", "/ServiceConfigurations/0/ServiceId");
    let balancer = cloud.call_in("elbv2", "DescribeLoadBalancers", json!({})).expect("it is there");
    let balancer = balancer.pointer("/LoadBalancers/0/LoadBalancerArn").and_then(Value::as_str).expect("an ARN").to_owned();
    let nat = id(cloud, "DescribeNatGateways", "/NatGateways/0/NatGatewayId");
    let instance = id(cloud, "DescribeInstances", "/Reservations/0/Instances/0/InstanceId");
    let address = id(cloud, "DescribeAddresses", "/Addresses/0/AllocationId");
    let gateway = id(cloud, "DescribeInternetGateways", "/InternetGateways/0/InternetGatewayId");

    let kept = cloud.ok("DeleteVpcEndpointServiceConfigurations", json!({"ServiceIds": [service]}));
    assert_eq!(kept.pointer("/Unsuccessful/0/Error/Code"), Some(&json!("ExistingVpcEndpointConnections")));
    assert_eq!(cloud.ok("DeleteVpcEndpoints", json!({"VpcEndpointIds": [endpoint]}))["Unsuccessful"], json!([]));
    settle(cloud);
    let refused = cloud.call_in("elbv2", "DeleteLoadBalancer", json!({"LoadBalancerArn": balancer})).expect_err("in use");
    assert_eq!(refused.code, "ResourceInUse");
    assert_eq!(cloud.ok("DeleteVpcEndpointServiceConfigurations", json!({"ServiceIds": [service]}))["Unsuccessful"], json!([]));
    cloud.call_in("elbv2", "DeleteLoadBalancer", json!({"LoadBalancerArn": balancer})).expect("nothing stands on it");
    cloud.ok("DeleteNatGateway", json!({"NatGatewayId": nat}));
    cloud.ok("TerminateInstances", json!({"InstanceIds": [instance]}));
    assert_eq!(cloud.refusal("DeleteSubnet", json!({"SubnetId": everything.subnet})), "DependencyViolation");
    settle(cloud);
    cloud.ok("ReleaseAddress", json!({"AllocationId": address}));
    cloud.ok("DetachInternetGateway", json!({"InternetGatewayId": gateway, "VpcId": everything.vpc}));
    let interface = id(cloud, "DescribeNetworkInterfaces", "/NetworkInterfaces/0/NetworkInterfaceId");
    cloud.ok("DeleteNetworkInterface", json!({"NetworkInterfaceId": interface}));
    cloud.ok("DeleteSubnet", json!({"SubnetId": everything.subnet}));
    for (describe, delete, member, list) in [
        ("DescribeRouteTables", "DeleteRouteTable", "RouteTableId", "RouteTables"),
        ("DescribeNetworkAcls", "DeleteNetworkAcl", "NetworkAclId", "NetworkAcls"),
        ("DescribeSecurityGroups", "DeleteSecurityGroup", "GroupId", "SecurityGroups"),
    ] {
        assert_eq!(cloud.refusal("DeleteVpc", json!({"VpcId": everything.vpc})), "DependencyViolation", "{delete}");
        let tagged = json!({"Filters": [{"Name": "tag-key", "Values": ["made-by"]}]});
        let own = cloud.text(describe, tagged, &format!("/{list}/0/{member}"));
        cloud.ok(delete, json!({member: own}));
    }
    cloud.ok("DeleteVpc", json!({"VpcId": everything.vpc}));
    for list in ["DescribeVpcs", "DescribeSubnets", "DescribeRouteTables", "DescribeSecurityGroups", "DescribeNetworkAcls"] {
        let answer = cloud.ok(list, json!({}));
        assert!(answer.as_object().is_some_and(|lists| lists.values().all(|list| *list == json!([]))), "{list}: {answer}");
    }
}

#[test]
fn a_terminated_instance_holds_nothing_and_is_still_listed() {
    let everything = Everything::new();
    let cloud = &everything.cloud;
    let instance = id(cloud, "DescribeInstances", "/Reservations/0/Instances/0/InstanceId");
    let free = || {
        cloud.ok("DescribeSubnets", json!({"SubnetIds": [everything.subnet]}))["Subnets"][0]["AvailableIpAddressCount"].as_u64()
    };
    let before = free().expect("a number");
    cloud.ok("TerminateInstances", json!({"InstanceIds": [instance]}));
    assert_eq!(free(), Some(before), "a machine that is shutting down has its address");
    settle(cloud);
    assert_eq!(free(), Some(before + 1));
    let shown = cloud.ok("DescribeInstances", json!({"InstanceIds": [instance]}))["Reservations"][0]["Instances"][0].clone();
    assert_eq!(shown["State"], json!({"Code": 48, "Name": "terminated"}));
    assert_eq!(shown["NetworkInterfaces"], json!([]));
    assert_eq!(cloud.ok("DescribeInstanceStatus", json!({"InstanceIds": [instance]}))["InstanceStatuses"], json!([]));
}

#[test]
fn what_was_deleted_cannot_be_deleted_again_except_where_aws_shrugs() {
    let cloud = Cloud::new();
    let vpc = cloud.text("CreateVpc", json!({"CidrBlock": "10.0.0.0/16"}), "/Vpc/VpcId");
    let subnet = cloud.text("CreateSubnet", json!({"VpcId": vpc, "CidrBlock": "10.0.1.0/24"}), "/Subnet/SubnetId");
    let interface = cloud.text("CreateNetworkInterface", json!({"SubnetId": subnet}), "/NetworkInterface/NetworkInterfaceId");
    let table = cloud.text("CreateRouteTable", json!({"VpcId": vpc}), "/RouteTable/RouteTableId");
    let acl = cloud.text("CreateNetworkAcl", json!({"VpcId": vpc}), "/NetworkAcl/NetworkAclId");
    let group = cloud.text("CreateSecurityGroup", json!({"VpcId": vpc, "GroupName": "a", "Description": "a"}), "/GroupId");
    let gateway = cloud.text("CreateInternetGateway", json!({}), "/InternetGateway/InternetGatewayId");
    let address = cloud.text("AllocateAddress", json!({}), "/AllocationId");
    let options = json!({"DhcpConfigurations": [{"Key": "domain-name", "Values": ["x"]}]});
    let options = cloud.text("CreateDhcpOptions", options, "/DhcpOptions/DhcpOptionsId");
    let list = json!({"PrefixListName": "x", "MaxEntries": 1, "AddressFamily": "IPv4"});
    let list = cloud.text("CreateManagedPrefixList", list, "/PrefixList/PrefixListId");
    cloud.ok("CreateKeyPair", json!({"KeyName": "mine", "KeyType": "ed25519"}));
    for (operation, input, again) in [
        ("DeleteNetworkInterface", json!({"NetworkInterfaceId": interface}), Some("InvalidNetworkInterfaceID.NotFound")),
        ("DeleteSubnet", json!({"SubnetId": subnet}), Some("InvalidSubnetID.NotFound")),
        ("DeleteRouteTable", json!({"RouteTableId": table}), Some("InvalidRouteTableID.NotFound")),
        ("DeleteNetworkAcl", json!({"NetworkAclId": acl}), Some("InvalidNetworkAclID.NotFound")),
        ("DeleteSecurityGroup", json!({"GroupId": group}), Some("InvalidGroup.NotFound")),
        ("DeleteInternetGateway", json!({"InternetGatewayId": gateway}), Some("InvalidInternetGatewayID.NotFound")),
        ("ReleaseAddress", json!({"AllocationId": address}), Some("InvalidAllocationID.NotFound")),
        ("DeleteDhcpOptions", json!({"DhcpOptionsId": options}), Some("InvalidDhcpOptionID.NotFound")),
        ("DeleteManagedPrefixList", json!({"PrefixListId": list}), Some("InvalidPrefixListID.NotFound")),
        ("DeleteKeyPair", json!({"KeyName": "mine"}), None),
        ("DeleteVpc", json!({"VpcId": vpc}), Some("InvalidVpcID.NotFound")),
    ] {
        cloud.ok(operation, input.clone());
        match again {
            Some(code) => assert_eq!(cloud.refusal(operation, input), code, "{operation}"),
            None => drop(cloud.ok(operation, input)),
        }
    }
}
