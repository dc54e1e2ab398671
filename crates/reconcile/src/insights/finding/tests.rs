//! What is found in small worlds: components in AWS's order, and of others' networks nothing.

#[path = "../../../../plan/tests/world/mod.rs"]
mod world;

use resource::*;

use super::of;
use world::{World, all_out, entry, from, ingress};

const PROVIDER: &str = "111111111111";
const CONSUMER: &str = "222222222222";

/// What is found on a path to port 80.
fn found(world: &World, account: &str, ends: [&str; 2], accounts: &[&str]) -> Finding {
    let end = |text: &str| PathEnd { point: PathPoint::parse(text).unwrap(), arn: None };
    let owner = Owner::new(account, "us-east-1");
    let path = InsightsPath {
        id: InsightsPathId::parse("nip-00000000000000001").unwrap(),
        owner: owner.clone(),
        source: end(ends[0]),
        destination: Some(end(ends[1])),
        source_address: None,
        destination_address: None,
        udp: false,
        port: Some(80),
        at_source: None,
        at_destination: None,
        created: Timestamp(1),
        tags: Tags::default(),
    };
    let analysis = InsightsAnalysis {
        id: InsightsAnalysisId::parse("nia-00000000000000001").unwrap(),
        owner,
        path: path.id.clone(),
        through: Vec::new(),
        around: Vec::new(),
        accounts: accounts.iter().map(ToString::to_string).collect(),
        started: Timestamp(1),
        state: AnalysisState::Running,
        tags: Tags::default(),
    };
    world.put(path);
    match of(&world.snapshot(), &analysis) {
        AnalysisState::Succeeded(finding) => finding,
        other => panic!("it has not succeeded: {other:?}"),
    }
}

/// What is met, by id.
fn ids(steps: &[PathStep]) -> Vec<&str> {
    steps.iter().map(|step| step.component.id.as_str()).collect()
}

fn codes(finding: &Finding) -> Vec<&str> {
    finding.reasons.iter().map(|reason| reason.code.as_str()).collect()
}

/// A client at 10.0.0.4 and a server at 10.0.1.4, in subnets with the ACL that VPCs begin with.
struct Pair {
    world: World,
    hosts: [(InstanceId, InterfaceId); 2],
    groups: [GroupId; 2],
    acl: AclId,
    table: RouteTableId,
}

fn pair() -> Pair {
    let world = World::new();
    let vpc = world.vpc("10.0.0.0/16");
    let (a, b) = (world.subnet(&vpc, "10.0.0.0/24", 'a'), world.subnet(&vpc, "10.0.1.0/24", 'b'));
    let groups = [world.group(&vpc, &[all_out()]), world.group(&vpc, &[ingress(Traffic::Tcp(80, 80), from("10.0.0.0/16"))])];
    let hosts = [world.instance(&a, "10.0.0.4", &[&groups[0]]), world.instance(&b, "10.0.1.4", &[&groups[1]])];
    let open = |direction| entry(100, direction, Traffic::All, "0.0.0.0/0", true);
    let acl = world.acl(&vpc, &[&a, &b], &[open("in"), open("out")]);
    let table = world.main_table(&vpc);
    Pair { world, hosts, groups, acl, table }
}

#[test]
fn a_path_goes_from_an_instance_to_its_interface_and_at_its_end_from_the_interface_to_the_instance() {
    let Pair { world, hosts: [(client, near), (server, far)], groups: [out, inward], acl, table } = pair();
    let told = found(&world, PROVIDER, [client.as_str(), server.as_str()], &[]);
    let (client, near, server, far) = (client.as_str(), near.as_str(), server.as_str(), far.as_str());
    let (acl, table) = (acl.as_str(), table.as_str());
    assert_eq!(ids(&told.forward), [client, near, out.as_str(), acl, table, acl, inward.as_str(), far, server]);
    assert_eq!(ids(&told.back), [server, far, acl, table, acl, near, client]);
    let rules = told.forward.iter().filter_map(|step| match step.rule {
        Some(PathRule::Acl { egress, number, allow, .. }) => Some((egress, number, allow)),
        _ => None,
    });
    assert_eq!(rules.collect::<Vec<_>>(), [(true, 100, true), (false, 100, true)], "the rule that every ACL begins with");
}

/// A client and a server in two peered VPCs.
fn peers() -> (World, [(InstanceId, InterfaceId); 2], [GroupId; 2], [VpcId; 2], PeeringId) {
    let world = World::new();
    let vpcs = [world.vpc("10.0.0.0/16"), world.vpc("10.1.0.0/16")];
    let peering = world.peering(&vpcs[0], &vpcs[1], PeeringState::Active);
    world.route_over(&peering);
    let (a, b) = (world.subnet(&vpcs[0], "10.0.0.0/24", 'a'), world.subnet(&vpcs[1], "10.1.0.0/24", 'a'));
    let groups = [world.group(&vpcs[0], &[all_out()]), world.group(&vpcs[1], &[ingress(Traffic::All, from("10.0.0.0/16"))])];
    let hosts = [world.instance(&a, "10.0.0.4", &[&groups[0]]), world.instance(&b, "10.1.0.4", &[&groups[1]])];
    (world, hosts, groups, vpcs, peering)
}

#[test]
fn answers_leave_by_the_table_of_who_answers() {
    let (world, [(client, near), (server, far)], _, vpcs, peering) = peers();
    let told = found(&world, PROVIDER, [client.as_str(), server.as_str()], &[]);
    let tables = vpcs.each_ref().map(|vpc| world.main_table(vpc));
    assert!(!ids(&told.forward).contains(&tables[1].as_str()), "packets do not meet it: {:?}", ids(&told.forward));
    let out = told.forward.iter().find(|step| step.component.id == tables[0].as_str()).and_then(|step| step.rule.clone());
    let over = PathRule::Route { prefix: "10.1.0.0/16".parse().unwrap(), target: peering.to_string() };
    assert_eq!(out, Some(over));
    let met = ids(&told.back);
    assert!(!met.contains(&tables[0].as_str()), "answers come in there, and ask no table: {met:?}");
    let at = |id: &str| met.iter().position(|met| *met == id).unwrap_or_else(|| panic!("{id} is not in {met:?}"));
    assert!(at(far.as_str()) < at(tables[1].as_str()) && at(tables[1].as_str()) < at(peering.as_str()), "{met:?}");
    assert_eq!((met[0], met[met.len() - 2..].to_vec()), (server.as_str(), vec![near.as_str(), client.as_str()]));
}

#[test]
fn a_path_may_begin_and_end_at_a_peering_connection() {
    let (world, [(client, _), (server, _)], groups, _, peering) = peers();
    world.update::<SecurityGroup>(&groups[1], |group| group.rules.clear());
    let there = found(&world, PROVIDER, [client.as_str(), peering.as_str()], &[]);
    assert_eq!(ids(&there.forward).last(), Some(&peering.as_str()), "what is behind it is another path's: {there:?}");
    let here = found(&world, PROVIDER, [peering.as_str(), server.as_str()], &[]);
    assert_eq!(codes(&here), ["SG_HAS_NO_RULES"]);
    world.allow(&groups[1], ingress(Traffic::Tcp(80, 80), from("10.0.0.0/16")));
    let here = found(&world, PROVIDER, [peering.as_str(), server.as_str()], &[]);
    assert_eq!((ids(&here.forward)[0], ids(&here.forward).last()), (peering.as_str(), Some(&server.as_str())));
    world.update::<PeeringConnection>(&peering, |peering| peering.state = PeeringState::Deleted);
    assert_eq!(codes(&found(&world, PROVIDER, [client.as_str(), peering.as_str()], &[])), ["BAD_STATE_ROUTE"]);
}

#[test]
fn two_vpcs_that_nothing_connects_are_both_named() {
    let (world, [(client, _), (server, far)], _, vpcs, peering) = peers();
    world.remove::<PeeringConnection>(&peering);
    let told = found(&world, PROVIDER, [client.as_str(), server.as_str()], &[]);
    let apart = told.reasons.iter().find(|reason| reason.code == "DISCONNECTED_VPCS").unwrap();
    assert_eq!((apart.source_vpc.as_ref(), apart.destination_vpc.as_ref()), (Some(&vpcs[0]), Some(&vpcs[1])));
    assert_eq!(apart.component.as_ref().map(|component| component.id.as_str()), Some(far.as_str()));
}

/// A consumer's instance with an endpoint to the provider's service.
fn linked() -> (World, InstanceId, EndpointId, GroupId) {
    let world = World::new();
    let vpc = world.vpc("10.0.0.0/16");
    let subnet = world.subnet(&vpc, "10.0.0.0/24", 'a');
    let open = world.group(&vpc, &[all_out(), ingress(Traffic::All, from("0.0.0.0/0"))]);
    let (server, _) = world.instance(&subnet, "10.0.0.4", &[&open]);
    let targets = world.target_group(&vpc, TargetType::Instance);
    world.target(&targets, TargetId::Instance(server), 80, Some(HealthState::Healthy));
    let balancer = world.balancer(&[(&subnet, "10.0.0.9")], &[]);
    world.listener(&balancer, 80, &targets);
    let near = world.vpc("10.9.0.0/16");
    let own = world.subnet(&near, "10.9.0.0/24", 'a');
    let clients = world.group(&near, &[all_out(), ingress(Traffic::All, from("10.9.0.0/16"))]);
    let (client, interface) = world.instance(&own, "10.9.0.4", &[&clients]);
    let endpoint = world.endpoint(&world.service(&balancer), &[(&own, "10.9.0.9")], &[&clients], EndpointState::Available);
    let consumer = || Owner::new(CONSUMER, "us-east-1");
    let leg = world.find::<VpcEndpoint>(&endpoint).interfaces[0].clone();
    world.update::<Vpc>(&near, |vpc| vpc.owner = consumer());
    world.update::<Subnet>(&own, |subnet| subnet.owner = consumer());
    world.update::<SecurityGroup>(&clients, |group| group.owner = consumer());
    world.update::<Instance>(&client, |instance| instance.owner = consumer());
    world.update::<RouteTable>(&world.main_table(&near), |table| table.owner = consumer());
    for id in [interface, leg] {
        world.update::<NetworkInterface>(&id, |interface| interface.owner = consumer());
    }
    (world, client, endpoint, open)
}

#[test]
fn anothers_network_ends_the_path_unless_its_account_is_named() {
    let (world, client, endpoint, _) = linked();
    let ends = [client.as_str(), endpoint.as_str()];
    let told = found(&world, CONSUMER, ends, &[]);
    assert_eq!(ids(&told.forward).last(), Some(&endpoint.as_str()), "{:?}", ids(&told.forward));
    assert_eq!(told.accounts, [PROVIDER], "it is said whose network follows");
    assert!(!format!("{:?} {:?} {:?}", told.forward, told.back, told.hints).contains(PROVIDER), "{told:#?}");
    let arrives = told.forward.last().and_then(|last| last.inbound.clone()).unwrap();
    assert_eq!((arrives.to.to_string(), arrives.port), ("10.9.0.9".to_owned(), 80));
    let whole = found(&world, CONSUMER, ends, &[PROVIDER]);
    assert!(whole.forward.len() > told.forward.len() && whole.accounts.is_empty());
    assert!(ids(&whole.forward).iter().any(|id| id.contains(":targetgroup/")), "{:?}", ids(&whole.forward));
}

#[test]
fn of_what_is_in_the_way_in_anothers_network_only_the_account_is_said() {
    let (world, client, endpoint, open) = linked();
    world.update::<SecurityGroup>(&open, |group| group.rules.clear());
    let ends = [client.as_str(), endpoint.as_str()];
    let told = found(&world, CONSUMER, ends, &[]);
    assert_eq!(codes(&told), ["SG_HAS_NO_RULES"]);
    let reason = &told.reasons[0];
    assert_eq!((reason.component.as_ref(), reason.account.as_deref()), (None, Some(PROVIDER)));
    assert!(reason.groups.is_empty() && reason.interface.is_none() && reason.rule.is_none(), "{reason:?}");
    let named = found(&world, CONSUMER, ends, &[PROVIDER]);
    assert_eq!(named.reasons[0].component.as_ref().map(|component| component.id.as_str()), Some(open.as_str()));
}
