"""sweep.py: every waiter and every paginator that boto3 has for operations that are here, on one small world of everything; and
the sequences of calls that the CDK's custom resources and Ansible's modules make.

A paginator or waiter that needs arguments which stand in no table below is an error: whoever adds an operation adds a line.
"""
import json
import time

import botocore.loaders
import botocore.session

have = {}
for line in given["operations"].splitlines():
    service, _, operation = line.split(" ")[0].partition(".")
    have.setdefault(service, set()).add(operation)
snake = botocore.xform_name
loader = botocore.session.get_session().get_component("data_loader")
seen = {"waiters": 0, "pages": 0}


def wait(service, waiter, **arguments):
    waiting.setdefault(service, set()).discard(waiter)
    client(service).get_waiter(snake(waiter)).wait(**arguments, WaiterConfig={"Delay": 0.1, "MaxAttempts": 200})
    seen["waiters"] += 1


def waiters_of(service):
    try:
        model = loader.load_service_model(service, "waiters-2")["waiters"]
    except botocore.exceptions.DataNotFoundError:
        return set()
    return {name for name, waiter in model.items() if waiter["operation"] in have.get(service, ())}


waiting = {service: waiters_of(service) for service in ["ec2", "elbv2", "autoscaling", "route53", "acm", "s3", "iam", "service-quotas"]}
ec2, elb, s3, r53, iam = client("ec2"), client("elbv2"), client("s3"), client("route53"), client("iam")

# A small world of everything.
vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
wait("ec2", "VpcExists", VpcIds=[vpc])
wait("ec2", "VpcAvailable", VpcIds=[vpc])
subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.1.0/24", AvailabilityZone="us-east-1a")["Subnet"]["SubnetId"]
wait("ec2", "SubnetAvailable", SubnetIds=[subnet])
group = ec2.create_security_group(VpcId=vpc, GroupName="g", Description="g")["GroupId"]
wait("ec2", "SecurityGroupExists", GroupIds=[group])
second = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
in_second = [{"Name": "vpc-id", "Values": [second]}]
ec2.associate_security_group_vpc(GroupId=group, VpcId=second)
wait("ec2", "SecurityGroupVpcAssociationAssociated", Filters=in_second)
ec2.disassociate_security_group_vpc(GroupId=group, VpcId=second)
wait("ec2", "SecurityGroupVpcAssociationDisassociated", Filters=in_second)
ec2.delete_vpc(VpcId=second)
gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
wait("ec2", "InternetGatewayExists", InternetGatewayIds=[gateway])
ec2.create_key_pair(KeyName="k")
wait("ec2", "KeyPairExists", KeyNames=["k"])
interface = ec2.create_network_interface(SubnetId=subnet)["NetworkInterface"]["NetworkInterfaceId"]
wait("ec2", "NetworkInterfaceAvailable", NetworkInterfaceIds=[interface])
image = given["image"]
wait("ec2", "ImageExists", ImageIds=[image])
wait("ec2", "ImageAvailable", ImageIds=[image])
instance = ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1, InstanceType="t3.micro", SubnetId=subnet)["Instances"][0]["InstanceId"]
nat = ec2.create_nat_gateway(SubnetId=subnet, ConnectivityType="private")["NatGateway"]["NatGatewayId"]
balancer = elb.create_load_balancer(Name="n", Type="network", Scheme="internal", Subnets=[subnet])["LoadBalancers"][0]["LoadBalancerArn"]
wait("elbv2", "LoadBalancerExists", LoadBalancerArns=[balancer])
wait("elbv2", "LoadBalancerAvailable", LoadBalancerArns=[balancer])
targets = elb.create_target_group(Name="t", Protocol="TCP", Port=80, VpcId=vpc, TargetType="ip")["TargetGroups"][0]["TargetGroupArn"]
listener = elb.create_listener(LoadBalancerArn=balancer, Protocol="TCP", Port=80,
                               DefaultActions=[{"Type": "forward", "TargetGroupArn": targets}])["Listeners"][0]["ListenerArn"]
offer = ec2.create_vpc_endpoint_service_configuration(NetworkLoadBalancerArns=[balancer], AcceptanceRequired=False)
offer = offer["ServiceConfiguration"]["ServiceId"]
wait("ec2", "NatGatewayAvailable", NatGatewayIds=[nat])
for waiter in ["InstanceExists", "InstanceRunning", "InstanceStatusOk", "SystemStatusOk"]:
    wait("ec2", waiter, InstanceIds=[instance])
volume = ec2.describe_volumes()["Volumes"]
if volume:
    wait("ec2", "VolumeInUse", VolumeIds=[volume[0]["VolumeId"]])

if "CreateVpcPeeringConnection" in have["ec2"]:
    peer = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    peering = ec2.create_vpc_peering_connection(VpcId=vpc, PeerVpcId=peer)["VpcPeeringConnection"]["VpcPeeringConnectionId"]
    wait("ec2", "VpcPeeringConnectionExists", VpcPeeringConnectionIds=[peering])
    ec2.delete_vpc_peering_connection(VpcPeeringConnectionId=peering)
    wait("ec2", "VpcPeeringConnectionDeleted", VpcPeeringConnectionIds=[peering])

role = iam.create_role(RoleName="r", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]}))["Role"]["RoleName"]
user = iam.create_user(UserName="u")["User"]["UserName"]
policy = iam.create_policy(PolicyName="p", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": "ec2:Describe*", "Resource": "*"}]}))["Policy"]["Arn"]
iam.create_instance_profile(InstanceProfileName="i")
wait("iam", "RoleExists", RoleName=role)
wait("iam", "UserExists", UserName=user)
wait("iam", "PolicyExists", PolicyArn=policy)
wait("iam", "InstanceProfileExists", InstanceProfileName="i")

wait("s3", "BucketNotExists", Bucket="sweep")
s3.create_bucket(Bucket="sweep")
wait("s3", "BucketExists", Bucket="sweep")
wait("s3", "ObjectNotExists", Bucket="sweep", Key="k")
s3.put_object(Bucket="sweep", Key="k", Body=b"x")
wait("s3", "ObjectExists", Bucket="sweep", Key="k")
upload = s3.create_multipart_upload(Bucket="sweep", Key="u")["UploadId"]

zone = r53.create_hosted_zone(Name="example.com", CallerReference="sweep")["HostedZone"]["Id"]


def record(kind, name, value):
    resource = {"Name": name, "Type": kind, "TTL": 60, "ResourceRecords": [{"Value": value}]}
    changed = r53.change_resource_record_sets(
        HostedZoneId=zone, ChangeBatch={"Changes": [{"Action": "UPSERT", "ResourceRecordSet": resource}]})
    wait("route53", "ResourceRecordSetsChanged", Id=changed["ChangeInfo"]["Id"])


# What CDK's VpcEndpointServiceDomainName does: modify, describe, a TXT record, start, and look until it is verified.
ec2.modify_vpc_endpoint_service_configuration(ServiceId=offer, PrivateDnsName="api.example.com")
described = ec2.describe_vpc_endpoint_service_configurations(ServiceIds=[offer])["ServiceConfigurations"][0]
proof = described["PrivateDnsNameConfiguration"]
assert proof["State"] == "pendingVerification" and proof["Type"] == "TXT", proof
record("TXT", f"{proof['Name']}.example.com", f'"{proof["Value"]}"')
ec2.start_vpc_endpoint_service_private_dns_verification(ServiceId=offer)
for _ in range(200):
    described = ec2.describe_vpc_endpoint_service_configurations(ServiceIds=[offer])["ServiceConfigurations"][0]
    if described["PrivateDnsNameConfiguration"]["State"] == "verified":
        break
    time.sleep(0.1)
assert described["PrivateDnsNameConfiguration"]["State"] == "verified", described

# What CDK's DnsValidatedCertificate and Ansible's acm_certificate do.
if "RequestCertificate" in have.get("acm", ()):
    acm = client("acm")
    certificate = acm.request_certificate(DomainName="www.example.com", ValidationMethod="DNS")["CertificateArn"]
    for _ in range(200):
        options = acm.describe_certificate(CertificateArn=certificate)["Certificate"].get("DomainValidationOptions", [{}])
        if "ResourceRecord" in options[0]:
            break
        time.sleep(0.1)
    wanted = options[0]["ResourceRecord"]
    record(wanted["Type"], wanted["Name"], wanted["Value"])
    wait("acm", "CertificateValidated", CertificateArn=certificate)
    action = {"Type": "forward", "TargetGroupArn": targets}
    secure = elb.create_listener(LoadBalancerArn=balancer, Protocol="TLS", Port=443, DefaultActions=[action],
                                 Certificates=[{"CertificateArn": certificate}])["Listeners"][0]["ListenerArn"]

# What `cdk synth` asks for Vpc.fromLookup, and for the zones in which a service has endpoints; the rest it asks as Ansible does.
ec2.describe_vpcs(Filters=[{"Name": "vpc-id", "Values": [vpc]}])
assert ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["Subnets"][0]["MapPublicIpOnLaunch"] is False
assert ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["RouteTables"][0]["Associations"][0]["Main"]
attached = {"attachment.vpc-id": vpc, "attachment.state": "attached", "state": "available"}
attached = [{"Name": name, "Values": [value]} for name, value in attached.items()]
assert ec2.describe_vpn_gateways(Filters=attached)["VpnGateways"] == []
service = ec2.describe_vpc_endpoint_services(ServiceNames=["com.amazonaws.us-east-1.ec2"])["ServiceDetails"][0]
assert "us-east-1a" in service["AvailabilityZones"], service

# What Ansible's amazon.aws modules call before and after they change something.
ansible = [
    lambda: ec2.describe_vpcs(Filters=[{"Name": "tag:Name", "Values": ["x"]}, {"Name": "cidr-block-association.cidr-block", "Values": ["10.0.0.0/16"]}]),
    lambda: ec2.describe_vpc_attribute(VpcId=vpc, Attribute="enableDnsHostnames"),
    lambda: ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpc]}, {"Name": "cidr-block", "Values": ["10.0.1.0/24"]}]),
    lambda: ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc]}, {"Name": "association.main", "Values": ["true"]}]),
    lambda: ec2.describe_security_groups(Filters=[{"Name": "group-name", "Values": ["g"]}, {"Name": "vpc-id", "Values": [vpc]}]),
    lambda: ec2.describe_vpc_endpoint_services(),
    lambda: elb.describe_load_balancers(Names=["n"]),
    lambda: elb.describe_load_balancer_attributes(LoadBalancerArn=balancer),
    lambda: elb.describe_tags(ResourceArns=[balancer, targets]),
    lambda: elb.describe_target_group_attributes(TargetGroupArn=targets),
    lambda: elb.describe_listeners(LoadBalancerArn=balancer),
    lambda: r53.list_hosted_zones_by_name(DNSName="example.com"),
    lambda: r53.list_resource_record_sets(HostedZoneId=zone, StartRecordName="www.example.com", StartRecordType="A"),
    lambda: s3.list_buckets(),
    lambda: s3.get_bucket_ownership_controls(Bucket="sweep"),
]
failed = []
for number, step in enumerate(ansible):
    try:
        step()
    except Exception as error:
        failed.append(f"ansible {number}: {error}")

if "CreateAutoScalingGroup" in have.get("autoscaling", ()):
    ec2.create_launch_template(LaunchTemplateName="sweep", LaunchTemplateData={"ImageId": image, "InstanceType": "t3.micro"})
    client("autoscaling").create_auto_scaling_group(
        AutoScalingGroupName="a", MinSize=0, MaxSize=0, VPCZoneIdentifier=subnet,
        LaunchTemplate={"LaunchTemplateName": "sweep", "Version": "$Latest"})

prefixes = ec2.create_managed_prefix_list(PrefixListName="sweep", MaxEntries=1, AddressFamily="IPv4")["PrefixList"]["PrefixListId"]
arguments = {
    "DescribeStaleSecurityGroups": {"VpcId": vpc},
    "DescribeVpcEndpointServicePermissions": {"ServiceId": offer},
    "DescribeLaunchTemplateVersions": {"LaunchTemplateName": "sweep", "Versions": ["$Latest"]},
    "DescribeInstanceCreditSpecifications": {"InstanceIds": [instance]},
    "GetManagedPrefixListEntries": {"PrefixListId": prefixes},
    "GetManagedPrefixListAssociations": {"PrefixListId": prefixes},
    "DescribeListeners": {"LoadBalancerArn": balancer},
    "DescribeListenerCertificates": {"ListenerArn": secure},
    "DescribeRules": {"ListenerArn": listener},
    "DescribeAddressesAttribute": {"Attribute": "domain-name"},
    "ListMultipartUploads": {"Bucket": "sweep"},
    "ListObjectVersions": {"Bucket": "sweep"},
    "ListObjects": {"Bucket": "sweep"},
    "ListObjectsV2": {"Bucket": "sweep"},
    "ListParts": {"Bucket": "sweep", "Key": "u", "UploadId": upload},
    "ListEntitiesForPolicy": {"PolicyArn": policy},
    "ListInstanceProfileTags": {"InstanceProfileName": "i"},
}
# Members that every operation which needs them gets, unless it has a line above.
usual = {"AutoScalingGroupName": "a", "HostedZoneId": zone, "RoleName": role, "UserName": user, "PolicyArn": policy, "VPCId": vpc,
         "PathId": "", "VpcId": vpc, "ServiceCode": "vpc", "QuotaCode": "L-7E9ECCDB"}
for service in waiting:
    model = botocore.session.get_session().get_service_model(service)
    for name in sorted(set(loader.load_service_model(service, "paginators-1")["pagination"]) & have.get(service, set())):
        needed = model.operation_model(name).input_shape.required_members
        given_to = arguments.get(name, {member: usual.get(member) for member in needed})
        try:
            assert None not in given_to.values(), f"needs {needed}"
            for page in client(service).get_paginator(snake(name)).paginate(**given_to, PaginationConfig={"MaxItems": 40}):
                pass
            seen["pages"] += 1
        except Exception as error:
            failed.append(f"{service}.{name}: {error}")

# The ends of things.
ec2.stop_instances(InstanceIds=[instance])
wait("ec2", "InstanceStopped", InstanceIds=[instance])
ec2.terminate_instances(InstanceIds=[instance])
wait("ec2", "InstanceTerminated", InstanceIds=[instance])
ec2.delete_nat_gateway(NatGatewayId=nat)
wait("ec2", "NatGatewayDeleted", NatGatewayIds=[nat])
ec2.delete_vpc_endpoint_service_configurations(ServiceIds=[offer])
elb.delete_load_balancer(LoadBalancerArn=balancer)
wait("elbv2", "LoadBalancersDeleted", LoadBalancerArns=[balancer])
wait("elbv2", "TargetDeregistered", TargetGroupArn=targets, Targets=[{"Id": "10.0.1.99"}])

# Packets reach a target only in the tests of balancers, and volumes come and go with instances.
elsewhere = {"TargetInService", "VolumeAvailable", "VolumeDeleted", "VolumeInUse"}
for service, names in waiting.items():
    failed += [f"{service}: nobody waited for {name}" for name in sorted(names - elsewhere)]
answer = {"failed": failed, **seen}
