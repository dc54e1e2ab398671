//! What the plan says of whole worlds, printed: a change of meaning shows up in review.
#![allow(clippy::unwrap_used)]

mod world;

use resource::*;
use world::{PING, World, all_out, egress, entry, from, ingress, ip, members, members_of_peer, zone_name};

#[test]
fn a_vpc_with_two_subnets_and_instances() {
    let world = World::new();
    let vpc = world.vpc("10.0.0.0/16");
    let (a, b) = (world.subnet(&vpc, "10.0.0.0/24", 'a'), world.subnet(&vpc, "10.0.1.0/24", 'b'));
    let web =
        world.group(&vpc, &[all_out(), ingress(Traffic::Tcp(80, 80), from("0.0.0.0/0")), ingress(PING, from("10.0.0.0/8"))]);
    let inner =
        world.group(&vpc, &[ingress(Traffic::Tcp(1, 65535), members(&web)), ingress(Traffic::Udp(53, 53), members(&web))]);
    world.instance(&a, "10.0.0.4", &[&web]);
    let (_, appliance) = world.instance(&b, "10.0.1.4", &[&inner, &web]);
    world.update::<NetworkInterface>(&appliance, |eni| eni.source_dest_check = false);
    let (stopped, _) = world.instance(&b, "10.0.1.5", &[&inner]);
    world.update::<Instance>(&stopped, |instance| instance.state = InstanceState::Stopped);
    world.interface(&a, InterfaceKind::Workload, "10.0.0.9", &[&web], Holder::Process { pid: 1, started: 1 });
    insta::assert_snapshot!(world.plan());
}

#[test]
fn a_vpc_without_dns_support_has_no_resolver() {
    let world = World::new();
    let vpc = world.vpc("10.0.0.0/16");
    world.update::<Vpc>(&vpc, |vpc| vpc.dns_support = false);
    insta::assert_snapshot!(world.plan(), @"
    router vpc-00000000000000001 at 252.0.0.1 routes 10.0.0.0/16, gateways none, no resolver
    table rtb-00000000000000001 in vpc-00000000000000001
    ");
}

/// A service in one VPC and an endpoint to it in another with the same addresses.
fn privatelink(world: &World) -> (EndpointId, String) {
    let (provider, consumer) = (world.vpc("10.0.0.0/16"), world.vpc("10.0.0.0/16"));
    let (served, used) = (world.subnet(&provider, "10.0.0.0/24", 'a'), world.subnet(&consumer, "10.0.0.0/24", 'a'));
    let (inner, client) = (world.group(&provider, &[all_out()]), world.group(&consumer, &[all_out()]));
    let (target, _) = world.instance(&served, "10.0.0.4", &[&inner]);
    let targets = world.target_group(&provider, TargetType::Instance);
    world.target(&targets, TargetId::Instance(target), 8080, Some(HealthState::Healthy));
    let balancer = world.balancer(&[(&served, "10.0.0.5")], &[]);
    world.listener(&balancer, 80, &targets);
    let service = world.service(&balancer);
    let endpoint = world.endpoint(&service, &[(&used, "10.0.0.4")], &[&client], EndpointState::PendingAcceptance);
    (endpoint, balancer)
}

fn endpoint_alone(world: &World, endpoint: &EndpointId) -> String {
    plan::item(&world.snapshot(), &plan::Subject::Endpoint(endpoint.clone())).map_or("nothing".into(), |item| item.to_string())
}

#[test]
fn privatelink_across_vpcs_with_the_same_addresses() {
    let world = World::new();
    let (endpoint, _) = privatelink(&world);
    world.connect(&endpoint, EndpointState::Available);
    insta::assert_snapshot!(world.plan());
}

#[test]
fn only_an_accepted_endpoint_is_open() {
    use EndpointState::{Available, Deleted, Deleting, Failed, Pending, PendingAcceptance, Rejected};
    let world = World::new();
    let (endpoint, _) = privatelink(&world);
    let mut lines = Vec::new();
    for state in [PendingAcceptance, Pending, Available, Rejected, Failed, Deleting, Deleted] {
        world.connect(&endpoint, state);
        lines.push(format!("{}: {}", state.as_str(), endpoint_alone(&world, &endpoint).lines().next().unwrap()));
    }
    insta::assert_snapshot!(lines.join("\n"), @"
    pendingAcceptance: endpoint vpce-00000000000000001 in vpc-00000000000000002 to vpc-00000000000000001: closed, tcp 80
    pending: endpoint vpce-00000000000000001 in vpc-00000000000000002 to vpc-00000000000000001: open, tcp 80
    available: endpoint vpce-00000000000000001 in vpc-00000000000000002 to vpc-00000000000000001: open, tcp 80
    rejected: endpoint vpce-00000000000000001 in vpc-00000000000000002 to vpc-00000000000000001: closed, tcp 80
    failed: endpoint vpce-00000000000000001 in vpc-00000000000000002 to vpc-00000000000000001: closed, tcp 80
    deleting: nothing
    deleted: nothing
    ");
}

#[test]
fn the_groups_of_a_balancer_screen_privatelink_unless_told_not_to() {
    let world = World::new();
    let (endpoint, balancer) = privatelink(&world);
    let vpc = world.find::<LoadBalancer>(&balancer).vpc;
    let group = world.group(&vpc, &[ingress(Traffic::Tcp(80, 80), from("10.0.0.0/24")), all_out()]);
    world.allow(&group, ingress(Traffic::All, members(&group)));
    world.update::<LoadBalancer>(&balancer, |balancer| balancer.groups = vec![group.clone()]);
    let screened = endpoint_alone(&world, &endpoint);
    world.update::<LoadBalancer>(&balancer, |balancer| balancer.enforce_on_private_link = false);
    insta::assert_snapshot!(format!("{screened}\n\nnot enforced:\n{}", endpoint_alone(&world, &endpoint)));
}

/// A balancer over two zones with a target in each, and one of no zone.
fn balanced(world: &World) -> (String, String, [InstanceId; 2]) {
    let vpc = world.vpc("10.0.0.0/16");
    let (a, b) = (world.subnet(&vpc, "10.0.0.0/24", 'a'), world.subnet(&vpc, "10.0.1.0/24", 'b'));
    let group = world.group(&vpc, &[]);
    let (first, _) = world.instance(&a, "10.0.0.4", &[&group]);
    let (second, _) = world.instance(&b, "10.0.1.4", &[&group]);
    let targets = world.target_group(&vpc, TargetType::Instance);
    for instance in [&first, &second] {
        world.target(&targets, TargetId::Instance(instance.clone()), 8080, Some(HealthState::Healthy));
    }
    let balancer = world.balancer(&[(&a, "10.0.0.9"), (&b, "10.0.1.9")], &[]);
    world.listener(&balancer, 80, &targets);
    (balancer, targets, [first, second])
}

fn balancer_alone(world: &World, arn: &str) -> String {
    plan::item(&world.snapshot(), &plan::Subject::Balancer(arn.into())).unwrap().to_string()
}

#[test]
fn where_flows_go_follows_zones_health_and_draining() {
    let world = World::new();
    let (balancer, targets, [first, second]) = balanced(&world);
    let mut told = Vec::new();
    let mut tell = |what: &str| told.push(format!("{what}:\n{}", balancer_alone(&world, &balancer)));
    tell("each zone its own");
    let health = |instance: &InstanceId, state| world.health(&targets, TargetId::Instance(instance.clone()), 8080, state);
    health(&first, HealthState::Unhealthy);
    tell("a zone without a healthy target has nowhere to go");
    world.balancer_attribute(&balancer, "load_balancing.cross_zone.enabled", "true");
    tell("cross-zone, one unhealthy");
    health(&second, HealthState::Initial);
    tell("cross-zone, none healthy: fail open");
    world.balancer_attribute(&balancer, "load_balancing.cross_zone.enabled", "false");
    tell("none healthy: fail open in each zone");
    health(&first, HealthState::Healthy);
    health(&second, HealthState::Healthy);
    world.update::<TargetGroup>(&targets, |group| group.targets[1].draining_since = Some(Timestamp(1)));
    tell("one draining");
    world.update::<Instance>(&first, |instance| instance.state = InstanceState::Stopping);
    tell("one draining, one stopping");
    insta::assert_snapshot!(told.join("\n\n"));
}

#[test]
fn a_target_that_is_used_although_it_is_unhealthy_loses_no_connections() {
    let world = World::new();
    let (balancer, targets, [first, _]) = balanced(&world);
    world.health(&targets, TargetId::Instance(first), 8080, HealthState::Unhealthy);
    let told = balancer_alone(&world, &balancer);
    assert!(told.contains("tcp 80 to none, client address kept, not 10.0.0.4:8080"), "{told}");
    // Of the only zone that is left no target is healthy, though another is: the node has no better one.
    world.update::<LoadBalancer>(&balancer, |balancer| balancer.zones.truncate(1));
    let told = balancer_alone(&world, &balancer);
    assert!(told.ends_with("tcp 80 to 10.0.0.4:8080, client address kept"), "{told}");
}

#[test]
fn targets_by_address_have_the_zone_of_their_subnet_or_every_zone() {
    let world = World::new();
    let (balancer, _, _) = balanced(&world);
    let vpc = world.find::<LoadBalancer>(&balancer).vpc;
    let addresses = world.target_group(&vpc, TargetType::Ip);
    for address in ["10.0.1.7", "10.0.9.9"] {
        world.target(&addresses, TargetId::Ip(ip(address)), 53, Some(HealthState::Healthy));
    }
    world.target(&addresses, TargetId::Ip(ip("10.0.0.8")), 53, Some(HealthState::Healthy));
    world.update::<TargetGroup>(&addresses, |group| group.targets[2].zone = Some(zone_name('b')));
    world.listener(&balancer, 53, &addresses);
    insta::assert_snapshot!(balancer_alone(&world, &balancer));
}

#[test]
fn ways_to_the_internet_and_blackholes() {
    let world = World::new();
    let vpc = world.vpc("10.0.0.0/16");
    let (open, closed) = (world.subnet(&vpc, "10.0.0.0/24", 'a'), world.subnet(&vpc, "10.0.1.0/24", 'a'));
    let group = world.group(&vpc, &[all_out()]);
    let (_, eni) = world.instance(&open, "10.0.0.4", &[&group]);
    let (forwarder, appliance) = world.instance(&closed, "10.0.1.4", &[&group]);
    let gateway = world.internet_gateway(Some(&vpc));
    world.internet_gateway(None);
    world.public_address("198.18.0.10", Some(&eni));
    world.public_address("198.18.0.11", None);
    let nat = world.nat_gateway(&open, "10.0.0.5", "198.18.0.12");
    let (public, private) = (world.table(&vpc, &[Some(&open)]), world.table(&vpc, &[Some(&closed)]));
    world.route(&public, "0.0.0.0/0", RouteTarget::InternetGateway(gateway.clone()));
    world.route(&private, "0.0.0.0/0", RouteTarget::NatGateway(nat.clone()));
    world.update::<NetworkInterface>(&appliance, |eni| eni.source_dest_check = false);
    world.route(&private, "10.99.0.0/16", RouteTarget::Interface(appliance));
    world.route(&private, "10.98.0.0/16", RouteTarget::Interface(eni));
    let before = world.plan();
    world.update::<Instance>(&forwarder, |instance| instance.state = InstanceState::Stopped);
    world.update::<NatGateway>(&nat, |nat| nat.state = NatState::Deleting);
    world.update::<InternetGateway>(&gateway, |gateway| gateway.vpc = None);
    insta::assert_snapshot!(format!("{before}\n\nappliance stopped, NAT gateway deleted, gateway detached:\n{}", world.plan()));
}

#[test]
fn acls_are_in_the_way_only_when_they_judge() {
    let world = World::new();
    let vpc = world.vpc("10.0.0.0/16");
    let (judged, free) = (world.subnet(&vpc, "10.0.0.0/24", 'a'), world.subnet(&vpc, "10.0.1.0/24", 'a'));
    let group = world.group(&vpc, &[all_out()]);
    world.instance(&judged, "10.0.0.4", &[&group]);
    world.instance(&free, "10.0.1.4", &[&group]);
    let everything = |direction| entry(100, direction, Traffic::All, "0.0.0.0/0", true);
    world.acl(&vpc, &[&free], &[everything("in"), everything("out")]);
    let web = entry(200, "in", Traffic::Tcp(80, 80), "0.0.0.0/0", true);
    world.acl(&vpc, &[&judged], &[web, entry(90, "in", Traffic::All, "10.9.0.0/16", false), everything("out")]);
    insta::assert_snapshot!(world.plan());
}

#[test]
fn prefix_lists_stand_for_their_blocks_in_groups_and_routes() {
    let world = World::new();
    let vpc = world.vpc("10.0.0.0/16");
    let list = world.prefix_list(&["10.7.0.0/16", "10.8.0.0/16"]);
    world.group(&vpc, &[egress(Traffic::Tcp(443, 443), RulePeer::PrefixList(list.clone()))]);
    let gateway = world.internet_gateway(Some(&vpc));
    let main = world.main_table(&vpc);
    world.route(&main, "10.8.0.0/16", RouteTarget::NatGateway(NatGatewayId::parse("nat-00000000000000009").unwrap()));
    let by_list =
        Route { destination: RouteDestination::PrefixList(list.clone()), target: RouteTarget::InternetGateway(gateway) };
    world.update::<RouteTable>(&main, |table| table.routes.push(by_list.clone()));
    insta::assert_snapshot!(world.plan());
}

#[test]
fn a_peering_is_a_link_two_routes_and_members_that_both_sides_know() {
    let world = World::new();
    let (one, two) = (world.vpc("10.0.0.0/16"), world.vpc("10.1.0.0/16"));
    let (a, b) = (world.subnet(&one, "10.0.0.0/24", 'a'), world.subnet(&two, "10.1.0.0/24", 'a'));
    let (clients, servers) = (world.group(&one, &[all_out()]), world.group(&two, &[]));
    world.instance(&a, "10.0.0.4", &[&clients]);
    world.instance(&b, "10.1.0.4", &[&servers]);
    let peering = world.peering(&one, &two, PeeringState::Provisioning);
    world.route_over(&peering);
    world.allow(&servers, ingress(Traffic::Tcp(80, 80), members_of_peer(&world, &clients, &peering)));
    insta::assert_snapshot!(world.plan());
    world.update::<PeeringConnection>(&peering, |peering| peering.state = PeeringState::Deleting);
    let gone = world.plan();
    assert!(!gone.contains("peering") && gone.contains("10.1.0.0/16 nowhere") && !gone.contains("members of"), "{gone}");
    world.update::<PeeringConnection>(&peering, |peering| {
        peering.state = PeeringState::Active;
        peering.accepter.owner.region = "eu-west-1".into();
    });
    let regions = world.plan();
    assert!(regions.contains("across Regions") && !regions.contains("members of"), "no groups across Regions: {regions}");
}

#[test]
fn a_route_to_a_nat_gateway_comes_to_what_the_table_of_its_own_subnet_says() {
    let world = World::new();
    let (vpc, peer) = (world.vpc("10.0.0.0/16"), world.vpc("10.1.0.0/16"));
    let (home, inner) = (world.subnet(&vpc, "10.0.0.0/24", 'a'), world.subnet(&vpc, "10.0.1.0/24", 'a'));
    let gateway = world.internet_gateway(Some(&vpc));
    let peering = world.peering(&vpc, &peer, PeeringState::Active);
    let nat = world.nat_gateway(&home, "10.0.0.5", "198.18.0.5");
    let (main, private) = (world.main_table(&vpc), world.table(&vpc, &[Some(&inner)]));
    world.route(&main, "0.0.0.0/0", RouteTarget::InternetGateway(gateway));
    world.route(&main, "10.1.0.0/16", RouteTarget::Peering(peering.clone()));
    world.route(&private, "0.0.0.0/0", RouteTarget::NatGateway(nat.clone()));
    let of_private = || plan::item(&world.snapshot(), &plan::Subject::Table(private.clone())).unwrap().to_string();
    insta::assert_snapshot!(of_private(), @"
    table rtb-00000000000000003 in vpc-00000000000000001
        0.0.0.0/0 to the internet through realm 2
        10.1.0.0/16 to router 2 through realm 2
    ");
    world.route(&private, "10.0.0.0/8", RouteTarget::NatGateway(NatGatewayId::random()));
    insta::assert_snapshot!(of_private(), @"
    table rtb-00000000000000003 in vpc-00000000000000001
        0.0.0.0/0 to the internet through realm 2
        10.0.0.0/8 nowhere
    ");
    world.update::<NatGateway>(&nat, |nat| nat.public = false);
    world.update::<RouteTable>(&private, |table| table.routes.truncate(1));
    insta::assert_snapshot!(of_private(), @"
    table rtb-00000000000000003 in vpc-00000000000000001
        0.0.0.0/0 nowhere
        10.1.0.0/16 to router 2 through realm 2
    ");
}

#[test]
fn doors_to_services_of_aws_at_interfaces_and_behind_routes() {
    let world = World::new();
    let vpc = world.vpc("10.0.0.0/16");
    let subnet = world.subnet(&vpc, "10.0.0.0/24", 'a');
    let group = world.group(&vpc, &[all_out()]);
    let interface = world.aws_endpoint("ec2", &vpc, &[(&subnet, "10.0.0.9")], &[&group], &[]);
    let table = world.table(&vpc, &[Some(&subnet)]);
    world.route(&table, "198.18.0.0/16", RouteTarget::Interface(InterfaceId::parse("eni-00000000000000099").unwrap()));
    let gateway = world.aws_endpoint("s3", &vpc, &[], &[], &[&table]);
    insta::assert_snapshot!(endpoint_alone(&world, &interface), @"
    door vpce-00000000000000001 in vpc-00000000000000001 to ec2: open, tcp 443
        eni-00000000000000001 at 10.0.0.9
    ");
    insta::assert_snapshot!(endpoint_alone(&world, &gateway), @"
    door vpce-00000000000000002 in vpc-00000000000000001 to s3: open, tcp 443 80
        routes to 198.18.0.17
    ");
    let routes = plan::item(&world.snapshot(), &plan::Subject::Table(table)).unwrap();
    insta::assert_snapshot!(routes, @"
    table rtb-00000000000000002 in vpc-00000000000000001
        198.18.0.0/16 nowhere
        198.18.0.16/28 to vpce-00000000000000002
    ");
    let served = |id: &EndpointId| plan::item(&world.snapshot(), &plan::Subject::Endpoint(id.clone())).unwrap().served();
    assert_eq!(served(&interface), [plan::Served::tcp(ip("10.0.0.9"), 443)]);
    world.update::<VpcEndpoint>(&interface, |endpoint| endpoint.served = false);
    assert_eq!(served(&interface), [], "before its sockets are open nothing is let in");
    world.connect(&gateway, EndpointState::Deleting);
    assert_eq!(endpoint_alone(&world, &gateway), "nothing");
}

#[test]
fn an_inbound_resolver_endpoint_is_served_on_both_transports_while_its_sockets_are_open() {
    let world = World::new();
    let vpc = world.vpc("10.0.0.0/16");
    let subnet = world.subnet(&vpc, "10.0.0.0/24", 'a');
    let group = world.group(&vpc, &[all_out()]);
    let id = world.resolver(&[(&subnet, "10.0.0.53")], &[&group]);
    let item = || plan::item(&world.snapshot(), &plan::Subject::Resolver(id.clone()));
    insta::assert_snapshot!(item().unwrap(), @"
    resolver rslvr-in-00000000000000001 of vpc-00000000000000001: open
        eni-00000000000000001 at 10.0.0.53
    ");
    let at = ip("10.0.0.53");
    assert_eq!(item().unwrap().served(), [plan::Served::udp(at, 53), plan::Served::tcp(at, 53)]);
    world.update::<ResolverEndpoint>(&id, |endpoint| endpoint.served = false);
    assert_eq!(item().unwrap().served(), [], "before its sockets are open nothing is let in");
    world.update::<ResolverEndpoint>(&id, |endpoint| endpoint.state = ResolverEndpointState::Deleting);
    assert!(item().is_none());
}

#[test]
fn an_outbound_resolver_endpoint_answers_nobody() {
    let world = World::new();
    let vpc = world.vpc("10.0.0.0/16");
    let subnet = world.subnet(&vpc, "10.0.0.0/24", 'a');
    let group = world.group(&vpc, &[all_out()]);
    let id = world.resolver_endpoint(resource::ResolverDirection::Outbound, &[(&subnet, "10.0.0.53")], &[&group]);
    let item = plan::item(&world.snapshot(), &plan::Subject::Resolver(id)).unwrap();
    insta::assert_snapshot!(item, @"
    resolver rslvr-out-00000000000000001 of vpc-00000000000000001: open, asks others
        eni-00000000000000001 at 10.0.0.53
    ");
    assert_eq!(item.served(), []);
}

#[test]
fn attributes_of_a_group_decide_who_gets_flows_and_who_loses_them() {
    let world = World::new();
    let (balancer, targets, [first, second]) = balanced(&world);
    let port = || {
        let item = plan::item(&world.snapshot(), &plan::Subject::Balancer(balancer.clone()));
        let Some(plan::Item::Balancer(item)) = item else { panic!("no balancer") };
        item.nodes[0].ports[0].clone()
    };
    let set = |key: &str, value: &str| world.target_attribute(&targets, key, value);
    let ill = |id: &InstanceId, state| world.health(&targets, TargetId::Instance(id.clone()), 8080, state);
    [&first, &second].into_iter().for_each(|id| ill(id, HealthState::Healthy));
    set("load_balancing.cross_zone.enabled", "true");
    let all = port().targets.len();
    assert!(all >= 2, "the group overrules the balancer");
    ill(&second, HealthState::Unhealthy);
    assert_eq!((port().targets.len(), port().cut.len()), (1, 1), "only the healthy one, and the ill one loses its connections");
    set("target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage", "80");
    assert_eq!(port().targets.len(), all, "fewer are healthy than the group demands");
    set("target_health_state.unhealthy.connection_termination.enabled", "false");
    assert!(port().cut.is_empty());
    let named = || {
        let world = world.snapshot();
        let (balancer, group) = (world.find::<LoadBalancer>(&balancer).unwrap(), world.find::<TargetGroup>(&targets).unwrap());
        plan::is_named(&world, &balancer, &group, &zone_name('a'))
    };
    assert!(named());
    set("target_group_health.dns_failover.minimum_healthy_targets.count", "2");
    assert!(!named());
    assert_eq!((port().sticky, port().kept), (false, None));
    set("stickiness.enabled", "true");
    set("deregistration_delay.connection_termination.enabled", "true");
    assert!(port().sticky && port().kept.is_some_and(|kept| kept.len() >= 2));
}

#[test]
fn targets_see_the_client_also_where_sockets_carry_its_bytes() {
    let world = World::new();
    let (balancer, targets, _) = balanced(&world);
    let ports = || balancer_alone(&world, &balancer).matches(", client address kept, by sockets").count();
    assert_eq!(ports(), 0, "the kernel carries them");
    world.target_attribute(&targets, "proxy_protocol_v2.enabled", "true");
    assert_eq!(ports(), 2);
    world.target_attribute(&targets, "preserve_client_ip.enabled", "false");
    assert_eq!(ports(), 0, "the node's address");
}

#[test]
fn an_interface_leads_to_one_of_the_balancers_of_its_zone_and_stays_with_it() {
    let world = World::new();
    let (endpoint, first) = privatelink(&world);
    let vpc = world.find::<LoadBalancer>(&first).vpc;
    let far = world.subnet(&vpc, "10.0.7.0/24", 'b');
    let second = world.balancer(&[(&far, "10.0.7.5")], &[]);
    let legs = || {
        let item = plan::item(&world.snapshot(), &plan::Subject::Endpoint(endpoint.clone()));
        let Some(plan::Item::Endpoint(item)) = item else { panic!("no endpoint") };
        item.legs.iter().map(|leg| leg.balancer.clone()).collect::<Vec<_>>()
    };
    assert_eq!(legs(), std::slice::from_ref(&first));
    let service = world.find::<VpcEndpoint>(&endpoint).service.unwrap();
    let stand = |arns: &[&String]| {
        let arns: Vec<String> = arns.iter().map(|arn| (*arn).clone()).collect();
        world.update::<EndpointService>(&service, |service| service.balancers = arns.clone());
    };
    stand(&[&second, &first]);
    assert_eq!(legs(), std::slice::from_ref(&first), "the other balancer is not in its zone");
    stand(&[&second]);
    assert!(legs().is_empty());
}
