//! Inside one VPC: groups, ACLs, addresses, states (catalogue rows C2, C4, C11, C12).

use explain::{Question, explain};
use resource::*;

use super::{asked, codes, passes, why};
use crate::world::{PING, World, all_out, entry, from, ingress, members};

/// A client at 10.0.0.4 and a server at 10.0.1.4, in two subnets.
pub fn pair(world: &World, client: &[GroupRule], server: &[GroupRule]) -> (InstanceId, InstanceId, SubnetId, SubnetId) {
    let vpc = world.vpc("10.0.0.0/16");
    let (a, b) = (world.subnet(&vpc, "10.0.0.0/24", 'a'), world.subnet(&vpc, "10.0.1.0/24", 'b'));
    let (clients, servers) = (world.group(&vpc, client), world.group(&vpc, server));
    let (client, _) = world.instance(&a, "10.0.0.4", &[&clients]);
    let (server, _) = world.instance(&b, "10.0.1.4", &[&servers]);
    (client, server, a, b)
}

#[test]
fn neighbours_reach_each_other_when_both_groups_allow_it() {
    let world = World::new();
    let (client, server, ..) = pair(&world, &[all_out()], &[ingress(Traffic::Tcp(443, 443), from("10.0.0.0/24"))]);
    insta::assert_snapshot!(why(&world, &client, format!("{server}:443")), @"
    i-00000000000000001 to i-00000000000000002 tcp 443: allowed

      + eni-00000000000000001 of i-00000000000000001 has 10.0.0.4 in subnet-00000000000000001
      + sg-00000000000000001 lets tcp 443 out to 10.0.1.4
      + vpc-00000000000000001 routes 10.0.1.4 locally
      + sg-00000000000000002 lets tcp 443 in from 10.0.0.4
      + eni-00000000000000002 of i-00000000000000002 has 10.0.1.4 in subnet-00000000000000002
    ");
    passes(&why(&world, &client, format!("{client}:443")));
}

#[test]
fn groups_that_allow_nothing_are_named_on_both_sides_at_once() {
    let world = World::new();
    let (client, server, ..) = pair(&world, &[], &[ingress(Traffic::Tcp(80, 80), from("0.0.0.0/0"))]);
    insta::assert_snapshot!(why(&world, &client, format!("{server}:443")), @"
    i-00000000000000001 to i-00000000000000002 tcp 443: denied

      + eni-00000000000000001 of i-00000000000000001 has 10.0.0.4 in subnet-00000000000000001
      x sg-00000000000000001 has no egress rules, so tcp 443 does not get out to 10.0.1.4
      + vpc-00000000000000001 routes 10.0.1.4 locally
      x sg-00000000000000002 lets no tcp 443 in from 10.0.0.4
      + eni-00000000000000002 of i-00000000000000002 has 10.0.1.4 in subnet-00000000000000002

    1. SG_HAS_NO_RULES sg-00000000000000001: has no egress rules, so tcp 443 does not get out to 10.0.1.4
       aws ec2 authorize-security-group-egress --group-id sg-00000000000000001 --protocol tcp --port 443 --cidr 10.0.1.4/32

    2. ENI_SG_RULES_MISMATCH sg-00000000000000002: lets no tcp 443 in from 10.0.0.4
       aws ec2 authorize-security-group-ingress --group-id sg-00000000000000002 --protocol tcp --port 443 --source-group sg-00000000000000001
    ");
}

#[test]
fn a_rule_that_references_a_group_matches_its_members_and_no_others() {
    let world = World::new();
    let (client, server, a, _) = pair(&world, &[all_out()], &[]);
    let group = |instance: &InstanceId| {
        world.snapshot().linked::<NetworkInterface>(Instance::KIND, instance).next().unwrap().groups[0].clone()
    };
    world.allow(&group(&server), ingress(PING, members(&group(&client))));
    passes(&asked(&world, client.as_str(), server.as_str(), "icmp"));
    passes(&asked(&world, &format!("{a}+{}", group(&client)), server.as_str(), "icmp"));
    let stranger = world.group(&world.find::<Subnet>(&a).vpc, &[all_out()]);
    insta::assert_snapshot!(asked(&world, &format!("{a}+{stranger}"), server.as_str(), "icmp"), @"
    a program in subnet-00000000000000001 with sg-00000000000000003 to i-00000000000000002 icmp echo: denied

      + a program in subnet-00000000000000001 has 10.0.0.5 in subnet-00000000000000001
      + sg-00000000000000003 lets icmp echo out to 10.0.1.4
      + vpc-00000000000000001 routes 10.0.1.4 locally
      x sg-00000000000000002 lets no icmp echo in from 10.0.0.5
      + eni-00000000000000002 of i-00000000000000002 has 10.0.1.4 in subnet-00000000000000002

    1. ENI_SG_RULES_MISMATCH sg-00000000000000002: lets no icmp echo in from 10.0.0.5
       aws ec2 authorize-security-group-ingress --group-id sg-00000000000000002 --protocol icmp --port -1 --source-group sg-00000000000000003
    ");
}

#[test]
fn a_program_without_groups_carries_the_default_one_which_lets_only_members_in() {
    let world = World::new();
    let (_, server, a, _) = pair(&world, &[], &[ingress(Traffic::All, from("10.0.0.0/16"))]);
    let default = world.group(&world.find::<Subnet>(&a).vpc, &[all_out()]);
    world.update::<SecurityGroup>(&default, |group| group.name = "default".into());
    passes(&why(&world, &a, format!("{server}:80")));
    let inner = world.instance(&a, "10.0.0.9", &[&default]).0;
    assert_eq!(codes(&why(&world, &server, format!("{inner}:80"))), ["SG_HAS_NO_RULES", "SG_HAS_NO_RULES"]);
}

#[test]
fn an_acl_that_lets_requests_in_and_loses_the_answers_names_the_missing_ports() {
    let world = World::new();
    let (client, server, a, b) = pair(&world, &[all_out()], &[ingress(Traffic::Tcp(443, 443), from("0.0.0.0/0"))]);
    let all = Traffic::All;
    world.acl(
        &world.find::<Subnet>(&b).vpc,
        &[&b],
        &[
            entry(100, "in", Traffic::Tcp(443, 443), "0.0.0.0/0", true),
            entry(90, "out", Traffic::Tcp(40000, 50000), "10.0.0.0/8", false),
            entry(100, "out", Traffic::Tcp(1024, 65535), "0.0.0.0/0", true),
        ],
    );
    insta::assert_snapshot!(why(&world, &client, format!("{server}:443")), @"
    i-00000000000000001 to i-00000000000000002 tcp 443: denied

      + eni-00000000000000001 of i-00000000000000001 has 10.0.0.4 in subnet-00000000000000001
      + sg-00000000000000001 lets tcp 443 out to 10.0.1.4
      + vpc-00000000000000001 routes 10.0.1.4 locally
      x acl-00000000000000001 denies the answers, tcp 40000-50000 out to 10.0.0.4, by rule 90
      + sg-00000000000000002 lets tcp 443 in from 10.0.0.4
      + eni-00000000000000002 of i-00000000000000002 has 10.0.1.4 in subnet-00000000000000002

    1. SUBNET_ACL_RESTRICTION acl-00000000000000001: denies the answers, tcp 40000-50000 out to 10.0.0.4, by rule 90
       aws ec2 create-network-acl-entry --network-acl-id acl-00000000000000001 --egress --rule-number 89 --protocol tcp --port-range From=32768,To=60999 --cidr-block 10.0.0.4/32 --rule-action allow
    ");
    let acl = world.acl(
        &world.find::<Subnet>(&a).vpc,
        &[&a],
        &[entry(1, "in", all, "10.0.1.4/32", false), entry(2, "out", all, "0.0.0.0/0", true)],
    );
    let blockers = why(&world, &client, format!("{server}:443")).blockers;
    let commands: Vec<&str> =
        blockers.iter().filter(|b| b.component == acl.as_str()).flat_map(|b| &b.fixes).map(|fix| fix.command.as_str()).collect();
    assert_eq!(commands, [format!("aws ec2 delete-network-acl-entry --network-acl-id {acl} --ingress --rule-number 1")]);
}

#[test]
fn neighbours_in_one_subnet_are_no_business_of_its_acl() {
    let world = World::new();
    let (client, _, a, _) = pair(&world, &[all_out()], &[]);
    let open = world.group(&world.find::<Subnet>(&a).vpc, &[ingress(Traffic::All, from("10.0.0.0/8"))]);
    let (neighbour, _) = world.instance(&a, "10.0.0.9", &[&open]);
    world.acl(&world.find::<Subnet>(&a).vpc, &[&a], &[]);
    passes(&why(&world, &client, format!("{neighbour}:80")));
}

#[test]
fn an_address_that_nobody_has_and_an_instance_that_does_not_run_are_told_apart() {
    let world = World::new();
    let (client, server, ..) = pair(&world, &[all_out()], &[ingress(Traffic::All, from("0.0.0.0/0"))]);
    assert_eq!(codes(&why(&world, &client, "10.0.1.77:80")), ["NO_POSSIBLE_DESTINATION"]);
    world.update::<Instance>(&server, |instance| instance.state = InstanceState::Stopped);
    insta::assert_snapshot!(why(&world, &client, format!("{server}:80")), @"
    i-00000000000000001 to i-00000000000000002 tcp 80: denied

      + eni-00000000000000001 of i-00000000000000001 has 10.0.0.4 in subnet-00000000000000001
      + sg-00000000000000001 lets tcp 80 out to 10.0.1.4
      + vpc-00000000000000001 routes 10.0.1.4 locally
      + sg-00000000000000002 lets tcp 80 in from 10.0.0.4
      x i-00000000000000002 is stopped, not running

    1. BAD_STATE i-00000000000000002: is stopped, not running
       aws ec2 start-instances --instance-ids i-00000000000000002
    ");
}

#[test]
fn an_appliance_that_checks_its_source_drops_what_it_should_forward() {
    let world = World::new();
    let (client, server, a, _) = pair(&world, &[all_out()], &[ingress(Traffic::All, from("0.0.0.0/0"))]);
    let eni = world.snapshot().linked::<NetworkInterface>(Instance::KIND, &server).next().unwrap().id.clone();
    let table = world.main_table(&world.find::<Subnet>(&a).vpc);
    world.route(&table, "192.0.2.0/24", RouteTarget::Interface(eni.clone()));
    insta::assert_snapshot!(why(&world, &client, "192.0.2.1:80"), @"
    i-00000000000000001 to 192.0.2.1 tcp 80: denied

      + eni-00000000000000001 of i-00000000000000001 has 10.0.0.4 in subnet-00000000000000001
      + sg-00000000000000001 lets tcp 80 out to 192.0.2.1
      + rtb-00000000000000001 routes 192.0.2.1 by 192.0.2.0/24 to eni-00000000000000002
      + sg-00000000000000002 lets tcp 80 in from 10.0.0.4
      + eni-00000000000000002 of i-00000000000000002 has 10.0.1.4 in subnet-00000000000000002
      x eni-00000000000000002 checks source and destination, so it takes and sends nothing that is not its own

    1. ENI_SOURCE_DEST_CHECK_RESTRICTION eni-00000000000000002: checks source and destination, so it takes and sends nothing that is not its own
       aws ec2 modify-network-interface-attribute --network-interface-id eni-00000000000000002 --no-source-dest-check
    ");
    world.update::<NetworkInterface>(&eni, |eni| eni.source_dest_check = false);
    passes(&why(&world, &client, "192.0.2.1:80"));
}

/// An appliance at 10.0.2.4 between two subnets, of which the first one's table leads to the second through it.
fn inspected(world: &World) -> (InstanceId, InstanceId, SubnetId, InterfaceId, [RouteTableId; 2]) {
    let open = [all_out(), ingress(Traffic::All, from("0.0.0.0/0"))];
    let (client, server, a, b) = pair(world, &open, &open);
    let vpc = world.find::<Subnet>(&a).vpc;
    let between = world.subnet(&vpc, "10.0.2.0/24", 'a');
    let (_, appliance) = world.instance(&between, "10.0.2.4", &[&world.group(&vpc, &open)]);
    let tables = [world.table(&vpc, &[Some(&a)]), world.table(&vpc, &[Some(&b)])];
    world.route(&tables[0], "10.0.1.0/24", RouteTarget::Interface(appliance.clone()));
    world.update::<NetworkInterface>(&appliance, |eni| eni.source_dest_check = false);
    (client, server, between, appliance, tables)
}

#[test]
fn the_acl_around_an_appliance_judges_what_is_routed_to_it() {
    let world = World::new();
    let (client, server, between, appliance, _) = inspected(&world);
    passes(&why(&world, &client, format!("{server}:80")));
    let vpc = world.find::<Subnet>(&between).vpc;
    world.acl(&vpc, &[&between], &[entry(100, "in", Traffic::All, "0.0.0.0/0", true)]);
    assert_eq!(codes(&why(&world, &client, format!("{server}:80"))), ["SUBNET_ACL_RESTRICTION"]);
    assert_eq!(codes(&why(&world, &appliance, "10.0.1.4:80")), ["SUBNET_ACL_RESTRICTION"]);
}

#[test]
fn answers_that_a_route_takes_to_an_interface_that_checks_them_are_lost() {
    let world = World::new();
    let (client, server, _, appliance, tables) = inspected(&world);
    world.update::<RouteTable>(&tables[0], |table| table.routes.clear());
    world.route(&tables[1], "10.0.0.0/24", RouteTarget::Interface(appliance.clone()));
    let back = why(&world, &client, format!("{server}:80"));
    passes(&back);
    assert!(back.to_string().contains("routes the answers to 10.0.0.4 by 10.0.0.0/24"), "{back}");
    world.update::<NetworkInterface>(&appliance, |eni| eni.source_dest_check = true);
    assert_eq!(codes(&why(&world, &client, format!("{server}:80"))), ["ENI_SOURCE_DEST_CHECK_RESTRICTION"]);
}

#[test]
fn an_appliance_that_is_routed_to_itself_reaches_nobody() {
    let world = World::new();
    let (_, server, between, appliance, _) = inspected(&world);
    let table = world.table(&world.find::<Subnet>(&between).vpc, &[Some(&between)]);
    world.route(&table, "10.0.1.0/24", RouteTarget::Interface(appliance.clone()));
    assert_eq!(codes(&why(&world, &appliance, format!("{server}:80"))), ["BAD_STATE_ROUTE"]);
}

#[test]
fn the_resolver_is_filtered_by_nobody_and_answers_only_while_it_is_on() {
    let world = World::new();
    let (client, _, a, _) = pair(&world, &[], &[]);
    passes(&asked(&world, client.as_str(), "10.0.0.2:53", "udp"));
    passes(&why(&world, &client, "169.254.169.254:80"));
    world.update::<Vpc>(&world.find::<Subnet>(&a).vpc, |vpc| vpc.dns_support = false);
    assert!(!codes(&asked(&world, client.as_str(), "10.0.0.2:53", "udp")).is_empty());
}

#[test]
fn what_does_not_exist_is_said_and_not_explained() {
    let world = World::new();
    let (client, ..) = pair(&world, &[], &[]);
    let error = |source: &str, destination: &str| {
        explain(&world.snapshot(), &Question::parse(source, destination, "tcp").unwrap()).unwrap_err().to_string()
    };
    assert_eq!(error(client.as_str(), "i-99999999999999999:80"), "there is no i-99999999999999999");
    assert_eq!(error("i-99999999999999999", "10.0.0.4:80"), "there is no i-99999999999999999");
    assert_eq!(error(client.as_str(), "vpce-99999999999999999:80"), "there is no vpce-99999999999999999");
}

#[test]
fn what_belongs_to_another_account_is_as_if_it_did_not_exist() {
    let world = World::new();
    let (client, server, ..) = pair(&world, &[all_out()], &[]);
    let ask = |source: &str, account: &str| {
        let question = Question::parse(source, &format!("{server}:80"), "tcp").unwrap();
        explain(&world.snapshot(), &Question { account: Some(account.into()), ..question }).is_ok()
    };
    assert_eq!([ask(client.as_str(), "111111111111"), ask(client.as_str(), "333333333333")], [true, false]);
    assert_eq!([ask("internet", "111111111111"), ask("internet", "333333333333")], [true, false]);
}

#[test]
fn a_thousand_interfaces_cost_an_explanation_nothing_that_a_person_notices() {
    let world = World::new();
    let (client, server, a, b) = pair(&world, &[all_out()], &[ingress(Traffic::Tcp(443, 443), from("10.0.0.0/24"))]);
    let vpc = world.find::<Subnet>(&a).vpc;
    let (wide, group) = (world.subnet(&vpc, "10.0.128.0/17", 'a'), world.group(&vpc, &[all_out()]));
    let open = |direction| entry(100, direction, Traffic::All, "0.0.0.0/0", true);
    world.acl(&vpc, &[&a, &b, &wide], &[open("in"), open("out")]);
    for n in 0..1000 {
        world.instance(&wide, &format!("10.0.{}.{}", 128 + n / 250, 4 + n % 250), &[&group]);
    }
    let snapshot = world.snapshot();
    let question = Question::parse(client.as_str(), &format!("{server}:443"), "tcp").unwrap();
    let nobody = Question::parse(client.as_str(), "10.0.255.7:443", "tcp").unwrap();
    let begun = std::time::Instant::now();
    for question in [question, nobody] {
        explain(&snapshot, &question).unwrap();
    }
    println!("{:?}", begun.elapsed());
    assert!(begun.elapsed() < std::time::Duration::from_millis(200), "unoptimised code on a busy machine: {:?}", begun.elapsed());
}

#[test]
fn a_program_that_does_not_exist_yet_is_reached_by_what_its_groups_allow() {
    let world = World::new();
    let (client, _, _, subnet) = pair(&world, &[all_out()], &[]);
    let vpc = world.find::<Instance>(client.as_str()).vpc.clone();
    let web = world.group(&vpc, &[ingress(Traffic::Tcp(80, 80), from("10.0.0.4/32"))]);
    passes(&why(&world, &client, format!("{subnet}+{web}:80")));
    assert_eq!(codes(&why(&world, &client, format!("{subnet}+{web}:81"))), ["ENI_SG_RULES_MISMATCH"]);
    let both = world.group(&vpc, &[all_out(), ingress(Traffic::All, from("10.0.1.0/24"))]);
    passes(&why(&world, format!("{subnet}+{both}"), format!("{subnet}+{both}:80")));
    assert_eq!(codes(&why(&world, "internet", format!("{subnet}+{web}:80")))[0], "IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS");
}

#[test]
fn an_acl_that_lets_everything_pass_is_met_where_a_subnet_is_left_or_entered() {
    let world = World::new();
    let (client, server, own, other) = pair(&world, &[all_out()], &[ingress(Traffic::Tcp(80, 80), from("10.0.0.0/16"))]);
    let vpc = world.find::<Subnet>(&own).vpc;
    let open = |direction| entry(100, direction, Traffic::All, "0.0.0.0/0", true);
    let acl = world.acl(&vpc, &[&own, &other], &[open("in"), open("out")]);
    let told = why(&world, &client, format!("{server}:80"));
    passes(&told);
    let met = |way: &str| format!("+ {acl} lets tcp 80 {way} and the answers back");
    assert!(told.to_string().contains(&met("out")) && told.to_string().contains(&met("in")), "{told}");
    let grounds = told.ways[0].hops.iter().filter_map(|hop| match &hop.ground {
        Some(explain::Ground::Acl { egress, rule, .. }) => Some((*egress, rule.map(|rule| (rule.number, rule.allow)))),
        _ => None,
    });
    assert_eq!(grounds.collect::<Vec<_>>(), [(true, Some((100, true))), (false, Some((100, true)))]);
}
