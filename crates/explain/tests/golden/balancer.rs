//! Load balancers (catalogue rows C3, D3, D5, D10 to D13).

use explain::Verdict;
use resource::*;

use super::{asked, codes, passes, why};
use crate::world::{World, all_out, entry, from, ingress, members};

/// A client at 10.0.0.4 and a balancer at 10.0.1.9:80 before a server at 10.0.1.4:8080 in zone b.
struct Served {
    world: World,
    vpc: VpcId,
    client: InstanceId,
    servers: GroupId,
    nodes: GroupId,
    balancer: String,
    targets: String,
}

fn served(health: Option<HealthState>) -> Served {
    let world = World::new();
    let vpc = world.vpc("10.0.0.0/16");
    let (a, b) = (world.subnet(&vpc, "10.0.0.0/24", 'a'), world.subnet(&vpc, "10.0.1.0/24", 'b'));
    let clients = world.group(&vpc, &[all_out()]);
    let nodes = world.group(&vpc, &[all_out(), ingress(Traffic::Tcp(80, 80), from("10.0.0.0/16"))]);
    let servers = world.group(&vpc, &[ingress(Traffic::Tcp(8080, 8080), members(&nodes))]);
    let (client, _) = world.instance(&a, "10.0.0.4", &[&clients]);
    let (server, _) = world.instance(&b, "10.0.1.4", &[&servers]);
    let targets = world.target_group(&vpc, TargetType::Instance);
    world.target_attribute(&targets, "preserve_client_ip.enabled", "false");
    if health.is_some() {
        world.target(&targets, TargetId::Instance(server), 8080, health);
    }
    let balancer = world.balancer(&[(&b, "10.0.1.9")], &[&nodes]);
    world.listener(&balancer, 80, &targets);
    Served { world, vpc, client, servers, nodes, balancer, targets }
}

#[test]
fn a_balancer_leads_to_its_target_by_arn_by_name_and_by_dns_name() {
    let Served { world, client, balancer, .. } = served(Some(HealthState::Healthy));
    insta::assert_snapshot!(why(&world, &client, "b1.elb.us-east-1.amazonaws.com:80".replace("b1", "b1-0000000000000001")), @"
    i-00000000000000001 to b1-0000000000000001.elb.us-east-1.amazonaws.com tcp 80: allowed

      + b1-0000000000000001.elb.us-east-1.amazonaws.com resolves to 10.0.1.9
      + eni-00000000000000001 of i-00000000000000001 has 10.0.0.4 in subnet-00000000000000001
      + sg-00000000000000001 lets tcp 80 out to 10.0.1.9
      + vpc-00000000000000001 routes 10.0.1.9 locally
      + sg-00000000000000002 lets tcp 80 in from 10.0.0.4
      + arn:aws:elasticloadbalancing:us-east-1:111111111111:listener/net/b1/0000000000000001/0000000000000001 takes tcp 80 on 10.0.1.9 in us-east-1b, and resets what is idle for 350 s
          # changed by:
          aws elbv2 modify-listener-attributes --listener-arn arn:aws:elasticloadbalancing:us-east-1:111111111111:listener/net/b1/0000000000000001/0000000000000001 --attributes Key=tcp.idle_timeout.seconds,Value=6000
      + arn:aws:elasticloadbalancing:us-east-1:111111111111:targetgroup/t1/0000000000000001 has 1 healthy of 1 targets
      + eni-00000000000000003 sends to 10.0.1.4:8080 as 10.0.1.9, whoever the client is
      + sg-00000000000000002 lets tcp 8080 out to 10.0.1.4
      + sg-00000000000000003 lets tcp 8080 in from 10.0.1.9
      + eni-00000000000000002 of i-00000000000000002 has 10.0.1.4 in subnet-00000000000000002
    ");
    passes(&why(&world, &client, format!("{balancer}:80")));
    passes(&why(&world, &client, "b1:80"));
}

#[test]
fn a_target_that_sees_clients_lets_them_in_by_their_addresses_or_by_the_group_of_the_node() {
    let Served { world, client, servers, nodes, targets, .. } = served(Some(HealthState::Healthy));
    world.target_attribute(&targets, "preserve_client_ip.enabled", "true");
    passes(&why(&world, &client, "b1:80"));
    let clients = world.find::<NetworkInterface>("eni-00000000000000001").groups[0].clone();
    let only = |peer| {
        let rule = ingress(Traffic::Tcp(8080, 8080), peer);
        world.update::<SecurityGroup>(&servers, |group| group.rules = vec![rule.clone()]);
        why(&world, &client, "b1:80")
    };
    passes(&only(from("10.0.0.4/32")));
    insta::assert_snapshot!(only(members(&clients)));
    world.update::<SecurityGroup>(&nodes, |group| group.rules.retain(|rule| !rule.egress));
    assert_eq!(codes(&only(from("10.0.0.4/32"))), ["SG_HAS_NO_RULES"], "what leaves the node is judged, too");
}

#[test]
fn a_tls_listener_keeps_the_clients_address_as_any_other() {
    let Served { world, client, servers, balancer, targets, .. } = served(Some(HealthState::Healthy));
    let listener = world.snapshot().linked::<Listener>(LoadBalancer::KIND, &balancer).next().unwrap().arn.clone();
    world.update::<Listener>(&listener, |listener| listener.protocol = ListenerProtocol::Tls);
    assert!(why(&world, &client, "b1:80").to_string().contains("sends to 10.0.1.4:8080 as 10.0.1.9"));
    world.target_attribute(&targets, "preserve_client_ip.enabled", "true");
    let told = why(&world, &client, "b1:80").to_string();
    assert!(told.contains("sends to 10.0.1.4:8080 as 10.0.0.4"), "{told}");
    assert!(told.contains("+ sg-00000000000000003 lets tcp 8080 in from 10.0.0.4"), "{told}");
    world.update::<SecurityGroup>(&servers, |group| group.rules.clear());
    assert_eq!(codes(&why(&world, &client, "b1:80")), ["SG_HAS_NO_RULES"]);
}

#[test]
fn a_target_whose_group_does_not_let_the_balancer_in_is_named() {
    let Served { world, client, servers, nodes, .. } = served(Some(HealthState::Unhealthy));
    world.update::<SecurityGroup>(&servers, |group| group.rules = vec![ingress(Traffic::Tcp(8081, 8081), members(&nodes))]);
    insta::assert_snapshot!(why(&world, &client, "b1:80"), @"
    i-00000000000000001 to b1 tcp 80: denied

      + eni-00000000000000001 of i-00000000000000001 has 10.0.0.4 in subnet-00000000000000001
      + sg-00000000000000001 lets tcp 80 out to 10.0.1.9
      + vpc-00000000000000001 routes 10.0.1.9 locally
      + sg-00000000000000002 lets tcp 80 in from 10.0.0.4
      + arn:aws:elasticloadbalancing:us-east-1:111111111111:listener/net/b1/0000000000000001/0000000000000001 takes tcp 80 on 10.0.1.9 in us-east-1b, and resets what is idle for 350 s
          # changed by:
          aws elbv2 modify-listener-attributes --listener-arn arn:aws:elasticloadbalancing:us-east-1:111111111111:listener/net/b1/0000000000000001/0000000000000001 --attributes Key=tcp.idle_timeout.seconds,Value=6000
      + arn:aws:elasticloadbalancing:us-east-1:111111111111:targetgroup/t1/0000000000000001 has no healthy target, so all are tried (fail open)
      + eni-00000000000000003 sends to 10.0.1.4:8080 as 10.0.1.9, whoever the client is
      + sg-00000000000000002 lets tcp 8080 out to 10.0.1.4
      x sg-00000000000000003 lets no tcp 8080 in from 10.0.1.9
      + eni-00000000000000002 of i-00000000000000002 has 10.0.1.4 in subnet-00000000000000002

    1. ENI_SG_RULES_MISMATCH sg-00000000000000003: lets no tcp 8080 in from 10.0.1.9
       aws ec2 authorize-security-group-ingress --group-id sg-00000000000000003 --protocol tcp --port 8080 --source-group sg-00000000000000002
    ");
}

#[test]
fn a_wrong_port_a_wrong_protocol_and_no_listener_at_all_are_told_apart() {
    let Served { world, vpc, client, .. } = served(Some(HealthState::Healthy));
    let subnet = world.snapshot().linked::<Subnet>(Vpc::KIND, &vpc).next().unwrap().id.clone();
    world.balancer(&[(&subnet, "10.0.0.9")], &[]);
    assert_eq!(codes(&asked(&world, client.as_str(), "b1:80", "udp")), ["ENI_SG_RULES_MISMATCH", "ELBV2_LISTENERS_MISMATCH"]);
    assert_eq!(codes(&why(&world, &client, "b2:80")), ["ELBV2_LISTENERS_MISMATCH"]);
    insta::assert_snapshot!(why(&world, &client, "b1:443"), @"
    i-00000000000000001 to b1 tcp 443: denied

      + eni-00000000000000001 of i-00000000000000001 has 10.0.0.4 in subnet-00000000000000001
      + sg-00000000000000001 lets tcp 443 out to 10.0.1.9
      + vpc-00000000000000001 routes 10.0.1.9 locally
      x sg-00000000000000002 lets no tcp 443 in from 10.0.0.4
      x arn:aws:elasticloadbalancing:us-east-1:111111111111:loadbalancer/net/b1/0000000000000001 does not listen on tcp 443: it listens on tcp 80

    1. ENI_SG_RULES_MISMATCH sg-00000000000000002: lets no tcp 443 in from 10.0.0.4
       aws ec2 authorize-security-group-ingress --group-id sg-00000000000000002 --protocol tcp --port 443 --source-group sg-00000000000000001

    2. ELBV2_LISTENER_PORT_RESTRICTION arn:aws:elasticloadbalancing:us-east-1:111111111111:loadbalancer/net/b1/0000000000000001: does not listen on tcp 443: it listens on tcp 80
       aws elbv2 create-listener --protocol TCP --load-balancer-arn arn:aws:elasticloadbalancing:us-east-1:111111111111:loadbalancer/net/b1/0000000000000001 --port 443 --default-actions Type=forward,TargetGroupArn=arn:aws:elasticloadbalancing:us-east-1:111111111111:targetgroup/t1/0000000000000001
    ");
}

#[test]
fn a_node_with_further_addresses_sends_from_all_of_them_and_takes_nothing_there() {
    let Served { world, client, balancer, servers, .. } = served(Some(HealthState::Healthy));
    let node = world.find::<LoadBalancer>(&balancer).zones[0].interface.clone();
    world.update::<NetworkInterface>(&node, |eni| eni.addresses.push("10.0.1.10".parse().unwrap()));
    let whole = why(&world, &client, "b1:80");
    passes(&whole);
    assert_eq!(whole.ways.len(), 1, "{whole}");
    world.update::<SecurityGroup>(&servers, |group| group.rules[0].peer = from("10.0.1.9/32"));
    let partly = why(&world, &client, "b1:80");
    assert_eq!(partly.verdict, Verdict::Partly, "{partly}");
    assert!(partly.blockers[0].problem.ends_with("in from 10.0.1.10"), "{partly}");
    let there = why(&world, &client, "10.0.1.10:80");
    assert_eq!(codes(&there), ["ELBV2_LISTENERS_MISMATCH"], "{there}");
}

#[test]
fn without_targets_nothing_answers() {
    let Served { world, client, .. } = served(None);
    insta::assert_snapshot!(why(&world, &client, "b1:80"), @"
    i-00000000000000001 to b1 tcp 80: denied

      + eni-00000000000000001 of i-00000000000000001 has 10.0.0.4 in subnet-00000000000000001
      + sg-00000000000000001 lets tcp 80 out to 10.0.1.9
      + vpc-00000000000000001 routes 10.0.1.9 locally
      + sg-00000000000000002 lets tcp 80 in from 10.0.0.4
      + arn:aws:elasticloadbalancing:us-east-1:111111111111:listener/net/b1/0000000000000001/0000000000000001 takes tcp 80 on 10.0.1.9 in us-east-1b, and resets what is idle for 350 s
          # changed by:
          aws elbv2 modify-listener-attributes --listener-arn arn:aws:elasticloadbalancing:us-east-1:111111111111:listener/net/b1/0000000000000001/0000000000000001 --attributes Key=tcp.idle_timeout.seconds,Value=6000
      x arn:aws:elasticloadbalancing:us-east-1:111111111111:targetgroup/t1/0000000000000001 has no registered target

    1. ELBV2_LISTENER_HAS_NO_TG arn:aws:elasticloadbalancing:us-east-1:111111111111:targetgroup/t1/0000000000000001: has no registered target
       aws elbv2 register-targets --target-group-arn arn:aws:elasticloadbalancing:us-east-1:111111111111:targetgroup/t1/0000000000000001 --targets Id=INSTANCE_ID
    ");
}

#[test]
fn targets_that_do_not_run_are_named() {
    let Served { world, client, targets, .. } = served(Some(HealthState::Healthy));
    let TargetId::Instance(server) = world.find::<TargetGroup>(&targets).targets[0].id.clone() else { return };
    world.update::<Instance>(&server, |instance| instance.state = InstanceState::Stopped);
    let explanation = why(&world, &client, "b1:80");
    assert_eq!(codes(&explanation), ["BAD_STATE"]);
    assert_eq!(explanation.blockers[0].fixes[0].command, format!("aws ec2 start-instances --instance-ids {server}"));
}

#[test]
fn a_node_without_a_target_in_its_zone_fails_while_the_other_works() {
    let Served { world, vpc, client, servers, nodes, targets, .. } = served(Some(HealthState::Healthy));
    world.allow(&servers, ingress(Traffic::Tcp(8080, 8080), members(&nodes)));
    let subnets: Vec<_> = world.snapshot().linked::<Subnet>(Vpc::KIND, &vpc).map(|subnet| subnet.id.clone()).collect();
    let wide = world.balancer(&[(&subnets[0], "10.0.0.9"), (&subnets[1], "10.0.1.10")], &[&nodes]);
    world.listener(&wide, 80, &targets);
    let explanation = why(&world, &client, "b2:80");
    assert_eq!(explanation.verdict, Verdict::Partly);
    insta::assert_snapshot!(explanation, @"
    i-00000000000000001 to b2 tcp 80: allowed on 1 of 2 ways

      + eni-00000000000000001 of i-00000000000000001 has 10.0.0.4 in subnet-00000000000000001
      + sg-00000000000000001 lets tcp 80 out to 10.0.0.9
      + vpc-00000000000000001 routes 10.0.0.9 locally
      + sg-00000000000000002 lets tcp 80 in from 10.0.0.4
      + arn:aws:elasticloadbalancing:us-east-1:111111111111:listener/net/b2/0000000000000002/0000000000000002 takes tcp 80 on 10.0.0.9 in us-east-1a, and resets what is idle for 350 s
          # changed by:
          aws elbv2 modify-listener-attributes --listener-arn arn:aws:elasticloadbalancing:us-east-1:111111111111:listener/net/b2/0000000000000002/0000000000000002 --attributes Key=tcp.idle_timeout.seconds,Value=6000
      x arn:aws:elasticloadbalancing:us-east-1:111111111111:loadbalancer/net/b2/0000000000000002 has no target in us-east-1a, and its nodes keep to their zones (cross-zone load balancing is off)

      + eni-00000000000000001 of i-00000000000000001 has 10.0.0.4 in subnet-00000000000000001
      + sg-00000000000000001 lets tcp 80 out to 10.0.1.10
      + vpc-00000000000000001 routes 10.0.1.10 locally
      + sg-00000000000000002 lets tcp 80 in from 10.0.0.4
      + arn:aws:elasticloadbalancing:us-east-1:111111111111:listener/net/b2/0000000000000002/0000000000000002 takes tcp 80 on 10.0.1.10 in us-east-1b, and resets what is idle for 350 s
          # changed by:
          aws elbv2 modify-listener-attributes --listener-arn arn:aws:elasticloadbalancing:us-east-1:111111111111:listener/net/b2/0000000000000002/0000000000000002 --attributes Key=tcp.idle_timeout.seconds,Value=6000
      + arn:aws:elasticloadbalancing:us-east-1:111111111111:targetgroup/t1/0000000000000001 has 1 healthy of 1 targets
      + eni-00000000000000005 sends to 10.0.1.4:8080 as 10.0.1.10, whoever the client is
      + sg-00000000000000002 lets tcp 8080 out to 10.0.1.4
      + sg-00000000000000003 lets tcp 8080 in from 10.0.1.10
      + eni-00000000000000002 of i-00000000000000002 has 10.0.1.4 in subnet-00000000000000002

    1. ELBV2_NO_TARGETS_IN_AZ arn:aws:elasticloadbalancing:us-east-1:111111111111:loadbalancer/net/b2/0000000000000002: has no target in us-east-1a, and its nodes keep to their zones (cross-zone load balancing is off)
       aws elbv2 modify-load-balancer-attributes --load-balancer-arn arn:aws:elasticloadbalancing:us-east-1:111111111111:loadbalancer/net/b2/0000000000000002 --attributes Key=load_balancing.cross_zone.enabled,Value=true
    ");
    passes(&why(&world, &client, "b2-0000000000000002.elb.us-east-1.amazonaws.com:80"));
    world.balancer_attribute(&wide, "load_balancing.cross_zone.enabled", "true");
    passes(&why(&world, &client, "b2:80"));
}

#[test]
fn a_target_that_calls_its_own_balancer_and_sees_itself_answers_nobody() {
    let Served { world, servers, targets, .. } = served(Some(HealthState::Healthy));
    world.allow(&servers, all_out());
    world.allow(&servers, ingress(Traffic::All, from("10.0.0.0/16")));
    let TargetId::Instance(server) = world.find::<TargetGroup>(&targets).targets[0].id.clone() else { return };
    passes(&why(&world, &server, "b1:80"));
    world.target_attribute(&targets, "preserve_client_ip.enabled", "true");
    insta::assert_snapshot!(why(&world, &server, "b1:80"), @"
    i-00000000000000002 to b1 tcp 80: denied

      + eni-00000000000000002 of i-00000000000000002 has 10.0.1.4 in subnet-00000000000000002
      + sg-00000000000000003 lets tcp 80 out to 10.0.1.9
      + vpc-00000000000000001 routes 10.0.1.9 locally
      + sg-00000000000000002 lets tcp 80 in from 10.0.1.4
      + arn:aws:elasticloadbalancing:us-east-1:111111111111:listener/net/b1/0000000000000001/0000000000000001 takes tcp 80 on 10.0.1.9 in us-east-1b, and resets what is idle for 350 s
          # changed by:
          aws elbv2 modify-listener-attributes --listener-arn arn:aws:elasticloadbalancing:us-east-1:111111111111:listener/net/b1/0000000000000001/0000000000000001 --attributes Key=tcp.idle_timeout.seconds,Value=6000
      + arn:aws:elasticloadbalancing:us-east-1:111111111111:targetgroup/t1/0000000000000001 has 1 healthy of 1 targets
      + eni-00000000000000003 sends to 10.0.1.4:8080 as 10.0.1.4
      + sg-00000000000000002 lets tcp 8080 out to 10.0.1.4
      x arn:aws:elasticloadbalancing:us-east-1:111111111111:targetgroup/t1/0000000000000001 keeps the client's address, and 10.0.1.4 is client and target at once: it drops what seems to come from itself
      + sg-00000000000000003 lets tcp 8080 in from 10.0.1.9
      + eni-00000000000000002 of i-00000000000000002 has 10.0.1.4 in subnet-00000000000000002

    1. ELBV2_SOURCE_ADDRESS_PRESERVATION arn:aws:elasticloadbalancing:us-east-1:111111111111:targetgroup/t1/0000000000000001: keeps the client's address, and 10.0.1.4 is client and target at once: it drops what seems to come from itself
       aws elbv2 modify-target-group-attributes --target-group-arn arn:aws:elasticloadbalancing:us-east-1:111111111111:targetgroup/t1/0000000000000001 --attributes Key=preserve_client_ip.enabled,Value=false
    ");
    // What sees every client's address for good can only go.
    world.update::<TargetGroup>(&targets, |group| group.protocol = "TCP_UDP".to_owned());
    let fix = format!("aws elbv2 deregister-targets --target-group-arn {targets} --targets Id={server},Port=8080");
    assert_eq!(why(&world, &server, "b1:80").blockers[0].fixes[0].command, fix);
}

#[test]
fn what_a_nodes_table_leads_to_an_appliance_does_not_come_back_to_the_target_that_sent_it() {
    let Served { world, vpc, servers, nodes, targets, .. } = served(Some(HealthState::Healthy));
    world.allow(&servers, all_out());
    world.target_attribute(&targets, "preserve_client_ip.enabled", "true");
    let TargetId::Instance(server) = world.find::<TargetGroup>(&targets).targets[0].id.clone() else { return };
    let subnets: Vec<_> = world.snapshot().linked::<Subnet>(Vpc::KIND, &vpc).map(|subnet| subnet.id.clone()).collect();
    let far = world.balancer(&[(&subnets[0], "10.0.0.9"), (&subnets[1], "10.0.1.10")], &[&nodes]);
    world.listener(&far, 80, &targets);
    world.balancer_attribute(&far, "load_balancing.cross_zone.enabled", "true");
    assert_eq!(codes(&why(&world, &server, "10.0.0.9:80")), ["ELBV2_SOURCE_ADDRESS_PRESERVATION"]);
    let open = world.group(&vpc, &[ingress(Traffic::All, from("0.0.0.0/0"))]);
    let (_, appliance) = world.instance(&world.subnet(&vpc, "10.0.2.0/24", 'a'), "10.0.2.4", &[&open]);
    world.update::<NetworkInterface>(&appliance, |eni| eni.source_dest_check = false);
    world.route(&world.table(&vpc, &[Some(&subnets[0])]), "10.0.1.0/24", RouteTarget::Interface(appliance));
    passes(&why(&world, &server, "10.0.0.9:80"));
}

#[test]
fn a_public_address_of_the_vpcs_own_balancer_is_on_the_internet() {
    let Served { world, vpc, client, nodes, targets, balancer, .. } = served(Some(HealthState::Healthy));
    world.target_attribute(&targets, "preserve_client_ip.enabled", "false");
    let node = world.find::<LoadBalancer>(&balancer).zones[0].interface.clone();
    world.public_address("198.18.0.20", Some(&node));
    let gateway = world.internet_gateway(Some(&vpc));
    assert_eq!(codes(&why(&world, &client, "198.18.0.20:80"))[0], "NO_ROUTE_TO_DESTINATION");
    world.route(&world.main_table(&vpc), "0.0.0.0/0", RouteTarget::InternetGateway(gateway));
    assert_eq!(codes(&why(&world, &client, "198.18.0.20:80")), ["IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS"]);
    let own = InterfaceId::parse("eni-00000000000000001").unwrap();
    world.public_address("198.18.0.30", Some(&own));
    assert_eq!(codes(&why(&world, &client, "198.18.0.20:80")), ["ENI_SG_RULES_MISMATCH"], "it comes with its public address");
    world.allow(&nodes, ingress(Traffic::Tcp(80, 80), from("198.18.0.30/32")));
    passes(&why(&world, &client, "198.18.0.20:80"));
}

#[test]
fn answers_of_targets_that_see_their_clients_go_by_the_nodes_table() {
    let Served { world, vpc, nodes, targets, balancer, .. } = served(Some(HealthState::Healthy));
    let node = world.find::<LoadBalancer>(&balancer).zones[0].interface.clone();
    world.public_address("198.18.0.20", Some(&node));
    let gateway = world.internet_gateway(Some(&vpc));
    world.target_attribute(&targets, "preserve_client_ip.enabled", "true");
    world.allow(&nodes, ingress(Traffic::Tcp(80, 80), from("0.0.0.0/0")));
    let own = world.table(&vpc, &[Some(&world.find::<NetworkInterface>(&node).subnet)]);
    let others = world.main_table(&vpc);
    world.route(&others, "0.0.0.0/0", RouteTarget::InternetGateway(gateway.clone()));
    let told = why(&world, "internet", "198.18.0.20:80");
    assert_eq!((codes(&told), told.blockers[0].component.as_str()), (vec!["NO_ROUTE_TO_DESTINATION"], own.as_str()));
    world.route(&own, "0.0.0.0/0", RouteTarget::InternetGateway(gateway));
    passes(&why(&world, "internet", "198.18.0.20:80"));
}

#[test]
fn unhealthy_targets_of_one_zone_stop_that_zones_node() {
    let Served { world, vpc, client, nodes, targets, .. } = served(Some(HealthState::Healthy));
    let subnets: Vec<_> = world.snapshot().linked::<Subnet>(Vpc::KIND, &vpc).map(|subnet| subnet.id.clone()).collect();
    let open = world.group(&vpc, &[ingress(Traffic::All, from("0.0.0.0/0"))]);
    let (sick, _) = world.instance(&subnets[0], "10.0.0.20", &[&open]);
    world.target(&targets, TargetId::Instance(sick), 8080, Some(HealthState::Unhealthy));
    let wide = world.balancer(&[(&subnets[0], "10.0.0.9"), (&subnets[1], "10.0.1.10")], &[&nodes]);
    world.listener(&wide, 80, &targets);
    assert_eq!(codes(&why(&world, &client, "b2:80")), ["TARGETS_UNHEALTHY"]);
}

#[test]
fn a_balancers_name_leads_to_the_nodes_that_have_enough_healthy_targets() {
    let Served { world, vpc, client, nodes, targets, .. } = served(Some(HealthState::Healthy));
    let subnets: Vec<_> = world.snapshot().linked::<Subnet>(Vpc::KIND, &vpc).map(|subnet| subnet.id.clone()).collect();
    let open = world.group(&vpc, &[ingress(Traffic::All, from("0.0.0.0/0"))]);
    for (subnet, address) in [(&subnets[0], "10.0.0.20"), (&subnets[1], "10.0.1.20")] {
        let (more, _) = world.instance(subnet, address, &[&open]);
        world.target(&targets, TargetId::Instance(more), 8080, Some(HealthState::Healthy));
    }
    world.target_attribute(&targets, "target_group_health.dns_failover.minimum_healthy_targets.count", "2");
    let wide = world.balancer(&[(&subnets[0], "10.0.0.9"), (&subnets[1], "10.0.1.10")], &[&nodes]);
    world.listener(&wide, 80, &targets);
    let name = world.find::<LoadBalancer>(&wide).dns_name().to_ascii_lowercase();
    assert_eq!(why(&world, &client, format!("{name}:80")).addresses, [std::net::Ipv4Addr::new(10, 0, 1, 10)]);
}

#[test]
fn a_health_check_that_the_targets_group_does_not_let_in_is_the_cause() {
    let Served { world, vpc, client, nodes, targets, .. } = served(Some(HealthState::Healthy));
    let subnets: Vec<_> = world.snapshot().linked::<Subnet>(Vpc::KIND, &vpc).map(|subnet| subnet.id.clone()).collect();
    let closed = world.group(&vpc, &[ingress(Traffic::Tcp(8080, 8080), members(&nodes))]);
    let (sick, _) = world.instance(&subnets[0], "10.0.0.20", &[&closed]);
    world.target(&targets, TargetId::Instance(sick), 8080, Some(HealthState::Unhealthy));
    world.update::<TargetGroup>(&targets, |group| group.health_check.port = Some(9000));
    let wide = world.balancer(&[(&subnets[0], "10.0.0.9"), (&subnets[1], "10.0.1.10")], &[&nodes]);
    world.listener(&wide, 80, &targets);
    let explanation = why(&world, &client, "us-east-1a.b2-0000000000000002.elb.us-east-1.amazonaws.com:80");
    insta::assert_snapshot!(explanation, @"
    i-00000000000000001 to us-east-1a.b2-0000000000000002.elb.us-east-1.amazonaws.com tcp 80: denied

      + us-east-1a.b2-0000000000000002.elb.us-east-1.amazonaws.com resolves to 10.0.0.9
      + eni-00000000000000001 of i-00000000000000001 has 10.0.0.4 in subnet-00000000000000001
      + sg-00000000000000001 lets tcp 80 out to 10.0.0.9
      + vpc-00000000000000001 routes 10.0.0.9 locally
      + sg-00000000000000002 lets tcp 80 in from 10.0.0.4
      + arn:aws:elasticloadbalancing:us-east-1:111111111111:listener/net/b2/0000000000000002/0000000000000002 takes tcp 80 on 10.0.0.9 in us-east-1a, and resets what is idle for 350 s
          # changed by:
          aws elbv2 modify-listener-attributes --listener-arn arn:aws:elasticloadbalancing:us-east-1:111111111111:listener/net/b2/0000000000000002/0000000000000002 --attributes Key=tcp.idle_timeout.seconds,Value=6000
      x arn:aws:elasticloadbalancing:us-east-1:111111111111:targetgroup/t1/0000000000000001 has no healthy target that the node in us-east-1a may use, while other zones have
      + eni-00000000000000005 checks 10.0.0.20:9000
      + sg-00000000000000002 lets tcp 9000 out to 10.0.0.20
      x sg-00000000000000004 lets no tcp 9000 in from 10.0.0.9
      + eni-00000000000000004 of i-00000000000000003 has 10.0.0.20 in subnet-00000000000000001
      + eni-00000000000000005 sends to 10.0.0.20:8080 as 10.0.0.9, whoever the client is
      + sg-00000000000000002 lets tcp 8080 out to 10.0.0.20
      + sg-00000000000000004 lets tcp 8080 in from 10.0.0.9
      + eni-00000000000000004 of i-00000000000000003 has 10.0.0.20 in subnet-00000000000000001

    1. TARGETS_UNHEALTHY arn:aws:elasticloadbalancing:us-east-1:111111111111:targetgroup/t1/0000000000000001: has no healthy target that the node in us-east-1a may use, while other zones have
       aws elbv2 describe-target-health --target-group-arn arn:aws:elasticloadbalancing:us-east-1:111111111111:targetgroup/t1/0000000000000001

    2. ENI_SG_RULES_MISMATCH sg-00000000000000004: lets no tcp 9000 in from 10.0.0.9
       aws ec2 authorize-security-group-ingress --group-id sg-00000000000000004 --protocol tcp --port 9000 --source-group sg-00000000000000002
    ");
}

#[test]
fn balancers_answer_no_pings() {
    let Served { world, client, nodes, .. } = served(Some(HealthState::Healthy));
    world.allow(&nodes, ingress(Traffic::All, from("0.0.0.0/0")));
    assert_eq!(codes(&asked(&world, client.as_str(), "b1", "icmp")), ["PROTOCOL_RESTRICTION"]);
}

#[test]
fn an_internet_facing_balancer_is_reached_from_outside() {
    let Served { world, vpc, client, servers, balancer, .. } = served(Some(HealthState::Healthy));
    let node = world.find::<LoadBalancer>(&balancer).zones[0].interface.clone();
    let (gateway, nodes) = (world.internet_gateway(Some(&vpc)), world.find::<NetworkInterface>(&node).groups[0].clone());
    world.update::<LoadBalancer>(&balancer, |balancer| balancer.internet_facing = true);
    world.public_address("198.18.0.10", Some(&node));
    let name = "b1-0000000000000001.elb.us-east-1.amazonaws.com:80";
    assert_eq!(codes(&why(&world, &client, name))[0], "NO_ROUTE_TO_DESTINATION", "its name is a public address for everybody");
    assert_eq!(codes(&why(&world, "internet", name)), ["ENI_SG_RULES_MISMATCH", "NO_ROUTE_TO_DESTINATION"]);
    world.allow(&nodes, ingress(Traffic::Tcp(80, 80), from("198.18.0.0/15")));
    world.route(&world.main_table(&vpc), "0.0.0.0/0", RouteTarget::InternetGateway(gateway));
    passes(&why(&world, "internet", name));
    assert_eq!(world.find::<SecurityGroup>(&servers).rules.len(), 1);
}

#[test]
fn targets_that_cannot_be_are_named() {
    let Served { world, vpc, client, .. } = served(Some(HealthState::Healthy));
    let subnet = world.snapshot().linked::<Subnet>(Vpc::KIND, &vpc).next().unwrap().id.clone();
    let targets = world.target_group(&vpc, TargetType::Ip);
    world.target(&targets, TargetId::Ip("10.0.0.77".parse().unwrap()), 80, Some(HealthState::Healthy));
    world.target(&targets, TargetId::Ip("10.0.1.9".parse().unwrap()), 80, Some(HealthState::Healthy));
    let balancer = world.balancer(&[(&subnet, "10.0.0.9")], &[]);
    world.balancer_attribute(&balancer, "load_balancing.cross_zone.enabled", "true");
    world.listener(&balancer, 80, &targets);
    assert_eq!(codes(&why(&world, &client, "b2:80")), ["NO_POSSIBLE_DESTINATION", "ELB_INSTALLED_AZ_RESTRICTION"][..1]);
}

#[test]
fn what_targets_may_not_expect_is_told_with_the_command_that_leaves_it_out() {
    let Served { world, client, balancer, targets, .. } = served(Some(HealthState::Healthy));
    world.target_attribute(&targets, "proxy_protocol_v2.enabled", "true");
    let told = why(&world, &client, format!("{balancer}:80"));
    passes(&told);
    let told = told.to_string();
    let header = told
        .lines()
        .skip_while(|line| !line.contains("PROXY header"))
        .take(3)
        .map(|line| format!("{line}\n"))
        .collect::<String>();
    insta::assert_snapshot!(header, @"
    + eni-00000000000000003 sends to 10.0.1.4:8080 as 10.0.1.9, and says in a PROXY header who the client is, which the target must read first
        # changed by:
        aws elbv2 modify-target-group-attributes --target-group-arn arn:aws:elasticloadbalancing:us-east-1:111111111111:targetgroup/t1/0000000000000001 --attributes Key=proxy_protocol_v2.enabled,Value=false
    ");
}

#[test]
fn targets_that_are_not_checked_enough_yet_are_asked_what_keeps_them_and_the_way_to_them_is_walked() {
    let Served { world, vpc, client, nodes, targets, .. } = served(Some(HealthState::Healthy));
    let subnets: Vec<_> = world.snapshot().linked::<Subnet>(Vpc::KIND, &vpc).map(|subnet| subnet.id.clone()).collect();
    let closed = world.group(&vpc, &[ingress(Traffic::Tcp(22, 22), members(&nodes))]);
    let (new, _) = world.instance(&subnets[0], "10.0.0.20", &[&closed]);
    world.target(&targets, TargetId::Instance(new), 8080, Some(HealthState::Initial));
    world.update::<TargetGroup>(&targets, |group| group.health_check.port = Some(9000));
    let wide = world.balancer(&[(&subnets[0], "10.0.0.9"), (&subnets[1], "10.0.1.10")], &[&nodes]);
    world.listener(&wide, 80, &targets);
    let told = why(&world, &client, "10.0.0.9:80");
    assert_eq!(codes(&told), ["TARGETS_UNHEALTHY", "ENI_SG_RULES_MISMATCH", "ENI_SG_RULES_MISMATCH"], "{told}");
    let commands: Vec<&str> = told.blockers.iter().flat_map(|b| &b.fixes).map(|fix| fix.command.as_str()).collect();
    assert!(commands.iter().any(|command| command.contains("--port 9000")), "the check: {told}");
    assert!(commands.iter().any(|command| command.contains("--port 8080")), "and what is asked for: {told}");
    assert!(!commands.iter().any(|command| command.contains("cross_zone")), "the cause is known: {told}");
    world.allow(&closed, ingress(Traffic::All, members(&nodes)));
    let told = why(&world, &client, "10.0.0.9:80");
    assert_eq!(codes(&told), ["TARGETS_UNHEALTHY"]);
    assert!(told.to_string().contains("cross_zone"), "nothing else is known to help: {told}");
}

#[test]
fn a_target_that_is_to_see_its_node_must_be_reached_by_the_node() {
    let Served { world, vpc, servers, nodes, targets, .. } = served(Some(HealthState::Healthy));
    world.allow(&servers, all_out());
    world.target_attribute(&targets, "preserve_client_ip.enabled", "true");
    let TargetId::Instance(server) = world.find::<TargetGroup>(&targets).targets[0].id.clone() else { return };
    let home = world.find::<Instance>(&server).subnet;
    let nearby = world.subnet(&vpc, "10.0.2.0/24", 'b');
    let asked = [entry(100, "out", Traffic::Tcp(80, 80), "10.0.2.0/24", true)];
    world.acl(&vpc, &[&home], &[&asked[..], &[entry(100, "in", Traffic::Tcp(32768, 65535), "10.0.2.0/24", true)]].concat());
    let balancer = world.balancer(&[(&nearby, "10.0.2.9")], &[&nodes]);
    world.listener(&balancer, 80, &targets);
    let told = why(&world, &server, "10.0.2.9:80");
    let acl = "SUBNET_ACL_RESTRICTION";
    assert_eq!(codes(&told), ["ELBV2_SOURCE_ADDRESS_PRESERVATION", acl, acl], "{told}");
}
