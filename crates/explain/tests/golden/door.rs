//! AWS's own services: endpoints to them, routes of gateway endpoints, front doors.

use explain::{Question, explain};
use resource::*;

use super::{asked, codes, passes, why};
use crate::world::{World, all_out, from, ingress};

const EC2: &str = "ec2.us-east-1.amazonaws.com:443";

/// An instance in a subnet without any way out.
fn isolated() -> (World, VpcId, SubnetId, GroupId, InstanceId) {
    let world = World::new();
    let vpc = world.vpc("10.0.0.0/16");
    let subnet = world.subnet(&vpc, "10.0.0.0/24", 'a');
    let group = world.group(&vpc, &[all_out()]);
    let (instance, _) = world.instance(&subnet, "10.0.0.4", &[&group]);
    (world, vpc, subnet, group, instance)
}

#[test]
fn a_subnet_without_a_way_out_lacks_an_endpoint() {
    let (world, _, _, _, instance) = isolated();
    insta::assert_snapshot!(why(&world, &instance, EC2));
}

#[test]
fn an_endpoints_group_and_then_its_private_name_let_the_subnet_through() {
    let (world, vpc, subnet, group, instance) = isolated();
    world.update::<Vpc>(&vpc, |vpc| vpc.dns_hostnames = true);
    let endpoint = world.aws_endpoint("ec2", &vpc, &[(&subnet, "10.0.0.9")], &[&group], &[]);
    assert_eq!(codes(&why(&world, &instance, EC2)), ["SG_HAS_NO_RULES"]);
    world.update::<SecurityGroup>(&group, |group| {
        group.rules = vec![all_out(), ingress(Traffic::Tcp(443, 443), from("10.0.0.0/16"))]
    });
    passes(&why(&world, &instance, EC2));
    passes(&why(&world, &instance, format!("{endpoint}:443")));
    let port = why(&world, &instance, format!("{endpoint}:80"));
    assert!(codes(&port).contains(&"TARGET_PORT_RESTRICTION"), "{port}");
    world.update::<VpcEndpoint>(&endpoint, |endpoint| endpoint.private_dns = false);
    assert_eq!(codes(&why(&world, &instance, EC2)), ["PRIVATE_DNS_NOT_IN_EFFECT"], "the name leads to the front door again");
    world.update::<VpcEndpoint>(&endpoint, |endpoint| endpoint.private_dns = true);
    world.update::<Vpc>(&vpc, |vpc| vpc.dns_hostnames = false);
    let told = why(&world, &instance, EC2);
    assert_eq!((codes(&told), told.blockers[0].component.as_str()), (vec!["PRIVATE_DNS_NOT_IN_EFFECT"], vpc.as_str()));
    assert!(told.blockers[0].fixes[0].command.ends_with("--enable-dns-hostnames"), "{told}");
    world.connect(&endpoint, EndpointState::Deleting);
    assert_eq!(codes(&why(&world, &instance, "10.0.0.9:443")), ["BAD_STATE"]);
}

#[test]
fn an_endpoint_is_given_for_the_name_that_was_asked_for_and_a_client_for_a_name_that_no_endpoint_has() {
    let (world, vpc, subnet, group, instance) = isolated();
    world.update::<Vpc>(&vpc, |vpc| vpc.dns_hostnames = true);
    let asks = |name: &str| why(&world, &instance, format!("{name}.amazonaws.com:443"));
    let has = |told: &explain::Explanation, part: &str| told.to_string().contains(part);
    world.aws_endpoint("ecr.api", &vpc, &[(&subnet, "10.0.0.9")], &[&group], &[]);
    let images = asks("111111111111.dkr.ecr.us-east-1");
    assert!(has(&images, "--service-name com.amazonaws.us-east-1.ecr.dkr"), "{images}");
    let variable = "export AWS_ENDPOINT_URL_STS=https://sts.us-east-1.amazonaws.com";
    let global = asks("sts");
    assert!(has(&global, "--service-name com.amazonaws.us-east-1.sts") && has(&global, variable), "{global}");
    world.aws_endpoint("sts", &vpc, &[(&subnet, "10.0.0.10")], &[&group], &[]);
    let global = asks("sts");
    assert!(!has(&global, "create-vpc-endpoint") && has(&global, variable), "{global}");
    assert_eq!(codes(&asks("sts.us-east-1")), ["SG_HAS_NO_RULES"]);
}

#[test]
fn private_dns_of_a_peer_is_no_name_here() {
    let (world, vpc, _, _, instance) = isolated();
    let far = world.vpc("10.1.0.0/16");
    let group = world.group(&far, &[ingress(Traffic::Tcp(443, 443), from("10.0.0.0/8"))]);
    world.aws_endpoint("ec2", &far, &[(&world.subnet(&far, "10.1.0.0/24", 'a'), "10.1.0.9")], &[&group], &[]);
    assert_eq!(codes(&why(&world, &instance, EC2)), ["NO_ROUTE_TO_DESTINATION"], "nothing connects the two");
    world.peering(&vpc, &far, PeeringState::Active);
    insta::assert_snapshot!(why(&world, &instance, EC2));
}

/// An endpoint to EC2 that lets its subnet in, with a policy.
fn guarded(statements: &str) -> (World, InstanceId) {
    let (world, vpc, subnet, group, instance) = isolated();
    world.update::<SecurityGroup>(&group, |group| {
        group.rules = vec![all_out(), ingress(Traffic::Tcp(443, 443), from("10.0.0.0/16"))]
    });
    let endpoint = world.aws_endpoint("ec2", &vpc, &[(&subnet, "10.0.0.9")], &[&group], &[]);
    let document = format!(r#"{{"Version":"2012-10-17","Statement":{statements}}}"#);
    world.update::<VpcEndpoint>(&endpoint, |endpoint| endpoint.policy = Some(document.clone()));
    (world, instance)
}

#[test]
fn a_policy_that_can_allow_nothing_refuses_every_call_though_packets_arrive() {
    let (world, instance) = guarded(r#"{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*"}"#);
    insta::assert_snapshot!(why(&world, &instance, "10.0.0.9:443"));
    let (world, instance) = guarded(r#"{"Sid":"Shut","Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}"#);
    let told = why(&world, &instance, "10.0.0.9:443");
    assert_eq!((told.verdict, codes(&told)), (explain::Verdict::Refused, vec!["VPC_ENDPOINT_POLICY"]));
    assert!(told.to_string().contains("statement 0 (Shut) denies them"), "{told}");
    assert!(told.ways.iter().all(|way| way.blockers.is_empty()), "packets pass");
}

#[test]
fn what_a_policy_depends_on_is_named_and_one_call_is_judged_exactly() {
    let look = r#"{"Effect":"Allow","Principal":"*","Action":"ec2:Describe*","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalAccount":"111111111111"}}}"#;
    let (world, instance) = guarded(look);
    let told = why(&world, &instance, "10.0.0.9:443");
    passes(&told);
    let depends = "through if the action is ec2:Describe* and StringEquals aws:PrincipalAccount [\"111111111111\"]";
    assert!(told.to_string().contains(depends), "{told}");
    let about = |action: &str| {
        let question = Question::parse(instance.as_str(), "10.0.0.9:443", "tcp").unwrap().about(Some(action)).unwrap();
        explain(&world.snapshot(), &question).unwrap()
    };
    passes(&about("ec2:DescribeVpcs"));
    assert_eq!(codes(&about("ec2:CreateVpc")), ["VPC_ENDPOINT_POLICY"]);
    assert_eq!(codes(&about("s3:GetObject")), ["VPC_ENDPOINT_POLICY"]);

    // An instance with a role of the account asks as that role.
    let (role, profile) = ("arn:aws:iam::111111111111:role/web", "arn:aws:iam::111111111111:instance-profile/web");
    world.role(role, profile);
    world.update::<Instance>(&instance, |instance| instance.profile = Some(profile.to_owned()));
    assert!(
        about("ec2:DescribeVpcs").to_string().contains("lets ec2:DescribeVpcs of arn:aws:sts::111111111111:assumed-role/web")
    );
    passes(&about("ec2:DescribeVpcs"));
}

#[test]
fn the_routes_of_a_gateway_endpoint_lead_to_s3_and_to_nothing_else() {
    let (world, vpc, subnet, _, instance) = isolated();
    let table = world.table(&vpc, &[Some(&subnet)]);
    let gateway = world.aws_endpoint("s3", &vpc, &[], &[], &[&table]);
    insta::assert_snapshot!(why(&world, &instance, "bucket.s3.us-east-1.amazonaws.com:443"));
    passes(&why(&world, &instance, format!("{gateway}:80")));
    assert_eq!(codes(&why(&world, &instance, "198.18.0.18:443")), ["NO_POSSIBLE_DESTINATION"], "nobody has this address");
    assert_eq!(codes(&why(&world, &instance, EC2)), ["NO_ROUTE_TO_DESTINATION"]);
    world.update::<VpcEndpoint>(&gateway, |endpoint| endpoint.served = false);
    assert_eq!(codes(&why(&world, &instance, format!("{gateway}:443"))), ["BAD_STATE"]);
}

#[test]
fn a_subnet_without_a_way_to_s3_is_given_a_gateway_endpoint_or_the_routes_of_the_one_that_is_there() {
    let (world, vpc, subnet, _, instance) = isolated();
    let s3 = "s3.us-east-1.amazonaws.com:443";
    let fix = || why(&world, &instance, s3).blockers[0].fixes[0].command.clone();
    let main = world.main_table(&vpc);
    let made = format!(
        "aws ec2 create-vpc-endpoint --vpc-endpoint-type Gateway --vpc-id {vpc} --service-name com.amazonaws.us-east-1.s3 --route-table-ids {main}"
    );
    assert_eq!(fix(), made);
    let gateway = world.aws_endpoint("s3", &vpc, &[], &[], &[&main]);
    passes(&why(&world, &instance, s3));
    let own = world.table(&vpc, &[Some(&subnet)]);
    assert_eq!(fix(), format!("aws ec2 modify-vpc-endpoint --vpc-endpoint-id {gateway} --add-route-table-ids {own}"));
}

#[test]
fn every_name_of_an_interface_leads_to_the_address_that_it_is_the_name_of() {
    let (world, vpc, subnet, _, instance) = isolated();
    world.update::<Vpc>(&vpc, |vpc| vpc.dns_hostnames = true);
    world.update::<Subnet>(&subnet, |subnet| subnet.resource_name_a_record = true);
    let (other, interface) = world.instance(&subnet, "10.0.0.20", &[]);
    world.update::<NetworkInterface>(&interface, |eni| eni.addresses.push([10, 0, 0, 21].into()));
    let addresses = |name: &str| why(&world, &instance, format!("{name}:80")).addresses;
    assert_eq!(addresses("ip-10-0-0-21.ec2.internal"), [std::net::Ipv4Addr::new(10, 0, 0, 21)]);
    assert_eq!(addresses(&format!("{other}.ec2.internal")), [std::net::Ipv4Addr::new(10, 0, 0, 20)]);
}

#[test]
fn an_inbound_resolver_endpoint_answers_questions_of_those_whom_its_group_lets_in() {
    let (world, _, subnet, group, instance) = isolated();
    let resolver = world.resolver(&[(&subnet, "10.0.0.53")], &[&group]);
    let ask = |protocol: &str| asked(&world, instance.as_str(), "10.0.0.53:53", protocol);
    assert_eq!(codes(&ask("udp")), ["SG_HAS_NO_RULES"]);
    world.update::<SecurityGroup>(&group, |group| group.rules = vec![all_out(), ingress(Traffic::All, from("10.0.0.0/16"))]);
    passes(&ask("udp"));
    passes(&ask("tcp"));
    assert_eq!(codes(&asked(&world, instance.as_str(), "10.0.0.53:54", "udp")), ["TARGET_PORT_RESTRICTION"]);
    world.update::<ResolverEndpoint>(&resolver, |endpoint| endpoint.served = false);
    assert_eq!(codes(&ask("udp")), ["BAD_STATE"]);
}

#[test]
fn a_name_that_a_rule_has_asked_elsewhere_is_explained_with_the_way_of_the_question() {
    let (world, vpc, subnet, _, instance) = isolated();
    let far = world.vpc("10.1.0.0/16");
    let there = world.subnet(&far, "10.1.0.0/24", 'a');
    let open = world.group(&far, &[all_out(), ingress(Traffic::All, from("10.0.0.0/8"))]);
    world.resolver(&[(&there, "10.1.0.53")], &[&open]);
    world.aws_endpoint("ec2", &far, &[(&there, "10.1.0.9")], &[&open], &[]);
    world.update::<Vpc>(&far, |vpc| vpc.dns_hostnames = true);
    world.route_over(&world.peering(&vpc, &far, PeeringState::Active));
    let silent = world.group(&vpc, &[]);
    let outbound = world.resolver_endpoint(ResolverDirection::Outbound, &[(&subnet, "10.0.0.54")], &[&silent]);
    let rule = world.resolver_rule(&vpc, "us-east-1.amazonaws.com.", &outbound, &["10.1.0.99:53", "10.1.0.53:53"]);
    insta::assert_snapshot!(why(&world, &instance, EC2));
    world.update::<SecurityGroup>(&silent, |group| group.rules = vec![all_out()]);
    passes(&why(&world, &instance, EC2));
    world.update::<ResolverEndpoint>(&outbound, |endpoint| endpoint.served = false);
    assert_eq!(codes(&why(&world, &instance, EC2)), ["BAD_STATE"]);

    let strangers = RuleWay::Forward { endpoint: outbound.clone(), targets: vec!["10.1.0.99:53".parse().unwrap()] };
    world.update::<ResolverRule>(&rule, |rule| rule.way = strangers.clone());
    assert_eq!(codes(&why(&world, &instance, EC2)), ["BAD_STATE"], "nobody knows the answer, and the question does not leave");
    world.update::<ResolverEndpoint>(&outbound, |endpoint| endpoint.served = true);
    let stranger = why(&world, &instance, EC2);
    assert_eq!(codes(&stranger), ["NO_POSSIBLE_DESTINATION"], "{stranger}");
    world.instance(&there, "10.1.0.99", &[&open]);
    let question = Question::parse(instance.as_str(), EC2, "tcp").unwrap();
    let unknown = explain(&world.snapshot(), &question).unwrap_err().to_string();
    assert!(unknown.contains(&rule), "{unknown}");
    world.update::<ResolverRule>(&rule, |rule| rule.way = RuleWay::System);
    assert_ne!(why(&world, &instance, EC2).addresses, [std::net::Ipv4Addr::new(10, 1, 0, 9)], "it is as if there were no rule");
}

#[test]
fn a_front_door_takes_what_it_serves_from_everybody_who_gets_there() {
    let world = World::new();
    passes(&why(&world, "internet", EC2));
    assert_eq!(codes(&why(&world, "internet", "ec2.us-east-1.amazonaws.com:80")), ["TARGET_PORT_RESTRICTION"]);
    passes(&asked(&world, "internet", "sts.amazonaws.com", "icmp"));
}

#[test]
fn an_endpoint_whose_private_dns_is_off_is_judged_as_if_its_name_led_there() {
    let (world, vpc, subnet, _, instance) = isolated();
    world.update::<Vpc>(&vpc, |vpc| vpc.dns_hostnames = true);
    let endpoint = world.aws_endpoint("ec2", &vpc, &[(&subnet, "10.0.0.9")], &[&world.group(&vpc, &[])], &[]);
    let nothing = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}]}"#;
    world.update::<VpcEndpoint>(&endpoint, |endpoint| {
        (endpoint.private_dns, endpoint.policy) = (false, Some(nothing.to_owned()));
    });
    let told = why(&world, &instance, EC2);
    assert_eq!(codes(&told), ["PRIVATE_DNS_NOT_IN_EFFECT", "SG_HAS_NO_RULES", "VPC_ENDPOINT_POLICY"], "{told}");
}

#[test]
fn everything_between_a_name_and_its_endpoint_is_named_at_once() {
    let (world, vpc, subnet, _, instance) = isolated();
    let options = DhcpOptionsId::parse("dopt-00000000000000001").unwrap();
    world.put(DhcpOptions {
        id: options.clone(),
        owner: world.find::<Vpc>(&vpc).owner,
        options: vec![("domain-name-servers".to_owned(), vec!["10.0.9.9".to_owned()])],
        is_default: false,
        tags: Tags::default(),
    });
    world.update::<Vpc>(&vpc, |vpc| (vpc.dns_support, vpc.dhcp_options) = (false, Some(options.clone())));
    world.aws_endpoint("ec2", &vpc, &[(&subnet, "10.0.0.9")], &[&world.group(&vpc, &[])], &[]);
    let told = why(&world, &instance, EC2);
    let names = ["DNS_SUPPORT_DISABLED", "DHCP_OPTIONS_RESOLVER", "PRIVATE_DNS_NOT_IN_EFFECT"];
    assert_eq!(codes(&told), [&names[..], &["SG_HAS_NO_RULES"]].concat(), "{told}");
}
