//! Seed 004 as it is written: its template call by call, its caveats, the steps of its console, and its bonus.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::account::{Account, text_of};
use crate::catalogue::names::{plain, record, zone};
use crate::cloud::{CONSUMER, Cloud, PROVIDER, eventually};
use crate::doors::{Place, route};
use crate::scaling::base64;
use crate::site::{IMAGE, Net, Peer};

const DOMAIN: &str = "example.com";
/// `${Application}.${HostedZoneDomainName}`.
const NAME: &str = "app.example.com";
const ZONES: [&str; 3] = ["us-east-1a", "us-east-1b", "us-east-1c"];
const LOGS: &str = "logs-of-seed-004";
/// Says which instance it is.
const SCRIPT: &str = "#!/bin/sh\nmkdir -p /srv && cd /srv && hostname > index.html\nexec python3 -m http.server 80\n";
/// What `curl` exits with: no agreement on TLS, and a certificate for another name.
const NO_HANDSHAKE: i32 = 35;
const OTHER_NAME: i32 = 60;
/// The time scale at which a `MaxInstanceLifetime` of 1209600 is a quarter of a minute.
const TWO_WEEKS_ARE_15_SECONDS: &str = "80640";

/// The resources of the template.
struct Stack<'a> {
    account: Account<'a>,
    vpc: String,
    subnets: Vec<String>,
    zone: String,
    certificate: String,
    balancer: String,
    targets: String,
    service: String,
    service_name: String,
}

impl<'a> Stack<'a> {
    fn of(account: Account<'a>) -> Self {
        let vpc = account.vpc("10.0.0.0/16");
        let subnets: Vec<String> = subnets(&account, &vpc, 1).collect();
        let zone = zone(&account, DOMAIN, None);
        let certificate = certificate(&account, &zone);
        let balancer = balancer(&account, &subnets);
        let targets = targets(&account, &vpc);
        let action = json!([{ "Type": "forward", "TargetGroupArn": targets }]);
        let listener = json!({ "LoadBalancerArn": balancer, "Port": 443, "Protocol": "TLS", "DefaultActions": action,
                               "Certificates": [{ "CertificateArn": certificate }],
                               "SslPolicy": "ELBSecurityPolicy-FS-1-2-Res-2019-08" });
        account.elb("create_listener", listener);
        let (service, service_name) = account.service(&balancer, true);
        account.permit(&service, CONSUMER);
        let stack = Self { account, vpc, subnets, zone, certificate, balancer, targets, service, service_name };
        stack.instances();
        stack
    }

    /// `Ec2ServiceSecurityGroup`, `Ec2ServiceLaunchTemplate` and `EC2AutoScalingGroup`.
    fn instances(&self) {
        let account = &self.account;
        let tags = json!([{ "ResourceType": "security-group", "Tags": [{ "Key": "Name", "Value": "app-sg-cfn" }] }]);
        let wish = json!({ "VpcId": self.vpc, "GroupName": "app-sg-cfn", "Description": "Enable HTTP and Endpoint Access",
                           "TagSpecifications": tags });
        let group = text_of(&account.ec2("create_security_group", wish)["GroupId"]);
        let why = "Allow traffic from the NLB (which has no security group and is a pass-through)";
        for cidr in ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"] {
            let ranges = json!([{ "CidrIp": cidr, "Description": why }]);
            let rule = json!([{ "IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "IpRanges": ranges }]);
            account.ec2("authorize_security_group_ingress", json!({ "GroupId": group, "IpPermissions": rule }));
        }
        let data = json!({ "ImageId": IMAGE, "InstanceType": "t3.micro", "UserData": base64(SCRIPT),
                           "MetadataOptions": { "HttpTokens": "required" }, "SecurityGroupIds": [group] });
        let wish = json!({ "LaunchTemplateName": "app", "LaunchTemplateData": data });
        let template = account.ec2("create_launch_template", wish)["LaunchTemplate"].clone();
        let version = template["LatestVersionNumber"].to_string();
        let wish = json!({
            "AutoScalingGroupName": "app", "MinSize": 3, "MaxSize": 6, "VPCZoneIdentifier": self.subnets.join(","),
            "LaunchTemplate": { "LaunchTemplateId": template["LaunchTemplateId"], "Version": version },
            "MaxInstanceLifetime": 1_209_600, "TargetGroupARNs": [self.targets],
        });
        account.call("autoscaling", "create_auto_scaling_group", wish);
    }

    /// The names of the group's instances, once all are healthy targets.
    fn until_serving(&self) -> BTreeSet<String> {
        let healthy = eventually("three targets are healthy", || {
            let health = self.account.health(&self.targets);
            (health.len() == 3 && health.iter().all(|(_, state)| state == "healthy")).then_some(health)
        });
        let one = &healthy[0].0;
        let bare = "curl -s -o /dev/null -w '%{http_code}' http://169.254.169.254/latest/meta-data/";
        assert_eq!(self.account.exec(&["--instance", one], &["sh", "-c", bare]).ok(), "401", "HttpTokens are required");
        let group = self.account.call("autoscaling", "describe_auto_scaling_groups", json!({}))["AutoScalingGroups"][0].clone();
        assert_eq!(group["MaxInstanceLifetime"], 1_209_600);
        let zones: BTreeSet<_> =
            group["Instances"].as_array().unwrap().iter().map(|one| text_of(&one["AvailabilityZone"])).collect();
        assert_eq!(zones, ZONES.map(str::to_owned).into(), "one in each zone");
        healthy.iter().map(|(id, _)| format!("ip-{}", self.account.private_ip(id).replace('.', "-"))).collect()
    }

    /// "You need to add the private DNS manually … The DNS name also needs to be verified using TXT records."
    fn prove_the_private_name(&self) {
        let account = &self.account;
        let name = json!({ "ServiceId": self.service, "PrivateDnsName": NAME });
        account.ec2("modify_vpc_endpoint_service_configuration", name);
        let shown = || {
            let operation = "describe_vpc_endpoint_service_configurations";
            let found = account.describe(operation, "ServiceIds", &self.service, "ServiceConfigurations");
            found["PrivateDnsNameConfiguration"].clone()
        };
        let proof = shown();
        assert_eq!((&proof["State"], &proof["Type"]), (&json!("pendingVerification"), &json!("TXT")));
        let (label, value) = (text_of(&proof["Name"]), text_of(&proof["Value"]));
        record(account, &self.zone, plain(&format!("{label}.{DOMAIN}"), "TXT", &format!("\"{value}\"")));
        account.ec2("start_vpc_endpoint_service_private_dns_verification", json!({ "ServiceId": self.service }));
        eventually("the private name is verified", || (shown()["State"] == "verified").then_some(()));
    }

    fn refused_to_go(&self) -> String {
        self.account.refused("elbv2", "delete_load_balancer", json!({ "LoadBalancerArn": self.balancer })).code
    }

    fn protect(&self, value: &str) {
        let attribute = json!([{ "Key": "deletion_protection.enabled", "Value": value }]);
        let wish = json!({ "LoadBalancerArn": self.balancer, "Attributes": attribute });
        self.account.elb("modify_load_balancer_attributes", wish);
    }
}

/// A subnet in each zone, the first of which is 10.0.`from`.0/24.
fn subnets(account: &Account<'_>, vpc: &str, from: usize) -> impl Iterator<Item = String> {
    (from..).zip(&ZONES[from - 1..]).map(move |(n, zone)| account.subnet(vpc, &format!("10.0.{n}.0/24"), zone))
}

/// `EndpointServiceNetworkLoadBalancerCert`, whose record is written into the zone as CloudFormation does.
fn certificate(account: &Account<'_>, zone: &str) -> String {
    let asked = account.call("acm", "request_certificate", json!({ "DomainName": NAME, "ValidationMethod": "DNS" }));
    let own = json!({ "CertificateArn": asked["CertificateArn"] });
    let described = || account.call("acm", "describe_certificate", own.clone())["Certificate"].clone();
    assert_eq!(described()["Status"], "PENDING_VALIDATION");
    let proof = described()["DomainValidationOptions"][0]["ResourceRecord"].clone();
    record(account, zone, plain(&text_of(&proof["Name"]), &text_of(&proof["Type"]), &text_of(&proof["Value"])));
    account.wait("acm", "certificate_validated", own.clone());
    assert_eq!(described()["Status"], "ISSUED");
    text_of(&own["CertificateArn"])
}

/// `EndpointServiceNetworkLoadBalancer`, and the bucket of its log.
fn balancer(account: &Account<'_>, subnets: &[String]) -> String {
    account.call("s3", "create_bucket", json!({ "Bucket": LOGS }));
    let statement = |action: &str, resource: &str| {
        let service = json!({ "Service": "delivery.logs.amazonaws.com" });
        json!({ "Effect": "Allow", "Principal": service, "Action": action, "Resource": resource })
    };
    let objects = format!("arn:aws:s3:::{LOGS}/endpointservice-NLB/AWSLogs/{PROVIDER}/*");
    let statements = [statement("s3:GetBucketAcl", &format!("arn:aws:s3:::{LOGS}")), statement("s3:PutObject", &objects)];
    let policy = json!({ "Version": "2012-10-17", "Statement": statements }).to_string();
    account.call("s3", "put_bucket_policy", json!({ "Bucket": LOGS, "Policy": policy }));
    let tags = json!([{ "Key": "Name", "Value": "endpointsrv-app-nlb-cfn" }]);
    let wish =
        json!({ "Name": "endpointsrv-app-nlb-cfn", "Type": "network", "Scheme": "internal", "Subnets": subnets, "Tags": tags });
    let arn = text_of(&account.elb("create_load_balancer", wish)["LoadBalancers"][0]["LoadBalancerArn"]);
    let attributes = [
        ("deletion_protection.enabled", "true"),
        ("load_balancing.cross_zone.enabled", "true"),
        ("access_logs.s3.enabled", "true"),
        ("access_logs.s3.bucket", LOGS),
        ("access_logs.s3.prefix", "endpointservice-NLB"),
    ];
    let attributes: Vec<Value> = attributes.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect();
    account.elb("modify_load_balancer_attributes", json!({ "LoadBalancerArn": arn, "Attributes": attributes }));
    account.wait("elbv2", "load_balancer_available", json!({ "LoadBalancerArns": [arn] }));
    arn
}

/// `EndpointServiceTargetGroup`.
fn targets(account: &Account<'_>, vpc: &str) -> String {
    let tags = json!([{ "Key": "Name", "Value": "endpointtsrv-app-tg-cf" }]);
    let wish = json!({ "Name": "endpointsrv-app-tg-cf", "Port": 80, "Protocol": "TCP", "VpcId": vpc, "HealthCheckProtocol": "HTTP",
                       "HealthCheckIntervalSeconds": 30, "HealthyThresholdCount": 3, "UnhealthyThresholdCount": 3, "Tags": tags });
    let arn = text_of(&account.elb("create_target_group", wish)["TargetGroups"][0]["TargetGroupArn"]);
    let delay = json!([{ "Key": "deregistration_delay.timeout_seconds", "Value": "90" }]);
    account.elb("modify_target_group_attributes", json!({ "TargetGroupArn": arn, "Attributes": delay }));
    arn
}

#[test]
fn seed_004_a_service_behind_a_tls_balancer_is_reached_by_its_private_name_from_another_account() {
    let mut cloud = Cloud::up_with(&["--time-scale", "100"]);
    let (net, instances) = as_it_is_written(&cloud);
    cloud.kill();
    cloud.start(&["--time-scale", TWO_WEEKS_ARE_15_SECONDS]);
    let consumer = cloud.account(CONSUMER);
    let group = consumer.group(&net.vpc, "later");
    let answer = || consumer.curl(&net.subnet, &group, &format!("https://{NAME}/")).out.trim_end().to_owned();
    eventually("it answers after a crash", || (!answer().is_empty()).then_some(()));
    let other = || Some(answer()).filter(|name| name.starts_with("ip-10-0-") && !instances.contains(name));
    eventually("no instance lives longer than MaxInstanceLifetime, and another answers", other);
}

/// Everything up to the end of the text: the consumer's network, and the names of the instances that answer.
fn as_it_is_written(cloud: &Cloud) -> (Net, BTreeSet<String>) {
    let stack = Stack::of(cloud.account(PROVIDER));
    stack.prove_the_private_name();
    assert_eq!(stack.refused_to_go(), "OperationNotPermitted", "it is protected");
    stack.protect("false");
    assert_eq!(stack.refused_to_go(), "ResourceInUse", "the service needs it");
    stack.protect("true");
    let instances = stack.until_serving();
    let consumer = cloud.account(CONSUMER);
    let place = Place::new(&consumer);
    let mut theirs = vec![place.net.subnet.clone()];
    theirs.extend(subnets(&consumer, &place.net.vpc, 2));
    let endpoint = connect(&stack, &place, &consumer, &theirs);
    let regional = consumer.describe("describe_vpc_endpoints", "VpcEndpointIds", &endpoint, "VpcEndpoints");
    answers(&place, &text_of(&regional["DnsEntries"][0]["DnsName"]), &instances);
    bonus(&place, &consumer, &theirs);
    the_log_arrives(&stack);
    (place.net, instances)
}

/// By the private name, by TLS 1.2, and across zones.
fn answers(place: &Place<'_>, regional: &str, instances: &BTreeSet<String>) {
    let by_name = format!("https://{NAME}/");
    eventually("an instance answers by the private name", || {
        instances.contains(place.curl(&[&by_name]).out.trim_end()).then_some(())
    });
    let answered: BTreeSet<String> = place.curl(&[by_name.as_str(); 20]).ok().lines().map(str::to_owned).collect();
    assert!(answered.len() > 1 && answered.is_subset(instances), "across zones: {answered:?} of {instances:?}");
    let modern = place.curl(&["--tlsv1.3", &by_name]);
    assert_eq!(modern.status, NO_HANDSHAKE, "the policy has TLS 1.2 only: {modern:?}");
    let other = place.curl(&[&format!("https://{regional}/")]);
    assert_eq!(other.status, OTHER_NAME, "the certificate is for the private name: {other:?}");
}

/// "Create a VPC Endpoint Connection to a VPC Endpoint Service", step by step.
fn connect(stack: &Stack<'_>, place: &Place<'_>, consumer: &Account<'_>, subnets: &[String]) -> String {
    let found = consumer.ec2("describe_vpc_endpoint_services", json!({ "ServiceNames": [stack.service_name] }));
    let detail = found["ServiceDetails"][0].clone();
    assert_eq!((&detail["AcceptanceRequired"], &detail["Owner"]), (&json!(true), &json!(PROVIDER)));
    assert_eq!((&detail["PrivateDnsName"], &detail["PrivateDnsNameVerificationState"]), (&json!(NAME), &json!("verified")));
    assert_eq!(detail["AvailabilityZones"], json!(ZONES));
    let group = consumer.group(&place.net.vpc, "endpoint");
    consumer.allow(&group, "tcp", Some(443), Peer::Cidr("10.0.0.0/16"));
    let wish = json!({ "VpcEndpointType": "Interface", "VpcId": place.net.vpc, "ServiceName": stack.service_name,
                       "SubnetIds": subnets, "SecurityGroupIds": [group], "PrivateDnsEnabled": false });
    let endpoint = text_of(&consumer.ec2("create_vpc_endpoint", wish)["VpcEndpoint"]["VpcEndpointId"]);
    assert_eq!(consumer.endpoint_state(&endpoint), "pendingAcceptance");
    stack.account.accept(&stack.service, &endpoint);
    consumer.until_endpoint(&endpoint, "available");
    consumer.ec2("modify_vpc_endpoint", json!({ "VpcEndpointId": endpoint, "PrivateDnsEnabled": true }));
    stack.account.accept(&stack.service, &endpoint);
    consumer.until_endpoint(&endpoint, "available");
    endpoint
}

/// "Other useful VPC Endpoint connection": EC2 with its group and policy, ECR, and a gateway endpoint for S3.
fn bonus(place: &Place<'_>, consumer: &Account<'_>, subnets: &[String]) {
    let name = "vpc-endpoint-ec2-test-sg-cfn";
    let wish = json!({ "VpcId": place.net.vpc, "GroupName": name, "Description": "Allow EC2 VPC Endpoint outbound traffic" });
    let group = text_of(&consumer.ec2("create_security_group", wish)["GroupId"]);
    consumer.allow(&group, "tcp", Some(443), Peer::Cidr("10.0.0.0/16"));
    let statement = json!({ "Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*" });
    let policy = json!({ "Version": "2012-10-17", "Statement": [statement] }).to_string();
    for service in ["ec2", "ecr.api", "ecr.dkr"] {
        let wish = json!({ "VpcEndpointType": "Interface", "ServiceName": format!("com.amazonaws.us-east-1.{service}"),
                           "VpcId": place.net.vpc, "SubnetIds": subnets, "PrivateDnsEnabled": true,
                           "SecurityGroupIds": [group], "PolicyDocument": policy });
        place.available(&text_of(&consumer.ec2("create_vpc_endpoint", wish)["VpcEndpoint"]["VpcEndpointId"]));
    }
    let table = route(consumer, &place.net.vpc, &place.net.subnet, json!({}));
    let wish = json!({ "VpcId": place.net.vpc, "ServiceName": "com.amazonaws.us-east-1.s3", "RouteTableIds": [table] });
    place.available(&text_of(&consumer.ec2("create_vpc_endpoint", wish)["VpcEndpoint"]["VpcEndpointId"]));
    eventually("EC2 answers in a subnet without any way out", || {
        let vpcs = place.aws(&["ec2", "describe-vpcs", "--query", "Vpcs[].VpcId"]);
        (vpcs.out.trim() == place.net.vpc).then_some(())
    });
    place.aws(&["s3api", "list-buckets"]).ok();
}

/// A line of 22 fields about a connection by the private name, under the prefix.
fn the_log_arrives(stack: &Stack<'_>) {
    let read = "import gzip
s3 = client('s3')
objects = s3.list_objects_v2(Bucket=given['bucket'], Prefix=given['prefix']).get('Contents', [])
answer = ''.join(gzip.decompress(s3.get_object(Bucket=given['bucket'], Key=o['Key'])['Body'].read()).decode() for o in objects)";
    let prefix = format!("endpointservice-NLB/AWSLogs/{PROVIDER}/elasticloadbalancing/us-east-1/");
    let line = eventually("a connection is in the log", || {
        let text = text_of(&stack.account.script(read, json!({ "bucket": LOGS, "prefix": prefix })));
        text.lines().find(|line| line.contains(" tlsv12 ") && line.contains(NAME)).map(str::to_owned)
    });
    let fields: Vec<&str> = line.split(' ').collect();
    assert_eq!(fields.len(), 22, "{line}");
    let balancer = stack.balancer.split("loadbalancer/").nth(1).unwrap();
    assert_eq!((fields[0], fields[1], fields[3], fields[12]), ("tls", "2.0", balancer, stack.certificate.as_str()));
    assert_eq!(fields[17], NAME);
}
