//! The calls of a PrivateLink walkthrough, as the AWS CLI sends them and expects them answered.

use serde_json::{Value, json as value};

use crate::{decoded, form, operation, refusal};

fn ec2(query: &str) -> Value {
    decoded(&form("ec2", &format!("Version=2016-11-15&{query}"))).unwrap()
}

fn elb(query: &str) -> Value {
    decoded(&form("elasticloadbalancing", &format!("Version=2015-12-01&{query}"))).unwrap()
}

/// The answer without declaration, root and request id.
fn answered(service: &str, name: &str, output: &Value) -> String {
    let call = operation(service, name);
    assert_eq!(wire::check_output(&call, output), Vec::<String>::new());
    let response = wire::encode(&call, output, "id");
    let text = std::str::from_utf8(&response.body).unwrap();
    let start = text.find("</requestId>").map(|at| at + "</requestId>".len());
    let start = start.or(text.find("Result>").map(|at| at + "Result>".len())).unwrap();
    let end = text.find(&format!("</{name}Result>")).or(text.find(&format!("</{name}Response>"))).unwrap();
    text[start..end].to_owned()
}

#[test]
fn a_rule_may_name_addresses_groups_and_prefix_lists() {
    let rule =
        ec2("Action=AuthorizeSecurityGroupIngress&GroupId=sg-1&IpPermissions.1.IpProtocol=tcp&IpPermissions.1.FromPort=80\
        &IpPermissions.1.ToPort=81&IpPermissions.1.IpRanges.1.CidrIp=10.0.0.0%2F8&IpPermissions.1.IpRanges.1.Description=x\
        &IpPermissions.2.IpProtocol=-1&IpPermissions.2.Groups.1.GroupId=sg-2&IpPermissions.2.Groups.1.UserId=222222222222\
        &IpPermissions.2.PrefixListIds.1.PrefixListId=pl-1&IpPermissions.2.Ipv6Ranges.1.CidrIpv6=%3A%3A%2F0");
    let expected = value!({"GroupId": "sg-1", "IpPermissions": [
        {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 81, "IpRanges": [{"CidrIp": "10.0.0.0/8", "Description": "x"}]},
        {
            "IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": "sg-2", "UserId": "222222222222"}],
            "PrefixListIds": [{"PrefixListId": "pl-1"}], "Ipv6Ranges": [{"CidrIpv6": "::/0"}],
        },
    ]});
    assert_eq!(rule, expected);
}

#[test]
fn an_instance_brings_its_interface_its_data_and_its_tags() {
    let run =
        ec2("Action=RunInstances&ImageId=ami-1&InstanceType=t3.micro&MinCount=1&MaxCount=1&ClientToken=t&UserData=IyEvYmluL3No\
        &NetworkInterface.1.DeviceIndex=0&NetworkInterface.1.SubnetId=subnet-1&NetworkInterface.1.SecurityGroupId.1=sg-1\
        &NetworkInterface.1.AssociatePublicIpAddress=false&MetadataOptions.HttpTokens=required\
        &TagSpecification.1.ResourceType=instance&TagSpecification.1.Tag.1.Key=Name&TagSpecification.1.Tag.1.Value=web");
    let expected = value!({
        "ImageId": "ami-1", "InstanceType": "t3.micro", "MinCount": 1, "MaxCount": 1, "ClientToken": "t", "UserData": "IyEvYmluL3No",
        "NetworkInterfaces": [{"DeviceIndex": 0, "SubnetId": "subnet-1", "Groups": ["sg-1"], "AssociatePublicIpAddress": false}],
        "MetadataOptions": {"HttpTokens": "required"},
        "TagSpecifications": [{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": "web"}]}],
    });
    assert_eq!(run, expected);
}

#[test]
fn a_balancer_a_group_a_listener_and_targets() {
    let group = elb(
        "Action=CreateTargetGroup&Name=g&Protocol=TCP&Port=80&VpcId=vpc-1&TargetType=ip&HealthCheckProtocol=HTTP&HealthCheckPath=%2Fhealth",
    );
    assert_eq!(group["HealthCheckPath"], "/health");
    let targets = elb(
        "Action=RegisterTargets&TargetGroupArn=arn&Targets.member.1.Id=10.0.0.5&Targets.member.2.Id=10.0.0.6&Targets.member.2.Port=8080",
    );
    assert_eq!(targets, value!({"TargetGroupArn": "arn", "Targets": [{"Id": "10.0.0.5"}, {"Id": "10.0.0.6", "Port": 8080}]}));
    let listener = elb(
        "Action=CreateListener&LoadBalancerArn=arn&Protocol=TCP&Port=80&DefaultActions.member.1.Type=forward&DefaultActions.member.1.TargetGroupArn=g",
    );
    assert_eq!(listener["DefaultActions"], value!([{"Type": "forward", "TargetGroupArn": "g"}]));
    let attributes = elb(
        "Action=ModifyTargetGroupAttributes&TargetGroupArn=g&Attributes.member.1.Key=deregistration_delay.timeout_seconds&Attributes.member.1.Value=5",
    );
    assert_eq!(attributes["Attributes"][0]["Value"], "5");

    let health = value!({"TargetHealthDescriptions": [{"Target": {"Id": "10.0.0.5", "Port": 80}, "HealthCheckPort": "80", "TargetHealth": {"State": "healthy"}}]});
    assert_eq!(
        answered("elbv2", "DescribeTargetHealth", &health),
        "<TargetHealthDescriptions><member><Target><Id>10.0.0.5</Id><Port>80</Port></Target><HealthCheckPort>80</HealthCheckPort>\
         <TargetHealth><State>healthy</State></TargetHealth></member></TargetHealthDescriptions>"
    );
}

#[test]
fn a_service_is_offered_and_its_consumers_allowed() {
    let create = ec2(
        "Action=CreateVpcEndpointServiceConfiguration&AcceptanceRequired=true&NetworkLoadBalancerArn.1=arn%3Ax&ClientToken=t",
    );
    assert_eq!(create, value!({"AcceptanceRequired": true, "NetworkLoadBalancerArns": ["arn:x"], "ClientToken": "t"}));
    let allow = ec2(
        "Action=ModifyVpcEndpointServicePermissions&ServiceId=vpce-svc-1&AddAllowedPrincipals.1=arn%3Aaws%3Aiam%3A%3A222222222222%3Aroot",
    );
    assert_eq!(allow, value!({"ServiceId": "vpce-svc-1", "AddAllowedPrincipals": ["arn:aws:iam::222222222222:root"]}));
    let output = value!({"ServiceConfiguration": {
        "ServiceId": "vpce-svc-1", "ServiceName": "com.amazonaws.vpce.us-east-1.vpce-svc-1", "ServiceState": "Available",
        "ServiceType": [{"ServiceType": "Interface"}], "AcceptanceRequired": true, "AvailabilityZones": ["us-east-1a"],
        "NetworkLoadBalancerArns": ["arn:x"],
    }});
    assert_eq!(
        answered("ec2", "CreateVpcEndpointServiceConfiguration", &output),
        "<serviceConfiguration><serviceType><item><serviceType>Interface</serviceType></item></serviceType><serviceId>vpce-svc-1</serviceId>\
         <serviceName>com.amazonaws.vpce.us-east-1.vpce-svc-1</serviceName><serviceState>Available</serviceState>\
         <availabilityZoneSet><item>us-east-1a</item></availabilityZoneSet><acceptanceRequired>true</acceptanceRequired>\
         <networkLoadBalancerArnSet><item>arn:x</item></networkLoadBalancerArnSet></serviceConfiguration>"
    );
}

#[test]
fn an_endpoint_is_asked_for_accepted_and_described() {
    let create =
        ec2("Action=CreateVpcEndpoint&VpcEndpointType=Interface&VpcId=vpc-2&ServiceName=com.amazonaws.vpce.us-east-1.vpce-svc-1\
        &SubnetId.1=subnet-1&SubnetId.2=subnet-2&SecurityGroupId.1=sg-1&PrivateDnsEnabled=false");
    let expected = value!({
        "VpcEndpointType": "Interface", "VpcId": "vpc-2", "ServiceName": "com.amazonaws.vpce.us-east-1.vpce-svc-1",
        "SubnetIds": ["subnet-1", "subnet-2"], "SecurityGroupIds": ["sg-1"], "PrivateDnsEnabled": false,
    });
    assert_eq!(create, expected);
    let accept = ec2("Action=AcceptVpcEndpointConnections&ServiceId=vpce-svc-1&VpcEndpointId.1=vpce-1");
    assert_eq!(accept, value!({"ServiceId": "vpce-svc-1", "VpcEndpointIds": ["vpce-1"]}));

    let output = value!({"VpcEndpoint": {
        "VpcEndpointId": "vpce-1", "State": "pendingAcceptance", "Groups": [{"GroupId": "sg-1", "GroupName": "g"}],
        "DnsEntries": [{"DnsName": "vpce-1-a.vpce-svc-1.us-east-1.vpce.amazonaws.com", "HostedZoneId": "Z"}],
        "CreationTimestamp": 1_700_000_000_000_i64,
    }});
    assert_eq!(
        answered("ec2", "CreateVpcEndpoint", &output),
        "<vpcEndpoint><vpcEndpointId>vpce-1</vpcEndpointId><state>pendingAcceptance</state>\
         <groupSet><item><groupId>sg-1</groupId><groupName>g</groupName></item></groupSet>\
         <dnsEntrySet><item><dnsName>vpce-1-a.vpce-svc-1.us-east-1.vpce.amazonaws.com</dnsName><hostedZoneId>Z</hostedZoneId></item></dnsEntrySet>\
         <creationTimestamp>2023-11-14T22:13:20.000Z</creationTimestamp></vpcEndpoint>"
    );
    let unsuccessful = value!({"Unsuccessful": [{"ResourceId": "vpce-1", "Error": {"Code": "InvalidState", "Message": "m"}}]});
    assert_eq!(
        answered("ec2", "AcceptVpcEndpointConnections", &unsuccessful),
        "<unsuccessful><item><error><code>InvalidState</code><message>m</message></error><resourceId>vpce-1</resourceId></item></unsuccessful>"
    );
}

#[test]
fn what_is_missing_or_mistyped_in_them_is_told() {
    let ec2 = |query: &str| refusal(&form("ec2", &format!("Version=2016-11-15&{query}")));
    assert_eq!(
        ec2("Action=AcceptVpcEndpointConnections&VpcEndpointId.1=vpce-1"),
        "400 MissingParameter: The request must contain the parameter ServiceId"
    );
    assert_eq!(
        ec2("Action=CreateVpcEndpoint&VpcId=vpc-1&ServiceName=s&VpcEndpointType=Tunnel").split(" Valid").next().unwrap(),
        "400 InvalidParameterValue: Value (Tunnel) for parameter VpcEndpointType is invalid."
    );
    assert_eq!(
        ec2("Action=AuthorizeSecurityGroupIngress&GroupId=sg-1&IpPermissions.1.FromPort=http"),
        "400 InvalidParameterValue: Value (http) for parameter IpPermissions.1.FromPort is invalid. Expected an integer."
    );
}
