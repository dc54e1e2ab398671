"""terraform.py: what Terraform's hashicorp/aws provider 5.x calls for the resources of examples/terraform and their neighbours.

Each resource is created, read as often as `terraform plan` reads it, compared with what was written, updated and destroyed,
with the polls of the provider in between. `same` gathers what a second plan would show as drift.
"""
import json
import time

import botocore.exceptions

ec2, elb, s3, r53, acm, asg = (client(name) for name in ["ec2", "elbv2", "s3", "route53", "acm", "autoscaling"])
drift, destroy = [], []


def same(resource, member, seen, wanted):
    if seen != wanted:
        drift.append(f"{resource}.{member} is {json.dumps(seen, default=str)}, and {json.dumps(wanted, default=str)} was written")


def all_same(resource, seen, wanted):
    for member, value in wanted.items():
        same(resource, member, seen.get(member), value)


def code(call, **arguments):
    """The code with which a call is refused; empty when it is not."""
    try:
        call(**arguments)
    except botocore.exceptions.ClientError as refusal:
        return refusal.response["Error"]["Code"]
    return ""


def until(what, look):
    for _ in range(600):
        seen = look()
        if seen:
            return seen
        time.sleep(0.1)
    raise AssertionError(f"waited in vain: {what}")


def by(**filters):
    return [{"Name": name.replace("__", "-").replace("_d_", "."), "Values": [value]} for name, value in filters.items()]


def tagged(kind, name):
    return [{"ResourceType": kind, "Tags": [{"Key": "Name", "Value": name}]}]


NAME = [{"Key": "Name", "Value": "tf"}]


def gone(what, call, wanted, **arguments):
    until(f"{what} is gone", lambda: code(call, **arguments) == wanted)


# aws_vpc
def aws_vpc(block):
    made = ec2.create_vpc(CidrBlock=block, InstanceTenancy="default", AmazonProvidedIpv6CidrBlock=False,
                          TagSpecifications=tagged("vpc", "tf"))["Vpc"]["VpcId"]
    until("the VPC", lambda: ec2.describe_vpcs(VpcIds=[made])["Vpcs"][0]["State"] == "available")
    ec2.modify_vpc_attribute(VpcId=made, EnableDnsHostnames={"Value": True})
    for _ in range(2):
        seen = ec2.describe_vpcs(VpcIds=[made])["Vpcs"][0]
        all_same("aws_vpc", seen, {"CidrBlock": block, "InstanceTenancy": "default", "Tags": NAME, "IsDefault": False})
        same("aws_vpc", "ipv6", seen.get("Ipv6CidrBlockAssociationSet", []), [])
        for attribute, value in {"enableDnsHostnames": True, "enableDnsSupport": True, "enableNetworkAddressUsageMetrics": False}.items():
            answer = ec2.describe_vpc_attribute(VpcId=made, Attribute=attribute)
            same("aws_vpc", attribute, answer[attribute[0].upper() + attribute[1:]], {"Value": value})
        assert ec2.describe_network_acls(Filters=by(default="true", vpc__id=made))["NetworkAcls"]
        assert ec2.describe_route_tables(Filters=by(association_d_main="true", vpc__id=made))["RouteTables"]
        assert ec2.describe_security_groups(Filters=by(group__name="default", vpc__id=made))["SecurityGroups"]

    def away():
        ec2.delete_vpc(VpcId=made)
        gone(made, ec2.describe_vpcs, "InvalidVpcID.NotFound", VpcIds=[made])
    destroy.append(away)
    return made


def lingering(**filters):
    """What the provider looks for before it deletes a subnet or a group: interfaces that Lambda, Comprehend or DMS left behind."""
    for more in [{"description": "AWS Lambda VPC ENI*"}, {"requester__id": "*:comprehend*"}, {"description": "DMSNetworkInterface"}]:
        assert ec2.describe_network_interfaces(Filters=by(**filters, **more))["NetworkInterfaces"] == []


# aws_subnet
def aws_subnet(network, block, zone, public=False):
    made = ec2.create_subnet(VpcId=network, CidrBlock=block, AvailabilityZone=zone, TagSpecifications=tagged("subnet", "tf"))
    made = made["Subnet"]["SubnetId"]
    until("the subnet", lambda: ec2.describe_subnets(SubnetIds=[made])["Subnets"][0]["State"] == "available")
    if public:
        ec2.modify_subnet_attribute(SubnetId=made, MapPublicIpOnLaunch={"Value": True})
    for _ in range(2):
        seen = ec2.describe_subnets(SubnetIds=[made])["Subnets"][0]
        all_same("aws_subnet", seen, {
            "CidrBlock": block, "AvailabilityZone": zone, "MapPublicIpOnLaunch": public, "AssignIpv6AddressOnCreation": False,
            "EnableDns64": False, "MapCustomerOwnedIpOnLaunch": False, "Ipv6Native": False, "OwnerId": given["account"], "Tags": NAME,
            "PrivateDnsNameOptionsOnLaunch": {"HostnameType": "ip-name", "EnableResourceNameDnsARecord": False,
                                              "EnableResourceNameDnsAAAARecord": False}})
        same("aws_subnet", "ipv6", seen.get("Ipv6CidrBlockAssociationSet", []), [])
        same("aws_subnet", "EnableLniAtDeviceIndex", seen.get("EnableLniAtDeviceIndex", 0), 0)

    def away():
        lingering(subnet__id=made)
        until("nothing needs the subnet", lambda: code(ec2.delete_subnet, SubnetId=made) == "")
        gone(made, ec2.describe_subnets, "InvalidSubnetID.NotFound", SubnetIds=[made])
    destroy.append(away)
    return made


# aws_security_group with its rules in it
def aws_security_group(network, name, port, block):
    made = ec2.create_security_group(GroupName=name, Description="Managed by Terraform", VpcId=network,
                                     TagSpecifications=tagged("security-group", "tf"))["GroupId"]
    until("the group", lambda: code(ec2.describe_security_groups, GroupIds=[made]) == "")
    everything = {"IpProtocol": "-1", "FromPort": 0, "ToPort": 0, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    ec2.revoke_security_group_egress(GroupId=made, IpPermissions=[everything])
    assert code(ec2.revoke_security_group_egress, GroupId=made, IpPermissions=[
        {"IpProtocol": "-1", "FromPort": 0, "ToPort": 0, "Ipv6Ranges": [{"CidrIpv6": "::/0"}]}]) == "InvalidPermission.NotFound"
    rule = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "IpRanges": [{"CidrIp": block}]}
    ec2.authorize_security_group_ingress(GroupId=made, IpPermissions=[rule])
    ec2.authorize_security_group_egress(GroupId=made, IpPermissions=[everything])
    for _ in range(2):
        seen = ec2.describe_security_groups(GroupIds=[made])["SecurityGroups"][0]
        ingress = [{key: value for key, value in rule.items() if value} for rule in seen["IpPermissions"]]
        same("aws_security_group", "ingress", ingress, [rule])
        same("aws_security_group", "egress", [(rule["IpProtocol"], rule.get("FromPort", 0), rule["IpRanges"]) for rule in seen["IpPermissionsEgress"]],
             [("-1", 0, [{"CidrIp": "0.0.0.0/0"}])])
        all_same("aws_security_group", seen, {"GroupName": name, "Description": "Managed by Terraform", "VpcId": network, "Tags": NAME})
        assert seen["SecurityGroupArn"].endswith(f":security-group/{made}"), seen

    def away():
        lingering(group__id=made)
        until("nothing needs the group", lambda: code(ec2.delete_security_group, GroupId=made) == "")
        gone(made, ec2.describe_security_groups, "InvalidGroup.NotFound", GroupIds=[made])
    destroy.append(away)
    return made


# aws_route53_zone
def aws_route53_zone(name, network=None):
    more = {"VPC": {"VPCId": network, "VPCRegion": "us-east-1"}} if network else {}
    answer = r53.create_hosted_zone(Name=name, CallerReference=f"terraform-{name}-{bool(network)}",
                                    HostedZoneConfig={"Comment": "Managed by Terraform"}, **more)
    in_sync(answer["ChangeInfo"]["Id"])
    made = answer["HostedZone"]["Id"].removeprefix("/hostedzone/")
    r53.change_tags_for_resource(ResourceType="hostedzone", ResourceId=made, AddTags=NAME)
    for _ in range(2):
        seen = r53.get_hosted_zone(Id=made)
        same("aws_route53_zone", "name", seen["HostedZone"]["Name"].removesuffix("."), name)
        all_same("aws_route53_zone", seen["HostedZone"]["Config"], {"Comment": "Managed by Terraform", "PrivateZone": bool(network)})
        same("aws_route53_zone", "vpc", seen.get("VPCs", []), [more["VPC"]] if network else [])
        same("aws_route53_zone", "delegation_set_id", seen.get("DelegationSet", {}).get("Id", ""), "")
        if network:
            first = r53.list_resource_record_sets(HostedZoneId=made, StartRecordName=f"{name}.", StartRecordType="NS")
            assert first["ResourceRecordSets"][0]["Type"] == "NS", first
        else:
            assert len(seen["DelegationSet"]["NameServers"]) == 4, seen
        tags = r53.list_tags_for_resource(ResourceType="hostedzone", ResourceId=made)["ResourceTagSet"]
        same("aws_route53_zone", "tags", tags["Tags"], NAME)
    r53.update_hosted_zone_comment(Id=made, Comment="changed")
    same("aws_route53_zone", "comment", r53.get_hosted_zone(Id=made)["HostedZone"]["Config"]["Comment"], "changed")

    def away():
        status = code(r53.get_dnssec, HostedZoneId=made)
        assert status == ("InvalidArgument" if network else ""), status
        in_sync(r53.delete_hosted_zone(Id=made)["ChangeInfo"]["Id"])
        gone(made, r53.get_hosted_zone, "NoSuchHostedZone", Id=made)
    destroy.append(away)
    return made


def in_sync(change):
    until("the change", lambda: r53.get_change(Id=change.removeprefix("/change/"))["ChangeInfo"]["Status"] == "INSYNC")


# aws_route53_record
def aws_route53_record(zone, name, kind, ttl=60, values=(), alias=None):
    assert r53.get_hosted_zone(Id=zone)["HostedZone"]["Name"]
    written = {"Name": name, "Type": kind}
    written |= {"AliasTarget": alias} if alias else {"TTL": ttl, "ResourceRecords": [{"Value": value} for value in values]}

    def change(action):
        return r53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={
            "Comment": "Managed by Terraform", "Changes": [{"Action": action, "ResourceRecordSet": written}]})["ChangeInfo"]["Id"]
    in_sync(change("CREATE"))
    assert code(r53.change_resource_record_sets, HostedZoneId=zone, ChangeBatch={
        "Changes": [{"Action": "CREATE", "ResourceRecordSet": written}]}) == "InvalidChangeBatch"
    in_sync(change("UPSERT"))
    for _ in range(2):
        found = r53.list_resource_record_sets(HostedZoneId=zone, StartRecordName=name, StartRecordType=kind, MaxItems="100")
        seen = found["ResourceRecordSets"][0]
        if alias:
            seen["AliasTarget"]["DNSName"] = seen["AliasTarget"]["DNSName"].removesuffix(".")
        all_same("aws_route53_record", seen | {"Name": seen["Name"].removesuffix(".")}, written)

    def away():
        in_sync(change("DELETE"))
        found = r53.list_resource_record_sets(HostedZoneId=zone, StartRecordName=name, StartRecordType=kind)
        assert all(one["Name"].removesuffix(".") != name for one in found["ResourceRecordSets"]), found
    destroy.append(away)


# aws_acm_certificate, the records of its validation, and aws_acm_certificate_validation
def aws_acm_certificate(zone, domain, more):
    token = "terraform"
    made = acm.request_certificate(DomainName=domain, SubjectAlternativeNames=more, ValidationMethod="DNS", IdempotencyToken=token,
                                   KeyAlgorithm="RSA_2048", Options={"CertificateTransparencyLoggingPreference": "ENABLED"},
                                   DomainValidationOptions=[{"DomainName": name, "ValidationDomain": "example.com"} for name in [domain, *more]],
                                   Tags=NAME)["CertificateArn"]

    def described():
        return acm.describe_certificate(CertificateArn=made)["Certificate"]
    options = until("the records of the proof", lambda: [o for o in described()["DomainValidationOptions"] if "ResourceRecord" in o])
    same("aws_acm_certificate", "domain_validation_options", sorted(option["DomainName"] for option in options), sorted([domain, *more]))
    for option in {json.dumps(option["ResourceRecord"]) for option in options}:
        record = json.loads(option)
        aws_route53_record(zone, record["Name"].removesuffix("."), record["Type"], 60, [record["Value"]])
    until("the certificate", lambda: described()["Status"] == "ISSUED")
    for _ in range(2):
        seen = described()
        all_same("aws_acm_certificate", seen, {"DomainName": domain, "SubjectAlternativeNames": [domain, *more], "Type": "AMAZON_ISSUED",
                                               "KeyAlgorithm": "RSA_2048", "RenewalEligibility": "INELIGIBLE",
                                               "Options": {"CertificateTransparencyLoggingPreference": "ENABLED", "Export": "DISABLED"}})
        assert all(option["ValidationMethod"] == "DNS" and option["ValidationStatus"] == "SUCCESS" for option in seen["DomainValidationOptions"])
        same("aws_acm_certificate", "tags", acm.list_tags_for_certificate(CertificateArn=made)["Tags"], NAME)

    def away():
        until("nobody uses the certificate", lambda: code(acm.delete_certificate, CertificateArn=made) == "")
        gone(made, acm.describe_certificate, "ResourceNotFoundException", CertificateArn=made)
    destroy.append(away)
    return made


# aws_lb of type network, aws_lb_target_group, aws_lb_listener
def attributes(call, **arn):
    return {one["Key"]: one["Value"] for one in call(**arn)["Attributes"]}


def aws_lb(subnets):
    assert code(elb.describe_load_balancers, Names=["tf"]) == "LoadBalancerNotFound"
    made = elb.create_load_balancer(Name="tf", Type="network", Scheme="internal", IpAddressType="ipv4", Tags=NAME,
                                    SubnetMappings=[{"SubnetId": subnet} for subnet in subnets])["LoadBalancers"][0]["LoadBalancerArn"]
    until("the balancer", lambda: elb.describe_load_balancers(LoadBalancerArns=[made])["LoadBalancers"][0]["State"]["Code"] == "active")
    written = {"access_logs.s3.enabled": "false", "deletion_protection.enabled": "false", "load_balancing.cross_zone.enabled": "true",
               "dns_record.client_routing_policy": "any_availability_zone", "zonal_shift.config.enabled": "false"}
    elb.modify_load_balancer_attributes(LoadBalancerArn=made, Attributes=[{"Key": key, "Value": value} for key, value in written.items()])
    for _ in range(2):
        seen = elb.describe_load_balancers(LoadBalancerArns=[made])["LoadBalancers"][0]
        all_same("aws_lb", seen, {"LoadBalancerName": "tf", "Scheme": "internal", "Type": "network", "IpAddressType": "ipv4"})
        same("aws_lb", "security_groups", seen.get("SecurityGroups", []), [])
        same("aws_lb", "customer_owned_ipv4_pool", seen.get("CustomerOwnedIpv4Pool", ""), "")
        same("aws_lb", "enable_prefix_for_ipv6_source_nat", seen.get("EnablePrefixForIpv6SourceNat", "off"), "off")
        same("aws_lb", "subnets", sorted(zone["SubnetId"] for zone in seen["AvailabilityZones"]), sorted(subnets))
        for zone in seen["AvailabilityZones"]:
            same("aws_lb", "subnet_mapping", zone.get("LoadBalancerAddresses", []), [])
        have = attributes(elb.describe_load_balancer_attributes, LoadBalancerArn=made)
        all_same("aws_lb", have, written | {"access_logs.s3.bucket": "", "access_logs.s3.prefix": ""})
        same("aws_lb", "capacity", elb.describe_capacity_reservation(LoadBalancerArn=made)["CapacityReservationState"], [])
        same("aws_lb", "tags", elb.describe_tags(ResourceArns=[made])["TagDescriptions"][0]["Tags"], NAME)

    def away():
        elb.delete_load_balancer(LoadBalancerArn=made)
        gone(made, elb.describe_load_balancers, "LoadBalancerNotFound", LoadBalancerArns=[made])
        filters = by(attachment_d_instance__owner__id="amazon-elb", description=f"ELB {made.split('loadbalancer/')[1]}")
        until("its interfaces", lambda: not ec2.describe_network_interfaces(Filters=filters)["NetworkInterfaces"])
    destroy.append(away)
    return made


def aws_lb_target_group(network):
    assert code(elb.describe_target_groups, Names=["tf"]) == "TargetGroupNotFound"
    check = {"HealthCheckEnabled": True, "HealthCheckIntervalSeconds": 30, "HealthCheckPort": "traffic-port",
             "HealthCheckProtocol": "HTTP", "HealthyThresholdCount": 3, "UnhealthyThresholdCount": 3}
    made = elb.create_target_group(Name="tf", Port=80, Protocol="TCP", VpcId=network, TargetType="instance", Tags=NAME, **check)
    made = made["TargetGroups"][0]["TargetGroupArn"]
    until("the target group", lambda: code(elb.describe_target_groups, TargetGroupArns=[made]) == "")
    written = {"deregistration_delay.timeout_seconds": "300", "deregistration_delay.connection_termination.enabled": "false",
               "preserve_client_ip.enabled": "true", "proxy_protocol_v2.enabled": "false",
               "target_health_state.unhealthy.connection_termination.enabled": "true"}
    elb.modify_target_group_attributes(TargetGroupArn=made, Attributes=[{"Key": key, "Value": value} for key, value in written.items()])
    for _ in range(2):
        seen = elb.describe_target_groups(TargetGroupArns=[made])["TargetGroups"][0]
        all_same("aws_lb_target_group", seen, check | {"Port": 80, "Protocol": "TCP", "VpcId": network, "TargetType": "instance",
                                                       "IpAddressType": "ipv4", "HealthCheckPath": "/", "HealthCheckTimeoutSeconds": 6,
                                                       "Matcher": {"HttpCode": "200-399"}})
        have = attributes(elb.describe_target_group_attributes, TargetGroupArn=made)
        all_same("aws_lb_target_group", have, written | {"stickiness.enabled": "false", "stickiness.type": "source_ip",
                                                         "load_balancing.cross_zone.enabled": "use_load_balancer_configuration",
                                                         "target_health_state.unhealthy.draining_interval_seconds": "0",
                                                         "target_group_health.dns_failover.minimum_healthy_targets.count": "1",
                                                         "target_group_health.dns_failover.minimum_healthy_targets.percentage": "off",
                                                         "target_group_health.unhealthy_state_routing.minimum_healthy_targets.count": "1",
                                                         "target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage": "off"})

    def away():
        until("nothing needs the target group", lambda: code(elb.delete_target_group, TargetGroupArn=made) == "")
    destroy.append(away)
    return made


def aws_lb_listener(balancer, certificate, group):
    policy = "ELBSecurityPolicy-TLS13-1-2-2021-06"
    action = {"Type": "forward", "TargetGroupArn": group}
    made = elb.create_listener(LoadBalancerArn=balancer, Port=443, Protocol="TLS", SslPolicy=policy, DefaultActions=[action],
                               Certificates=[{"CertificateArn": certificate}], Tags=NAME)["Listeners"][0]["ListenerArn"]
    for _ in range(2):
        seen = elb.describe_listeners(ListenerArns=[made])["Listeners"][0]
        all_same("aws_lb_listener", seen, {"Port": 443, "Protocol": "TLS", "SslPolicy": policy})
        same("aws_lb_listener", "alpn_policy", seen.get("AlpnPolicy", []), [])
        same("aws_lb_listener", "certificate_arn", [one["CertificateArn"] for one in seen["Certificates"]], [certificate])
        same("aws_lb_listener", "mutual_authentication", seen.get("MutualAuthentication", {}).get("Mode", "off"), "off")
        shown = seen["DefaultActions"][0]
        same("aws_lb_listener", "default_action", {key: shown.get(key) for key in ["Type", "TargetGroupArn"]}, action)
        same("aws_lb_listener", "stickiness", shown.get("ForwardConfig", {}).get("TargetGroupStickinessConfig", {}).get("Enabled", False), False)
        # For TLS listeners of network balancers the provider reads the attributes of TCP listeners only.
        elb.describe_listener_attributes(ListenerArn=made)
        same("aws_lb_listener", "tags", elb.describe_tags(ResourceArns=[made])["TagDescriptions"][0]["Tags"], NAME)
    destroy.append(lambda: elb.delete_listener(ListenerArn=made))


# aws_launch_template and aws_autoscaling_group
def aws_launch_template(image, group):
    data = {"ImageId": image, "InstanceType": "t3.micro", "SecurityGroupIds": [group], "UserData": "IyEvYmluL3NoCg==",
            "MetadataOptions": {"HttpTokens": "required"}}
    answer = ec2.create_launch_template(LaunchTemplateName="terraform", LaunchTemplateData=data, ClientToken="terraform-lt",
                                        TagSpecifications=tagged("launch-template", "tf"))["LaunchTemplate"]
    made = answer["LaunchTemplateId"]
    for _ in range(2):
        seen = ec2.describe_launch_templates(LaunchTemplateIds=[made])["LaunchTemplates"][0]
        all_same("aws_launch_template", seen, {"LaunchTemplateName": "terraform", "DefaultVersionNumber": 1, "LatestVersionNumber": 1, "Tags": NAME})
        version = ec2.describe_launch_template_versions(LaunchTemplateId=made, Versions=["1"])["LaunchTemplateVersions"][0]
        seen = version["LaunchTemplateData"]
        same("aws_launch_template", "metadata_options", seen.pop("MetadataOptions", {}).get("HttpTokens"), "required")
        same("aws_launch_template", "data", seen, {key: value for key, value in data.items() if key != "MetadataOptions"})

    def away():
        ec2.delete_launch_template(LaunchTemplateId=made)
        gone(made, ec2.describe_launch_templates, "InvalidLaunchTemplateId.NotFound", LaunchTemplateIds=[made])
    destroy.append(away)
    return made


def aws_autoscaling_group(template, subnets, targets):
    written = {"MinSize": 1, "MaxSize": 2, "HealthCheckType": "ELB"}
    asg.create_auto_scaling_group(AutoScalingGroupName="tf", LaunchTemplate={"LaunchTemplateId": template, "Version": "1"},
                                  VPCZoneIdentifier=",".join(subnets), TargetGroupARNs=[targets], NewInstancesProtectedFromScaleIn=False,
                                  Tags=[{"Key": "Name", "Value": "tf", "PropagateAtLaunch": True, "ResourceId": "tf",
                                         "ResourceType": "auto-scaling-group"}], **written)

    def described():
        found = asg.describe_auto_scaling_groups(AutoScalingGroupNames=["tf"])["AutoScalingGroups"]
        return found[0] if found else None
    until("the capacity", lambda: [one for one in described()["Instances"] if one["LifecycleState"] == "InService"])
    assert asg.describe_scaling_activities(AutoScalingGroupName="tf")["Activities"]
    for _ in range(2):
        seen = described()
        all_same("aws_autoscaling_group", seen, written | {
            "DesiredCapacity": 1, "DefaultCooldown": 300, "HealthCheckGracePeriod": 0, "NewInstancesProtectedFromScaleIn": False,
            "TerminationPolicies": ["Default"], "TargetGroupARNs": [targets], "LoadBalancerNames": [], "SuspendedProcesses": [],
            "EnabledMetrics": [], "CapacityRebalance": False})
        same("aws_autoscaling_group", "launch_template", {key: seen["LaunchTemplate"][key] for key in ["LaunchTemplateId", "Version"]},
             {"LaunchTemplateId": template, "Version": "1"})
        same("aws_autoscaling_group", "vpc_zone_identifier", sorted(seen["VPCZoneIdentifier"].split(",")), sorted(subnets))
        same("aws_autoscaling_group", "tag", [(tag["Key"], tag["Value"], tag["PropagateAtLaunch"]) for tag in seen["Tags"]], [("Name", "tf", True)])
        for absent in ["MaxInstanceLifetime", "Context", "DefaultInstanceWarmup", "DesiredCapacityType", "WarmPoolConfiguration", "PlacementGroup", "MixedInstancesPolicy"]:
            same("aws_autoscaling_group", absent, seen.get(absent), None)
        same("aws_autoscaling_group", "instance_maintenance_policy", seen.get("InstanceMaintenancePolicy"), None)
        same("aws_autoscaling_group", "traffic_source", [one["Identifier"] for one in seen.get("TrafficSources", [])], [targets])
    asg.update_auto_scaling_group(AutoScalingGroupName="tf", MaxSize=3, MinSize=1)
    same("aws_autoscaling_group", "max_size", described()["MaxSize"], 3)

    def away():
        asg.update_auto_scaling_group(AutoScalingGroupName="tf", DesiredCapacity=0, MinSize=0, MaxSize=0)
        until("the group is drained", lambda: not described()["Instances"])
        until("the group may go", lambda: code(asg.delete_auto_scaling_group, AutoScalingGroupName="tf", ForceDelete=False) == "")
        until("the group is gone", lambda: described() is None)
    destroy.append(away)


# aws_vpc_endpoint_service with its permissions
def aws_vpc_endpoint_service(balancer, principal):
    made = ec2.create_vpc_endpoint_service_configuration(AcceptanceRequired=False, NetworkLoadBalancerArns=[balancer], ClientToken="tf-svc",
                                                         TagSpecifications=tagged("vpc-endpoint-service", "tf"))["ServiceConfiguration"]
    made, name = made["ServiceId"], made["ServiceName"]
    described = lambda: ec2.describe_vpc_endpoint_service_configurations(ServiceIds=[made])["ServiceConfigurations"][0]
    until("the service", lambda: described()["ServiceState"] == "Available")
    ec2.modify_vpc_endpoint_service_permissions(ServiceId=made, AddAllowedPrincipals=[principal])
    for _ in range(2):
        seen = described()
        all_same("aws_vpc_endpoint_service", seen, {
            "AcceptanceRequired": False, "NetworkLoadBalancerArns": [balancer], "ManagesVpcEndpoints": False, "Tags": NAME,
            "SupportedIpAddressTypes": ["ipv4"], "ServiceType": [{"ServiceType": "Interface"}]})
        same("aws_vpc_endpoint_service", "gateway_load_balancer_arns", seen.get("GatewayLoadBalancerArns", []), [])
        same("aws_vpc_endpoint_service", "private_dns_name", seen.get("PrivateDnsName", ""), "")
        same("aws_vpc_endpoint_service", "supported_regions", [one["Region"] for one in seen.get("SupportedRegions", [])], ["us-east-1"])
        allowed = ec2.describe_vpc_endpoint_service_permissions(ServiceId=made)["AllowedPrincipals"]
        same("aws_vpc_endpoint_service", "allowed_principals", [one["Principal"] for one in allowed], [principal])

    def away():
        answer = ec2.delete_vpc_endpoint_service_configurations(ServiceIds=[made])
        assert answer.get("Unsuccessful", []) == [], answer
        gone(made, ec2.describe_vpc_endpoint_service_configurations, "InvalidVpcEndpointServiceId.NotFound", ServiceIds=[made])
    destroy.append(away)
    return name


# aws_vpc_endpoint
def aws_vpc_endpoint(network, service, kind, private_dns=False, **place):
    made = ec2.create_vpc_endpoint(VpcId=network, ServiceName=service, VpcEndpointType=kind, PrivateDnsEnabled=private_dns,
                                   ClientToken=f"tf-{network}-{service}", TagSpecifications=tagged("vpc-endpoint", "tf"), **place)
    made = made["VpcEndpoint"]["VpcEndpointId"]
    described = lambda: ec2.describe_vpc_endpoints(VpcEndpointIds=[made])["VpcEndpoints"][0]
    until("the endpoint", lambda: described()["State"] == "available")
    for _ in range(2):
        seen = described()
        all_same("aws_vpc_endpoint", seen, {"VpcEndpointType": kind, "ServiceName": service, "PrivateDnsEnabled": private_dns,
                                            "RequesterManaged": False, "Tags": NAME, "ServiceRegion": "us-east-1"})
        same("aws_vpc_endpoint", "route_table_ids", seen.get("RouteTableIds", []), place.get("RouteTableIds", []))
        same("aws_vpc_endpoint", "subnet_ids", sorted(seen.get("SubnetIds", [])), sorted(place.get("SubnetIds", [])))
        same("aws_vpc_endpoint", "security_group_ids", [one["GroupId"] for one in seen.get("Groups", [])], place.get("SecurityGroupIds", []))
        if kind == "Interface":
            same("aws_vpc_endpoint", "ip_address_type", seen.get("IpAddressType"), "ipv4")
            same("aws_vpc_endpoint", "dns_options", seen.get("DnsOptions", {}).get("DnsRecordIpType"), "ipv4")
            found = ec2.describe_network_interfaces(NetworkInterfaceIds=seen["NetworkInterfaceIds"])["NetworkInterfaces"]
            same("aws_vpc_endpoint", "subnet_configuration", sorted(one["SubnetId"] for one in found), sorted(place["SubnetIds"]))
        else:
            same("aws_vpc_endpoint", "network_interface_ids", seen.get("NetworkInterfaceIds", []), [])
        lists = ec2.describe_prefix_lists(Filters=by(prefix__list__name=service))["PrefixLists"]
        same("aws_vpc_endpoint", "prefix_list_id", len(lists), 1 if kind == "Gateway" else 0)
        if "svc-" not in service:
            policy = json.loads(seen["PolicyDocument"])
            same("aws_vpc_endpoint", "policy", policy["Statement"][0]["Effect"], "Allow")

    def away():
        assert ec2.delete_vpc_endpoints(VpcEndpointIds=[made]).get("Unsuccessful", []) == []
        until("the endpoint is gone", lambda: code(ec2.describe_vpc_endpoints, VpcEndpointIds=[made]) == "InvalidVpcEndpointId.NotFound")
    destroy.append(away)
    return made


# aws_vpc_peering_connection with auto_accept
def aws_vpc_peering_connection(network, peer):
    made = ec2.create_vpc_peering_connection(VpcId=network, PeerVpcId=peer, TagSpecifications=tagged("vpc-peering-connection", "tf"))
    made = made["VpcPeeringConnection"]["VpcPeeringConnectionId"]
    described = lambda: ec2.describe_vpc_peering_connections(VpcPeeringConnectionIds=[made])["VpcPeeringConnections"][0]
    until("the request", lambda: described()["Status"]["Code"] in ["pending-acceptance", "active"])
    ec2.accept_vpc_peering_connection(VpcPeeringConnectionId=made)
    until("the peering", lambda: described()["Status"]["Code"] == "active")
    ec2.modify_vpc_peering_connection_options(VpcPeeringConnectionId=made, RequesterPeeringConnectionOptions={"AllowDnsResolutionFromRemoteVpc": True})
    for _ in range(2):
        seen = described()
        same("aws_vpc_peering_connection", "tags", seen["Tags"], NAME)
        for side, vpc, dns in [("RequesterVpcInfo", network, True), ("AccepterVpcInfo", peer, False)]:
            all_same("aws_vpc_peering_connection", seen[side], {"VpcId": vpc, "OwnerId": given["account"], "Region": "us-east-1"})
            options = seen[side]["PeeringOptions"]
            same("aws_vpc_peering_connection", side, options["AllowDnsResolutionFromRemoteVpc"], dns)

    def away():
        ec2.delete_vpc_peering_connection(VpcPeeringConnectionId=made)
        until("the peering is gone", lambda: described()["Status"]["Code"] == "deleted")
        assert code(ec2.delete_vpc_peering_connection, VpcPeeringConnectionId=made) == "InvalidStateTransition"
    destroy.append(away)
    return made


# aws_ec2_managed_prefix_list
def aws_ec2_managed_prefix_list():
    entries = [{"Cidr": "10.0.0.0/16", "Description": "one"}, {"Cidr": "10.1.0.0/16"}]
    made = ec2.create_managed_prefix_list(PrefixListName="tf", MaxEntries=5, AddressFamily="IPv4", Entries=entries, ClientToken="tf-pl",
                                          TagSpecifications=tagged("prefix-list", "tf"))["PrefixList"]["PrefixListId"]
    described = lambda: ec2.describe_managed_prefix_lists(PrefixListIds=[made])["PrefixLists"][0]
    until("the list", lambda: described()["State"] == "create-complete")
    listed = lambda: ec2.get_managed_prefix_list_entries(PrefixListId=made)["Entries"]
    same("aws_ec2_managed_prefix_list", "entry", listed(), entries)
    all_same("aws_ec2_managed_prefix_list", described(), {"PrefixListName": "tf", "MaxEntries": 5, "AddressFamily": "IPv4", "Version": 1, "Tags": NAME})
    # A changed description is an entry removed and added in two calls.
    for step in [{"RemoveEntries": [{"Cidr": "10.0.0.0/16"}]}, {"AddEntries": [{"Cidr": "10.0.0.0/16", "Description": "other"}]}]:
        ec2.modify_managed_prefix_list(PrefixListId=made, CurrentVersion=described()["Version"], **step)
        until("the change of the list", lambda: described()["State"] == "modify-complete")
    same("aws_ec2_managed_prefix_list", "version", described()["Version"], 3)
    ec2.modify_managed_prefix_list(PrefixListId=made, MaxEntries=6)
    until("the change of the size", lambda: described()["State"] == "modify-complete")
    same("aws_ec2_managed_prefix_list", "max_entries", described()["MaxEntries"], 6)

    def away():
        ec2.delete_managed_prefix_list(PrefixListId=made)
        until("the list is gone", lambda: code(ec2.describe_managed_prefix_lists, PrefixListIds=[made]) == "InvalidPrefixListID.NotFound")
    destroy.append(away)
    return made


# aws_internet_gateway, aws_route_table with its routes, aws_route_table_association
def aws_internet_gateway(network):
    made = ec2.create_internet_gateway(TagSpecifications=tagged("internet-gateway", "tf"))["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=made, VpcId=network)
    described = lambda: ec2.describe_internet_gateways(InternetGatewayIds=[made])["InternetGateways"][0]
    until("the gateway", lambda: described()["Attachments"][0]["State"] == "available")
    all_same("aws_internet_gateway", described(), {"OwnerId": given["account"], "Tags": NAME})

    def away():
        ec2.detach_internet_gateway(InternetGatewayId=made, VpcId=network)
        until("it is detached", lambda: not described().get("Attachments"))
        ec2.delete_internet_gateway(InternetGatewayId=made)
        gone(made, ec2.describe_internet_gateways, "InvalidInternetGatewayID.NotFound", InternetGatewayIds=[made])
    destroy.append(away)
    return made


def aws_route_table(network, *routes):
    made = ec2.create_route_table(VpcId=network, ClientToken=f"tf-{network}-{len(destroy)}",
                                  TagSpecifications=tagged("route-table", "tf"))["RouteTable"]["RouteTableId"]
    described = lambda: ec2.describe_route_tables(RouteTableIds=[made])["RouteTables"][0]
    for route in routes:
        ec2.create_route(RouteTableId=made, **route)
        until("the route", lambda: route["DestinationCidrBlock"] in [one.get("DestinationCidrBlock") for one in described()["Routes"]])
    for _ in range(2):
        seen = described()
        same("aws_route_table", "propagating_vgws", seen["PropagatingVgws"], [])
        # The provider leaves out what is local, what gateway endpoints made, and what came by propagation.
        own = [one for one in seen["Routes"] if one.get("GatewayId") != "local" and not one.get("GatewayId", "").startswith("vpce-")]
        same("aws_route_table", "route", [{key: one[key] for key in one if key not in ["Origin", "State"]} for one in own], list(routes))
        same("aws_route_table", "tags", seen["Tags"], NAME)

    def away():
        for association in described()["Associations"]:
            ec2.disassociate_route_table(AssociationId=association["RouteTableAssociationId"])
        ec2.delete_route_table(RouteTableId=made)
        gone(made, ec2.describe_route_tables, "InvalidRouteTableID.NotFound", RouteTableIds=[made])
    destroy.append(away)
    return made


def aws_route_table_association(table, **user):
    made = ec2.associate_route_table(RouteTableId=table, **user)["AssociationId"]
    for _ in range(2):
        found = ec2.describe_route_tables(Filters=by(association_d_route__table__association__id=made))["RouteTables"][0]["Associations"]
        seen = [one for one in found if one["RouteTableAssociationId"] == made][0]
        all_same("aws_route_table_association", seen, user | {"RouteTableId": table, "AssociationState": {"State": "associated"}})

    def away():
        ec2.disassociate_route_table(AssociationId=made)
        found = ec2.describe_route_tables(Filters=by(association_d_route__table__association__id=made))
        assert found["RouteTables"] == [], found
    destroy.append(away)


# aws_eip and aws_nat_gateway
def aws_nat_gateway(subnet):
    address = ec2.allocate_address(Domain="vpc", TagSpecifications=tagged("elastic-ip", "tf"))["AllocationId"]
    seen = ec2.describe_addresses(AllocationIds=[address])["Addresses"][0]
    all_same("aws_eip", seen, {"Domain": "vpc", "PublicIpv4Pool": "amazon", "NetworkBorderGroup": "us-east-1", "Tags": NAME})
    ec2.describe_addresses_attribute(AllocationIds=[address], Attribute="domain-name")

    def released():
        ec2.release_address(AllocationId=address)
        gone(address, ec2.describe_addresses, "InvalidAllocationID.NotFound", AllocationIds=[address])
    destroy.append(released)
    made = ec2.create_nat_gateway(SubnetId=subnet, AllocationId=address, ConnectivityType="public", ClientToken="tf-nat",
                                  TagSpecifications=tagged("natgateway", "tf"))["NatGateway"]["NatGatewayId"]
    described = lambda: ec2.describe_nat_gateways(NatGatewayIds=[made])["NatGateways"][0]
    until("the NAT gateway", lambda: described()["State"] == "available")
    for _ in range(2):
        seen = described()
        all_same("aws_nat_gateway", seen, {"SubnetId": subnet, "ConnectivityType": "public", "Tags": NAME})
        same("aws_nat_gateway", "addresses", [(one["AllocationId"], one["IsPrimary"], one["Status"]) for one in seen["NatGatewayAddresses"]],
             [(address, True, "succeeded")])

    def away():
        ec2.delete_nat_gateway(NatGatewayId=made)
        until("the NAT gateway is gone", lambda: described()["State"] == "deleted")
    destroy.append(away)
    return made


# aws_s3_bucket: the provider asks for everything that a bucket can have, whatever the template says.
def aws_s3_bucket(name):
    assert code(s3.head_bucket, Bucket=name) == "404"
    s3.create_bucket(Bucket=name, ObjectOwnership="BucketOwnerEnforced")
    until("the bucket", lambda: code(s3.head_bucket, Bucket=name) == "")
    s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": NAME})
    absent = {"get_bucket_policy": "NoSuchBucketPolicy", "get_bucket_cors": "NoSuchCORSConfiguration",
              "get_bucket_website": "NoSuchWebsiteConfiguration", "get_bucket_lifecycle_configuration": "NoSuchLifecycleConfiguration",
              "get_bucket_replication": "ReplicationConfigurationNotFoundError",
              "get_object_lock_configuration": "ObjectLockConfigurationNotFoundError"}
    for _ in range(2):
        for operation, wanted in absent.items():
            same("aws_s3_bucket", operation, code(getattr(s3, operation), Bucket=name), wanted)
        acl = s3.get_bucket_acl(Bucket=name)
        same("aws_s3_bucket", "grant", [(one["Permission"], one["Grantee"]["Type"], one["Grantee"]["ID"] == acl["Owner"]["ID"]) for one in acl["Grants"]],
             [("FULL_CONTROL", "CanonicalUser", True)])
        same("aws_s3_bucket", "versioning", s3.get_bucket_versioning(Bucket=name).get("Status"), None)
        same("aws_s3_bucket", "acceleration", s3.get_bucket_accelerate_configuration(Bucket=name).get("Status"), None)
        same("aws_s3_bucket", "request_payer", s3.get_bucket_request_payment(Bucket=name)["Payer"], "BucketOwner")
        same("aws_s3_bucket", "logging", s3.get_bucket_logging(Bucket=name).get("LoggingEnabled"), None)
        rules = s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"]
        same("aws_s3_bucket", "encryption", rules[0]["ApplyServerSideEncryptionByDefault"], {"SSEAlgorithm": "AES256"})
        same("aws_s3_bucket", "region", s3.head_bucket(Bucket=name).get("BucketRegion"), "us-east-1")
        same("aws_s3_bucket", "location", s3.get_bucket_location(Bucket=name).get("LocationConstraint"), None)
        same("aws_s3_bucket", "tags", s3.get_bucket_tagging(Bucket=name)["TagSet"], NAME)
    block = {"BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": True, "RestrictPublicBuckets": True}
    s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=block)
    same("aws_s3_bucket_public_access_block", "all", s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"], block)
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    same("aws_s3_bucket_versioning", "status", s3.get_bucket_versioning(Bucket=name)["Status"], "Enabled")
    same("aws_s3_bucket_ownership_controls", "rule", s3.get_bucket_ownership_controls(Bucket=name)["OwnershipControls"]["Rules"],
         [{"ObjectOwnership": "BucketOwnerEnforced"}])
    policy = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "delivery.logs.amazonaws.com"},
                                                                 "Action": "s3:GetBucketAcl", "Resource": f"arn:aws:s3:::{name}"}]})
    s3.put_bucket_policy(Bucket=name, Policy=policy)
    same("aws_s3_bucket_policy", "policy", json.loads(s3.get_bucket_policy(Bucket=name)["Policy"]), json.loads(policy))
    s3.put_object(Bucket=name, Key="k", Body=b"kept by its version")

    def away():
        s3.delete_bucket_policy(Bucket=name)
        s3.delete_public_access_block(Bucket=name)
        assert code(s3.delete_bucket, Bucket=name) == "BucketNotEmpty"
        # force_destroy: every version and every marker.
        found = s3.list_object_versions(Bucket=name)
        keys = [{"Key": one["Key"], "VersionId": one["VersionId"]} for kind in ["Versions", "DeleteMarkers"] for one in found.get(kind, [])]
        assert s3.delete_objects(Bucket=name, Delete={"Objects": keys, "Quiet": True}).get("Errors", []) == []
        s3.delete_bucket(Bucket=name)
        gone(name, s3.head_bucket, "404", Bucket=name)
    destroy.append(away)


# The world of examples/terraform, and what lies beside it.
client("sts").get_caller_identity()
ec2.describe_account_attributes(AttributeNames=["supported-platforms"])
network, other = aws_vpc("10.0.0.0/16"), aws_vpc("10.1.0.0/16")
subnets = [aws_subnet(network, f"10.0.{n}.0/24", f"us-east-1{zone}", public=n == 3) for n, zone in [(1, "a"), (2, "b"), (3, "c")]]
group = aws_security_group(network, "tf", 80, "10.0.0.0/16")
gateway = aws_internet_gateway(network)
nat = aws_nat_gateway(subnets[2])
out = {"DestinationCidrBlock": "0.0.0.0/0"}
aws_route_table_association(aws_route_table(network, out | {"GatewayId": gateway}), SubnetId=subnets[2])
inner = aws_route_table(network, out | {"NatGatewayId": nat},
                        {"DestinationCidrBlock": "10.1.0.0/16", "VpcPeeringConnectionId": aws_vpc_peering_connection(network, other)})
aws_route_table_association(inner, SubnetId=subnets[0])
aws_route_table_association(aws_route_table(network), GatewayId=gateway)
aws_ec2_managed_prefix_list()
zone = aws_route53_zone("example.com")
private = aws_route53_zone("example.com", network)
certificate = aws_acm_certificate(zone, "web.example.com", ["api.example.com"])
balancer, targets = aws_lb(subnets[:2]), aws_lb_target_group(network)
aws_lb_listener(balancer, certificate, targets)
aws_autoscaling_group(aws_launch_template(given["image"], group), subnets[:2], targets)
service = aws_vpc_endpoint_service(balancer, f"arn:aws:iam::{given['account']}:root")
endpoint = aws_vpc_endpoint(network, service, "Interface", SubnetIds=subnets[:2], SecurityGroupIds=[group])
aws_vpc_endpoint(network, "com.amazonaws.us-east-1.sts", "Interface", private_dns=True, SubnetIds=subnets[:1], SecurityGroupIds=[group])
aws_vpc_endpoint(network, "com.amazonaws.us-east-1.s3", "Gateway", RouteTableIds=[inner])
entry = ec2.describe_vpc_endpoints(VpcEndpointIds=[endpoint])["VpcEndpoints"][0]["DnsEntries"][0]
aws_route53_record(private, "web.example.com", "CNAME", 60, [entry["DnsName"]])
aws_route53_record(private, "alias.example.com", "A", alias={
    "DNSName": entry["DnsName"], "HostedZoneId": entry["HostedZoneId"], "EvaluateTargetHealth": False})
aws_s3_bucket("terraform-of-the-test")
while destroy:
    destroy.pop()()
answer = drift
