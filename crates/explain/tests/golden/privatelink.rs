//! PrivateLink (catalogue rows B1, B2, B4, B7, C1, C4, D1, D12).

use explain::{Question, explain};
use resource::*;

use super::{codes, passes, why};
use crate::world::{World, all_out, entry, from, ingress, zone_name};

struct Linked {
    world: World,
    client: InstanceId,
    clients: GroupId,
    near: SubnetId,
    server: InstanceId,
    provider: VpcId,
    nodes: GroupId,
    service: EndpointServiceId,
    endpoint: EndpointId,
    balancer: String,
}

/// A client at 10.0.0.4 with an endpoint at 10.0.0.5, and in another account's VPC with the same addresses a balancer at
/// 10.0.1.9:80 before a server at 10.0.1.4:8080.
fn linked(state: EndpointState) -> Linked {
    let world = World::new();
    let (consumer, provider) = (world.vpc("10.0.0.0/16"), world.vpc("10.0.0.0/16"));
    let (near, far) = (world.subnet(&consumer, "10.0.0.0/24", 'a'), world.subnet(&provider, "10.0.1.0/24", 'a'));
    let clients = world.group(&consumer, &[all_out(), ingress(Traffic::Tcp(80, 80), from("10.0.0.0/24"))]);
    let nodes = world.group(&provider, &[all_out(), ingress(Traffic::Tcp(80, 80), from("10.0.0.0/24"))]);
    let servers = world.group(&provider, &[all_out(), ingress(Traffic::Tcp(8080, 8080), from("10.0.1.9/32"))]);
    let (client, _) = world.instance(&near, "10.0.0.4", &[&clients]);
    let (server, _) = world.instance(&far, "10.0.1.4", &[&servers]);
    let targets = world.target_group(&provider, TargetType::Instance);
    world.target(&targets, TargetId::Instance(server.clone()), 8080, Some(HealthState::Healthy));
    let balancer = world.balancer(&[(&far, "10.0.1.9")], &[&nodes]);
    world.listener(&balancer, 80, &targets);
    let service = world.service(&balancer);
    let endpoint = world.endpoint(&service, &[(&near, "10.0.0.5")], &[&clients], state);
    Linked { world, client, clients, near, server, provider, nodes, service, endpoint, balancer }
}

#[test]
fn an_endpoint_forgets_what_is_idle_after_its_own_time_whatever_the_listener_says() {
    let Linked { world, client, balancer, endpoint, .. } = linked(EndpointState::Available);
    let listener = world.snapshot().linked::<Listener>(LoadBalancer::KIND, &balancer).next().unwrap().arn.clone();
    for seconds in ["60", "6000"] {
        world.update::<Listener>(&listener, |listener| drop(listener.attributes.insert(IDLE_TIMEOUT.into(), seconds.into())));
        let said = why(&world, &client, format!("{endpoint}:80")).to_string();
        let forgotten = if seconds == "60" { "60 s" } else { "350 s" };
        assert!(said.contains(&format!("idle for {forgotten}")) && !said.contains(IDLE_TIMEOUT), "{said}");
    }
}

#[test]
fn an_accepted_endpoint_leads_to_the_providers_target() {
    let Linked { world, client, endpoint, .. } = linked(EndpointState::Available);
    insta::assert_snapshot!(why(&world, &client, format!("{endpoint}:80")), @"
    i-00000000000000001 to vpce-00000000000000001 tcp 80: allowed

      + eni-00000000000000001 of i-00000000000000001 has 10.0.0.4 in subnet-00000000000000001
      + sg-00000000000000001 lets tcp 80 out to 10.0.0.5
      + vpc-00000000000000001 routes 10.0.0.5 locally
      + sg-00000000000000001 lets tcp 80 in from 10.0.0.4
      + vpce-00000000000000001 is connected to com.amazonaws.vpce.us-east-1.vpce-svc-00000000000000001
      + arn:aws:elasticloadbalancing:us-east-1:111111111111:loadbalancer/net/b1/0000000000000001 lets tcp 80 in from 10.0.0.4 through PrivateLink
      + vpce-00000000000000001 leads to eni-00000000000000003 in vpc-00000000000000002
      + arn:aws:elasticloadbalancing:us-east-1:111111111111:listener/net/b1/0000000000000001/0000000000000001 takes tcp 80 on 10.0.1.9 in us-east-1a, and resets what is idle for 350 s
      + arn:aws:elasticloadbalancing:us-east-1:111111111111:targetgroup/t1/0000000000000001 has 1 healthy of 1 targets
      + eni-00000000000000003 sends to 10.0.1.4:8080 as 10.0.1.9, whoever the client is
          # changed by:
          aws elbv2 modify-target-group-attributes --target-group-arn arn:aws:elasticloadbalancing:us-east-1:111111111111:targetgroup/t1/0000000000000001 --attributes Key=proxy_protocol_v2.enabled,Value=true
      + sg-00000000000000002 lets tcp 8080 out to 10.0.1.4
      + sg-00000000000000003 lets tcp 8080 in from 10.0.1.9
      + eni-00000000000000002 of i-00000000000000002 has 10.0.1.4 in subnet-00000000000000002
    ");
    let name = world.find::<VpcEndpoint>(&endpoint).regional_name();
    passes(&why(&world, &client, format!("{name}:80")));
    let name = world.find::<VpcEndpoint>(&endpoint).zonal_name("us-east-1a");
    passes(&why(&world, &client, format!("{name}:80")));
}

#[test]
fn a_pending_endpoint_waits_for_the_provider() {
    let Linked { world, client, endpoint, .. } = linked(EndpointState::PendingAcceptance);
    insta::assert_snapshot!(why(&world, &client, format!("{endpoint}:80")), @"
    i-00000000000000001 to vpce-00000000000000001 tcp 80: denied

      + eni-00000000000000001 of i-00000000000000001 has 10.0.0.4 in subnet-00000000000000001
      + sg-00000000000000001 lets tcp 80 out to 10.0.0.5
      + vpc-00000000000000001 routes 10.0.0.5 locally
      + sg-00000000000000001 lets tcp 80 in from 10.0.0.4
      x vpce-00000000000000001 waits for the provider to accept its connection (pendingAcceptance)
      + arn:aws:elasticloadbalancing:us-east-1:111111111111:loadbalancer/net/b1/0000000000000001 lets tcp 80 in from 10.0.0.4 through PrivateLink
      + vpce-00000000000000001 leads to eni-00000000000000003 in vpc-00000000000000002
      + arn:aws:elasticloadbalancing:us-east-1:111111111111:listener/net/b1/0000000000000001/0000000000000001 takes tcp 80 on 10.0.1.9 in us-east-1a, and resets what is idle for 350 s
      + arn:aws:elasticloadbalancing:us-east-1:111111111111:targetgroup/t1/0000000000000001 has 1 healthy of 1 targets
      + eni-00000000000000003 sends to 10.0.1.4:8080 as 10.0.1.9, whoever the client is
          # changed by:
          aws elbv2 modify-target-group-attributes --target-group-arn arn:aws:elasticloadbalancing:us-east-1:111111111111:targetgroup/t1/0000000000000001 --attributes Key=proxy_protocol_v2.enabled,Value=true
      + sg-00000000000000002 lets tcp 8080 out to 10.0.1.4
      + sg-00000000000000003 lets tcp 8080 in from 10.0.1.9
      + eni-00000000000000002 of i-00000000000000002 has 10.0.1.4 in subnet-00000000000000002

    1. ENDPOINT_NOT_ACCEPTED vpce-00000000000000001: waits for the provider to accept its connection (pendingAcceptance)
       aws ec2 accept-vpc-endpoint-connections --service-id vpce-svc-00000000000000001 --vpc-endpoint-ids vpce-00000000000000001
    ");
}

#[test]
fn the_name_of_an_endpoint_that_is_not_open_is_told_to_those_inside_only() {
    let Linked { world, client, endpoint, .. } = linked(EndpointState::PendingAcceptance);
    let name = format!("{}:80", world.find::<VpcEndpoint>(&endpoint).regional_name());
    let inside = why(&world, &client, &name);
    assert_eq!(codes(&inside), ["ENDPOINT_NOT_ACCEPTED"]);
    assert!(inside.to_string().contains(&format!("will be 10.0.0.5 when {endpoint} is available")), "{inside}");
    assert_eq!(codes(&why(&world, "internet", &name)), ["NO_ADDRESS_FOR_NAME"]);
    world.connect(&endpoint, EndpointState::Available);
    passes(&why(&world, &client, &name));
}

#[test]
fn idle_times_are_told_as_they_are_where_packets_are_sent() {
    let Linked { world, client, endpoint, .. } = linked(EndpointState::Available);
    let question = Question::parse(client.as_str(), &format!("{endpoint}:80"), "tcp").unwrap();
    let told = |scale: u32| {
        let scale = TimeScale::new(std::num::NonZeroU32::new(scale).unwrap());
        explain(&world.snapshot(), &Question { scale, ..question.clone() }).unwrap().to_string()
    };
    assert!(told(1).contains("resets what is idle for 350 s"), "{}", told(1));
    assert!(told(20).contains("resets what is idle for 18 s"), "{}", told(20));
}

#[test]
fn a_rejected_endpoint_may_be_accepted_and_a_failed_one_is_made_anew() {
    let Linked { world, client, endpoint, service, .. } = linked(EndpointState::Rejected);
    let explanation = why(&world, &client, format!("{endpoint}:80"));
    assert_eq!(codes(&explanation), ["ENDPOINT_REJECTED"]);
    let accept = format!("aws ec2 accept-vpc-endpoint-connections --service-id {service} --vpc-endpoint-ids {endpoint}");
    assert_eq!(explanation.blockers[0].fixes[0].command, accept);
    world.connect(&endpoint, EndpointState::Failed);
    assert_eq!(codes(&why(&world, &client, format!("{endpoint}:80"))), ["BAD_STATE"]);
}

#[test]
fn everything_that_is_wrong_on_both_sides_is_said_at_once() {
    let Linked { world, client, clients, nodes, endpoint, near, .. } = linked(EndpointState::PendingAcceptance);
    world.update::<SecurityGroup>(&clients, |group| group.rules = vec![all_out()]);
    world.update::<SecurityGroup>(&nodes, |group| group.rules = Vec::new());
    let vpc = world.find::<Subnet>(&near).vpc;
    let other = world.subnet(&vpc, "10.0.7.0/24", 'a');
    let bastion = world.instance(&other, "10.0.7.4", &[&clients]).0;
    world.acl(&vpc, &[&near], &[entry(100, "in", Traffic::Tcp(80, 80), "0.0.0.0/0", true)]);
    insta::assert_snapshot!(why(&world, &bastion, format!("{endpoint}:80")), @"
    i-00000000000000003 to vpce-00000000000000001 tcp 80: denied

      + eni-00000000000000005 of i-00000000000000003 has 10.0.7.4 in subnet-00000000000000003
      + sg-00000000000000001 lets tcp 80 out to 10.0.0.5
      + vpc-00000000000000001 routes 10.0.0.5 locally
      x acl-00000000000000001 denies the answers, tcp 32768-60999 out to 10.0.7.4, by no rule that allows them
      x sg-00000000000000001 has no ingress rules, so tcp 80 does not get in from 10.0.7.4
      x vpce-00000000000000001 waits for the provider to accept its connection (pendingAcceptance)
      x arn:aws:elasticloadbalancing:us-east-1:111111111111:loadbalancer/net/b1/0000000000000001 filters PrivateLink traffic by its own groups, and they let no tcp 80 in from 10.0.7.4 (either of the commands mends it)
      + vpce-00000000000000001 leads to eni-00000000000000003 in vpc-00000000000000002
      + arn:aws:elasticloadbalancing:us-east-1:111111111111:listener/net/b1/0000000000000001/0000000000000001 takes tcp 80 on 10.0.1.9 in us-east-1a, and resets what is idle for 350 s
      + arn:aws:elasticloadbalancing:us-east-1:111111111111:targetgroup/t1/0000000000000001 has 1 healthy of 1 targets
      + eni-00000000000000003 sends to 10.0.1.4:8080 as 10.0.1.9, whoever the client is
          # changed by:
          aws elbv2 modify-target-group-attributes --target-group-arn arn:aws:elasticloadbalancing:us-east-1:111111111111:targetgroup/t1/0000000000000001 --attributes Key=proxy_protocol_v2.enabled,Value=true
      x sg-00000000000000002 has no egress rules, so tcp 8080 does not get out to 10.0.1.4
      + sg-00000000000000003 lets tcp 8080 in from 10.0.1.9
      + eni-00000000000000002 of i-00000000000000002 has 10.0.1.4 in subnet-00000000000000002

    1. SUBNET_ACL_RESTRICTION acl-00000000000000001: denies the answers, tcp 32768-60999 out to 10.0.7.4, by no rule that allows them
       aws ec2 create-network-acl-entry --network-acl-id acl-00000000000000001 --egress --rule-number 100 --protocol tcp --port-range From=32768,To=60999 --cidr-block 10.0.7.4/32 --rule-action allow

    2. SG_HAS_NO_RULES sg-00000000000000001: has no ingress rules, so tcp 80 does not get in from 10.0.7.4
       aws ec2 authorize-security-group-ingress --group-id sg-00000000000000001 --protocol tcp --port 80 --source-group sg-00000000000000001

    3. ENDPOINT_NOT_ACCEPTED vpce-00000000000000001: waits for the provider to accept its connection (pendingAcceptance)
       aws ec2 accept-vpc-endpoint-connections --service-id vpce-svc-00000000000000001 --vpc-endpoint-ids vpce-00000000000000001

    4. PRIVATELINK_SG_RULES_MISMATCH arn:aws:elasticloadbalancing:us-east-1:111111111111:loadbalancer/net/b1/0000000000000001: filters PrivateLink traffic by its own groups, and they let no tcp 80 in from 10.0.7.4 (either of the commands mends it)
       aws elbv2 set-security-groups --load-balancer-arn arn:aws:elasticloadbalancing:us-east-1:111111111111:loadbalancer/net/b1/0000000000000001 --security-groups sg-00000000000000002 --enforce-security-group-inbound-rules-on-private-link-traffic off
       aws ec2 authorize-security-group-ingress --group-id sg-00000000000000002 --protocol tcp --port 80 --cidr 10.0.7.4/32

    5. SG_HAS_NO_RULES sg-00000000000000002: has no egress rules, so tcp 8080 does not get out to 10.0.1.4
       aws ec2 authorize-security-group-egress --group-id sg-00000000000000002 --protocol tcp --port 8080 --cidr 10.0.1.4/32
    ");
    assert!(!codes(&why(&world, &client, format!("{endpoint}:80"))).contains(&"SUBNET_ACL_RESTRICTION"));
}

/// Nothing that is wrong hides anything that comes after it.
#[test]
fn every_fault_from_the_clients_group_to_the_targets_health_check_is_said_at_once() {
    let Linked { world, clients, nodes, endpoint, near, server, balancer, .. } = linked(EndpointState::PendingAcceptance);
    let vpc = world.find::<Subnet>(&near).vpc;
    let away = world.vpc("10.9.0.0/16");
    world.peering(&vpc, &away, PeeringState::PendingAcceptance);
    let (home, mute) = (world.subnet(&away, "10.9.0.0/24", 'a'), world.group(&away, &[]));
    let (client, _) = world.instance(&home, "10.9.0.4", &[&mute]);
    for (vpc, subnet) in [(&away, &home), (&vpc, &near)] {
        world.acl(vpc, &[subnet], &[entry(100, "in", Traffic::Tcp(443, 443), "0.0.0.0/0", true)]);
    }
    for group in [&clients, &nodes] {
        world.update::<SecurityGroup>(group, |group| group.rules = Vec::new());
    }
    let provider = world.find::<LoadBalancer>(&balancer).vpc;
    let targets = world.find::<TargetGroup>(&world.snapshot().all::<TargetGroup>().next().unwrap().arn).arn;
    let spare = world.instance(&world.subnet(&provider, "10.0.2.0/24", 'b'), "10.0.2.4", &[&nodes]).0;
    world.update::<LoadBalancer>(&balancer, |balancer| {
        balancer.zones.push(BalancerZone { zone: zone_name('b'), ..balancer.zones[0].clone() });
    });
    world.target(&targets, TargetId::Instance(server), 8080, Some(HealthState::Unhealthy));
    world.target(&targets, TargetId::Instance(spare), 8080, Some(HealthState::Healthy));
    let told = why(&world, &client, "10.0.0.5:80");
    let expected = [
        ("SG_HAS_NO_RULES", mute.to_string()),
        ("SUBNET_ACL_RESTRICTION", "acl-00000000000000001".into()),
        ("NO_ROUTE_TO_DESTINATION", "rtb-".into()),
        ("BAD_STATE", "pcx-".into()),
        ("SUBNET_ACL_RESTRICTION", "acl-00000000000000002".into()),
        ("SG_HAS_NO_RULES", clients.to_string()),
        ("ENDPOINT_NOT_ACCEPTED", endpoint.to_string()),
        ("PRIVATELINK_SG_RULES_MISMATCH", balancer.clone()),
        ("NO_ROUTE_TO_DESTINATION", "rtb-".into()),
        ("TARGETS_UNHEALTHY", targets),
        ("SG_HAS_NO_RULES", nodes.to_string()),
    ];
    let mut blockers = told.blockers.iter();
    for (code, component) in expected {
        let named = |blocker: &&explain::Blocker| blocker.code.as_str() == code && blocker.component.contains(&component);
        assert!(blockers.any(|blocker| named(&blocker)), "{code} of {component} in its place: {told}");
    }
}

#[test]
fn a_balancers_own_groups_stop_clients_of_privatelink_unless_told_not_to() {
    let Linked { world, client, endpoint, nodes, balancer, .. } = linked(EndpointState::Available);
    world.update::<SecurityGroup>(&nodes, |group| {
        group.rules = vec![all_out(), ingress(Traffic::Tcp(80, 80), from("10.0.1.0/24"))]
    });
    insta::assert_snapshot!(why(&world, &client, format!("{endpoint}:80")), @"
    i-00000000000000001 to vpce-00000000000000001 tcp 80: denied

      + eni-00000000000000001 of i-00000000000000001 has 10.0.0.4 in subnet-00000000000000001
      + sg-00000000000000001 lets tcp 80 out to 10.0.0.5
      + vpc-00000000000000001 routes 10.0.0.5 locally
      + sg-00000000000000001 lets tcp 80 in from 10.0.0.4
      + vpce-00000000000000001 is connected to com.amazonaws.vpce.us-east-1.vpce-svc-00000000000000001
      x arn:aws:elasticloadbalancing:us-east-1:111111111111:loadbalancer/net/b1/0000000000000001 filters PrivateLink traffic by its own groups, and they let no tcp 80 in from 10.0.0.4 (either of the commands mends it)
      + vpce-00000000000000001 leads to eni-00000000000000003 in vpc-00000000000000002
      + arn:aws:elasticloadbalancing:us-east-1:111111111111:listener/net/b1/0000000000000001/0000000000000001 takes tcp 80 on 10.0.1.9 in us-east-1a, and resets what is idle for 350 s
      + arn:aws:elasticloadbalancing:us-east-1:111111111111:targetgroup/t1/0000000000000001 has 1 healthy of 1 targets
      + eni-00000000000000003 sends to 10.0.1.4:8080 as 10.0.1.9, whoever the client is
          # changed by:
          aws elbv2 modify-target-group-attributes --target-group-arn arn:aws:elasticloadbalancing:us-east-1:111111111111:targetgroup/t1/0000000000000001 --attributes Key=proxy_protocol_v2.enabled,Value=true
      + sg-00000000000000002 lets tcp 8080 out to 10.0.1.4
      + sg-00000000000000003 lets tcp 8080 in from 10.0.1.9
      + eni-00000000000000002 of i-00000000000000002 has 10.0.1.4 in subnet-00000000000000002

    1. PRIVATELINK_SG_RULES_MISMATCH arn:aws:elasticloadbalancing:us-east-1:111111111111:loadbalancer/net/b1/0000000000000001: filters PrivateLink traffic by its own groups, and they let no tcp 80 in from 10.0.0.4 (either of the commands mends it)
       aws elbv2 set-security-groups --load-balancer-arn arn:aws:elasticloadbalancing:us-east-1:111111111111:loadbalancer/net/b1/0000000000000001 --security-groups sg-00000000000000002 --enforce-security-group-inbound-rules-on-private-link-traffic off
       aws ec2 authorize-security-group-ingress --group-id sg-00000000000000002 --protocol tcp --port 80 --cidr 10.0.0.4/32
    ");
    world.update::<LoadBalancer>(&balancer, |balancer| balancer.enforce_on_private_link = false);
    passes(&why(&world, &client, format!("{endpoint}:80")));
}

#[test]
fn a_port_that_the_service_does_not_listen_on_is_named() {
    let Linked { world, client, clients, nodes, endpoint, .. } = linked(EndpointState::Available);
    world.allow(&clients, ingress(Traffic::All, from("0.0.0.0/0")));
    world.allow(&nodes, ingress(Traffic::All, from("0.0.0.0/0")));
    assert_eq!(codes(&why(&world, &client, format!("{endpoint}:443"))), ["ELBV2_LISTENER_PORT_RESTRICTION"]);
}

#[test]
fn a_zone_without_a_node_stops_that_zones_interface() {
    let Linked { world, client, clients, service, near, .. } = linked(EndpointState::Available);
    let other = world.subnet(&world.find::<Subnet>(&near).vpc, "10.0.2.0/24", 'b');
    let endpoint = world.endpoint(&service, &[(&other, "10.0.2.5")], &[&clients], EndpointState::Available);
    insta::assert_snapshot!(why(&world, &client, format!("{endpoint}:80")), @r#"
    i-00000000000000001 to vpce-00000000000000002 tcp 80: denied

      + eni-00000000000000001 of i-00000000000000001 has 10.0.0.4 in subnet-00000000000000001
      + sg-00000000000000001 lets tcp 80 out to 10.0.2.5
      + vpc-00000000000000001 routes 10.0.2.5 locally
      + sg-00000000000000001 lets tcp 80 in from 10.0.0.4
      + vpce-00000000000000002 is connected to com.amazonaws.vpce.us-east-1.vpce-svc-00000000000000001
      + arn:aws:elasticloadbalancing:us-east-1:111111111111:loadbalancer/net/b1/0000000000000001 lets tcp 80 in from 10.0.0.4 through PrivateLink
      x vpce-00000000000000002 has an interface in us-east-1b, where the service has no node

    1. VPCE_SERVICE_NOT_INSTALLED_IN_AZ vpce-00000000000000002: has an interface in us-east-1b, where the service has no node
       eval "$(underpass env --account 222222222222)"
       aws ec2 modify-vpc-endpoint --vpc-endpoint-id vpce-00000000000000002 --remove-subnet-ids subnet-00000000000000003
       eval "$(underpass env --account 111111111111)"
    "#);
}

#[test]
fn the_provider_cannot_open_a_connection_to_the_consumer() {
    let Linked { world, client, server, endpoint, provider, .. } = linked(EndpointState::Available);
    insta::assert_snapshot!(why(&world, &server, format!("{client}:80")), @"
    i-00000000000000002 to i-00000000000000001 tcp 80: denied

      x eni-00000000000000001 of i-00000000000000001 is in vpc-00000000000000001, and nothing connects vpc-00000000000000002 to it; vpce-00000000000000001 is one-way: it carries connections from vpc-00000000000000001 only; their blocks overlap, so peering could not connect them: PrivateLink can

    1. PRIVATELINK_IS_ONE_WAY eni-00000000000000001 of i-00000000000000001: is in vpc-00000000000000001, and nothing connects vpc-00000000000000002 to it; vpce-00000000000000001 is one-way: it carries connections from vpc-00000000000000001 only; their blocks overlap, so peering could not connect them: PrivateLink can
       NLB=$(aws elbv2 create-load-balancer --type network --scheme internal --name tcp-eni-00000000000000001-80 --subnets subnet-00000000000000001 --query 'LoadBalancers[0].LoadBalancerArn' --output text)
       aws elbv2 wait load-balancer-available --load-balancer-arns $NLB
       TARGETS=$(aws elbv2 create-target-group --name tcp-eni-00000000000000001-80 --protocol TCP --port 80 --vpc-id vpc-00000000000000001 --target-type ip --query 'TargetGroups[0].TargetGroupArn' --output text)
       aws elbv2 register-targets --target-group-arn $TARGETS --targets Id=10.0.0.4
       aws elbv2 create-listener --load-balancer-arn $NLB --protocol TCP --port 80 --default-actions Type=forward,TargetGroupArn=$TARGETS
       SERVICE=$(aws ec2 create-vpc-endpoint-service-configuration --no-acceptance-required --network-load-balancer-arns $NLB --query ServiceConfiguration.ServiceName --output text)
       ENDPOINT=$(aws ec2 create-vpc-endpoint --vpc-endpoint-type Interface --vpc-id vpc-00000000000000002 --service-name $SERVICE --subnet-ids subnet-00000000000000002 --security-group-ids sg-00000000000000003 --query VpcEndpoint.VpcEndpointId --output text)
       aws ec2 authorize-security-group-ingress --group-id sg-00000000000000003 --protocol tcp --port 80 --source-group sg-00000000000000003
    ");
    assert_eq!(codes(&why(&world, &server, format!("{endpoint}:80"))), ["PRIVATELINK_IS_ONE_WAY"]);
    assert_eq!(world.find::<Instance>(&server).vpc, provider);
}

#[test]
fn a_consumer_that_asks_for_the_server_itself_is_told_of_its_endpoint() {
    let Linked { world, client, server, endpoint, .. } = linked(EndpointState::Available);
    let explanation = why(&world, &client, format!("{server}:8080"));
    assert_eq!(codes(&explanation), ["DISCONNECTED_VPCS"]);
    let blocker = &explanation.blockers[0];
    let name = world.find::<VpcEndpoint>(&endpoint).regional_name();
    assert!(blocker.problem.ends_with(&format!("; {endpoint} leads to it: connect to {name}:80")), "{explanation}");
    assert!(blocker.fixes.is_empty(), "there is nothing to make: {explanation}");
    let other = why(&world, &client, format!("{server}:9090"));
    assert!(other.to_string().contains("create-load-balancer"), "the service does not lead to that port: {other}");
}

#[test]
fn an_explanation_serialises_with_its_verdict_codes_and_commands() {
    let Linked { world, client, endpoint, .. } = linked(EndpointState::PendingAcceptance);
    let json = serde_json::to_value(why(&world, &client, format!("{endpoint}:80"))).unwrap();
    assert_eq!(json["verdict"], "denied");
    assert_eq!(json["blockers"][0]["code"], "ENDPOINT_NOT_ACCEPTED");
    assert_eq!(json["blockers"][0]["fixes"][0]["account"], "111111111111");
    assert_eq!(json["ways"].as_array().map(Vec::len), Some(1));
}

#[test]
fn from_an_endpoint_connections_go_to_its_service_and_nowhere_else() {
    let Linked { world, client, server, near, endpoint, balancer, provider, .. } = linked(EndpointState::Available);
    let why = |world: &World, source: &EndpointId, destination: String| {
        explain(&world.snapshot(), &Question::parse(source.as_str(), &destination, "tcp").unwrap()).unwrap()
    };
    passes(&why(&world, &endpoint, format!("{balancer}:80")));
    assert_eq!(codes(&why(&world, &endpoint, format!("{client}:80"))), ["VPCE_INTRA_VPC_TRAFFIC"]);
    assert_eq!(codes(&why(&world, &endpoint, format!("{near}:80"))), ["VPCE_INTRA_VPC_TRAFFIC"]);
    assert_eq!(codes(&why(&world, &endpoint, format!("{server}:80"))), ["PRIVATELINK_IS_ONE_WAY"]);
    let other = world.subnet(&provider, "10.0.2.0/24", 'b');
    assert_eq!(codes(&why(&world, &endpoint, format!("{other}:80"))), ["PRIVATELINK_IS_ONE_WAY"]);
}
