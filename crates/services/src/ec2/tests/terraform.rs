//! What Terraform's AWS provider calls, in its order: one resource's create, read, update and delete after the other.

use serde_json::{Value, json};

use crate::ec2::testing::Cloud;

/// A filter list, as the provider writes them.
fn by(filters: &[(&str, &str)]) -> Value {
    let filters: Vec<Value> = filters.iter().map(|(name, value)| json!({"Name": name, "Values": [value]})).collect();
    json!({"Filters": filters})
}

fn vpc(cloud: &Cloud) -> String {
    let tags = json!([{"ResourceType": "vpc", "Tags": [{"Key": "Name", "Value": "main"}]}]);
    let input = json!({
        "CidrBlock": "10.0.0.0/16", "InstanceTenancy": "default", "AmazonProvidedIpv6CidrBlock": false, "TagSpecifications": tags,
    });
    cloud.text("CreateVpc", input, "/Vpc/VpcId")
}

#[test]
fn aws_vpc_reads_its_attributes_and_what_came_with_it() {
    let cloud = Cloud::new();
    let vpc = vpc(&cloud);
    cloud.ok("ModifyVpcAttribute", json!({"VpcId": vpc, "EnableDnsHostnames": {"Value": true}}));
    for (attribute, member, value) in [
        ("enableDnsHostnames", "EnableDnsHostnames", true),
        ("enableDnsSupport", "EnableDnsSupport", true),
        ("enableNetworkAddressUsageMetrics", "EnableNetworkAddressUsageMetrics", false),
    ] {
        let answer = cloud.ok("DescribeVpcAttribute", json!({"VpcId": vpc, "Attribute": attribute}));
        assert_eq!(answer[member], json!({"Value": value}), "{attribute}");
    }
    let acl = cloud.ok("DescribeNetworkAcls", by(&[("default", "true"), ("vpc-id", &vpc)]))["NetworkAcls"].clone();
    assert_eq!((acl.as_array().map(Vec::len), &acl[0]["IsDefault"]), (Some(1), &json!(true)));
    let main = cloud.ok("DescribeRouteTables", by(&[("association.main", "true"), ("vpc-id", &vpc)]))["RouteTables"].clone();
    assert_eq!((main.as_array().map(Vec::len), &main[0]["Associations"][0]["Main"]), (Some(1), &json!(true)));
    let group = cloud.ok("DescribeSecurityGroups", by(&[("group-name", "default"), ("vpc-id", &vpc)]))["SecurityGroups"].clone();
    assert_eq!((group.as_array().map(Vec::len), &group[0]["VpcId"]), (Some(1), &json!(vpc)));
    let two = json!({"VpcId": vpc, "EnableDnsHostnames": {"Value": true}, "EnableDnsSupport": {"Value": true}});
    assert_eq!(cloud.refusal("ModifyVpcAttribute", two), "InvalidParameterCombination");

    cloud.ok("DeleteVpc", json!({"VpcId": vpc}));
    assert_eq!(cloud.refusal("DescribeVpcs", json!({"VpcIds": [vpc]})), "InvalidVpcID.NotFound");
}

#[test]
fn aws_security_group_takes_the_open_egress_away_and_adds_rules_one_by_one() {
    let cloud = Cloud::new();
    let vpc = vpc(&cloud);
    let create = json!({"GroupName": "web", "Description": "Managed by Terraform", "VpcId": vpc});
    let group = cloud.text("CreateSecurityGroup", create.clone(), "/GroupId");
    assert_eq!(cloud.refusal("CreateSecurityGroup", create), "InvalidGroup.Duplicate");
    let open = json!([{"IpProtocol": "-1", "FromPort": 0, "ToPort": 0, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]);
    cloud.ok("RevokeSecurityGroupEgress", json!({"GroupId": group, "IpPermissions": open}));
    let open6 = json!([{"IpProtocol": "-1", "FromPort": 0, "ToPort": 0, "Ipv6Ranges": [{"CidrIpv6": "::/0"}]}]);
    let open6 = json!({"GroupId": group, "IpPermissions": open6});
    assert_eq!(cloud.refusal("RevokeSecurityGroupEgress", open6), "InvalidPermission.NotFound");

    let rule = json!([{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "10.0.0.0/16", "Description": "https"}]}]);
    let rule = json!({"GroupId": group, "IpPermissions": rule});
    let id = cloud.text("AuthorizeSecurityGroupIngress", rule.clone(), "/SecurityGroupRules/0/SecurityGroupRuleId");
    assert_eq!(cloud.refusal("AuthorizeSecurityGroupIngress", rule), "InvalidPermission.Duplicate");
    let read = cloud.ok("DescribeSecurityGroupRules", json!({"SecurityGroupRuleIds": [id]}))["SecurityGroupRules"][0].clone();
    assert_eq!((&read["CidrIpv4"], &read["Description"]), (&json!("10.0.0.0/16"), &json!("https")));
    let all = cloud.ok("DescribeSecurityGroupRules", by(&[("group-id", &group)]))["SecurityGroupRules"].clone();
    assert_eq!(all, json!([read]));
    cloud.ok("RevokeSecurityGroupIngress", json!({"GroupId": group, "SecurityGroupRuleIds": [id]}));
    let gone = json!({"SecurityGroupRuleIds": [id]});
    assert_eq!(cloud.refusal("DescribeSecurityGroupRules", gone), "InvalidSecurityGroupRuleId.NotFound");

    let lambda = by(&[("group-id", &group), ("description", "AWS Lambda VPC ENI*"), ("requester-id", "*:awslambda_*")]);
    assert_eq!(cloud.ok("DescribeNetworkInterfaces", lambda)["NetworkInterfaces"], json!([]));
    cloud.ok("DeleteSecurityGroup", json!({"GroupId": group}));
    assert_eq!(cloud.refusal("DescribeSecurityGroups", json!({"GroupIds": [group]})), "InvalidGroup.NotFound");
}

#[test]
fn aws_route_table_and_its_routes_and_associations_are_found_by_their_own_filters() {
    let cloud = Cloud::new();
    let vpc = vpc(&cloud);
    let subnet = cloud.text(
        "CreateSubnet",
        json!({"VpcId": vpc, "CidrBlock": "10.0.1.0/24", "AvailabilityZone": "us-east-1a"}),
        "/Subnet/SubnetId",
    );
    let gateway = cloud.text("CreateInternetGateway", json!({}), "/InternetGateway/InternetGatewayId");
    cloud.ok("AttachInternetGateway", json!({"InternetGatewayId": gateway, "VpcId": vpc}));
    let attached = cloud.ok("DescribeInternetGateways", by(&[("attachment.vpc-id", &vpc)]));
    assert_eq!(attached.pointer("/InternetGateways/0/Attachments/0/State"), Some(&json!("available")));

    let made = cloud.ok("CreateRouteTable", json!({"VpcId": vpc, "ClientToken": "tf-1"}));
    assert_eq!(cloud.ok("CreateRouteTable", json!({"VpcId": vpc, "ClientToken": "tf-1"})), made);
    let table = made.pointer("/RouteTable/RouteTableId").and_then(Value::as_str).expect("an id").to_owned();
    let route = json!({"RouteTableId": table, "DestinationCidrBlock": "0.0.0.0/0", "GatewayId": gateway});
    cloud.ok("CreateRoute", route.clone());
    assert_eq!(cloud.refusal("CreateRoute", route), "RouteAlreadyExists");
    let read = cloud.ok("DescribeRouteTables", json!({"RouteTableIds": [table]}))["RouteTables"][0].clone();
    assert_eq!(read["PropagatingVgws"], json!([]));
    assert_eq!(
        read["Routes"][1],
        json!({"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": gateway, "Origin": "CreateRoute", "State": "active"})
    );

    let association = cloud.text("AssociateRouteTable", json!({"RouteTableId": table, "SubnetId": subnet}), "/AssociationId");
    let found = cloud.ok("DescribeRouteTables", by(&[("association.route-table-association-id", &association)]));
    assert_eq!(found.pointer("/RouteTables/0/Associations/0/AssociationState/State"), Some(&json!("associated")));
    assert_eq!(cloud.refusal("DeleteRouteTable", json!({"RouteTableId": table})), "DependencyViolation");
    cloud.ok("DisassociateRouteTable", json!({"AssociationId": association}));
    assert_eq!(cloud.refusal("DisassociateRouteTable", json!({"AssociationId": association})), "InvalidAssociationID.NotFound");
    let away = json!({"RouteTableId": table, "DestinationCidrBlock": "0.0.0.0/0"});
    cloud.ok("DeleteRoute", away.clone());
    assert_eq!(cloud.refusal("DeleteRoute", away), "InvalidRoute.NotFound");
    cloud.ok("DeleteRouteTable", json!({"RouteTableId": table}));
    assert_eq!(cloud.refusal("DescribeRouteTables", json!({"RouteTableIds": [table]})), "InvalidRouteTableID.NotFound");
}

#[test]
fn aws_eip_and_aws_nat_gateway_are_made_read_and_retried_with_one_token() {
    let cloud = Cloud::new();
    let vpc = vpc(&cloud);
    let subnet = cloud.text("CreateSubnet", json!({"VpcId": vpc, "CidrBlock": "10.0.1.0/24"}), "/Subnet/SubnetId");
    let gateway = cloud.text("CreateInternetGateway", json!({}), "/InternetGateway/InternetGatewayId");
    cloud.ok("AttachInternetGateway", json!({"InternetGatewayId": gateway, "VpcId": vpc}));
    let address = cloud.text("AllocateAddress", json!({"Domain": "vpc"}), "/AllocationId");
    let names = cloud.ok("DescribeAddressesAttribute", json!({"AllocationIds": [address], "Attribute": "domain-name"}));
    assert_eq!(names.pointer("/Addresses/0/AllocationId"), Some(&json!(address)));
    let create = json!({"SubnetId": subnet, "AllocationId": address, "ConnectivityType": "public", "ClientToken": "tf-2"});
    let made = cloud.ok("CreateNatGateway", create.clone());
    assert_eq!(cloud.ok("CreateNatGateway", create), made);
    let nat = made.pointer("/NatGateway/NatGatewayId").expect("an id");
    let read = cloud.ok("DescribeNatGateways", json!({"NatGatewayIds": [nat]}))["NatGateways"][0].clone();
    assert_eq!((&read["State"], &read["ConnectivityType"]), (&json!("pending"), &json!("public")));
    let shown = &read["NatGatewayAddresses"][0];
    assert_eq!(
        (&shown["AllocationId"], &shown["IsPrimary"], &shown["PrivateIp"]),
        (&json!(address), &json!(true), &json!("10.0.1.4"))
    );
    let used = cloud.ok("DescribeAddresses", json!({"AllocationIds": [address]}))["Addresses"][0].clone();
    assert_eq!(used["AssociationId"], shown["AssociationId"]);
    assert_eq!(used["NetworkInterfaceId"], shown["NetworkInterfaceId"]);
    cloud.ok("DeleteNatGateway", json!({"NatGatewayId": nat}));
    let state = cloud.ok("DescribeNatGateways", json!({"NatGatewayIds": [nat]}));
    assert_eq!(state.pointer("/NatGateways/0/State"), Some(&json!("deleting")));
}

#[test]
fn aws_instance_is_read_attribute_by_attribute() {
    let cloud = Cloud::new();
    let vpc = vpc(&cloud);
    let subnet = cloud.text("CreateSubnet", json!({"VpcId": vpc, "CidrBlock": "10.0.1.0/24"}), "/Subnet/SubnetId");
    let image = json!({"Owners": ["amazon"], "Filters": [{"Name": "name", "Values": ["al2023-ami-*"]}, {"Name": "state", "Values": ["available"]}]});
    let image = cloud.text("DescribeImages", image, "/Images/0/ImageId");
    let launch = json!({
        "ImageId": image, "InstanceType": "t3.micro", "MinCount": 1, "MaxCount": 1, "SubnetId": subnet, "ClientToken": "terraform-1",
        "DisableApiTermination": true, "Monitoring": {"Enabled": false}, "UserData": "aGVsbG8=",
    });
    let id = cloud.text("RunInstances", launch, "/Instances/0/InstanceId");
    for (attribute, pointer, value) in [
        ("instanceInitiatedShutdownBehavior", "/InstanceInitiatedShutdownBehavior/Value", json!("stop")),
        ("disableApiTermination", "/DisableApiTermination/Value", json!(true)),
        ("disableApiStop", "/DisableApiStop/Value", json!(false)),
        ("userData", "/UserData/Value", json!("aGVsbG8=")),
        ("sourceDestCheck", "/SourceDestCheck/Value", json!(true)),
        ("instanceType", "/InstanceType/Value", json!("t3.micro")),
    ] {
        let answer = cloud.ok("DescribeInstanceAttribute", json!({"InstanceId": id, "Attribute": attribute}));
        assert_eq!(answer.pointer(pointer), Some(&value), "{attribute}");
    }
    assert_eq!(cloud.ok("DescribeVolumes", by(&[("attachment.instance-id", &id)]))["Volumes"], json!([]));
    let types = cloud.ok("DescribeInstanceTypes", json!({"InstanceTypes": ["t3.micro"]}));
    assert_eq!(types.pointer("/InstanceTypes/0/BurstablePerformanceSupported"), Some(&json!(true)));
    let credits = cloud.ok("DescribeInstanceCreditSpecifications", json!({"InstanceIds": [id]}));
    assert_eq!(credits.pointer("/InstanceCreditSpecifications/0/CpuCredits"), Some(&json!("unlimited")));
    assert_eq!(cloud.refusal("TerminateInstances", json!({"InstanceIds": [id]})), "OperationNotPermitted");
    cloud.ok("ModifyInstanceAttribute", json!({"InstanceId": id, "DisableApiTermination": {"Value": false}}));
    cloud.ok("TerminateInstances", json!({"InstanceIds": [id]}));
}
