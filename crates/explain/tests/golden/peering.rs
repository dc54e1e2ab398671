//! Between peered VPCs: routes both ways, groups of the other side, and what a peering does not lead to.

use resource::*;

use super::{codes, passes, why};
use crate::world::{World, all_out, from, ingress, members, members_of_peer};

/// Peered VPCs 10.0 and 10.1, routed both ways, with a host .4 in each; the second takes port 80 from members of the first's group.
fn peers(world: &World) -> ([VpcId; 2], [GroupId; 2], [InstanceId; 2], PeeringId) {
    let vpcs = [0, 1].map(|n| world.vpc(&format!("10.{n}.0.0/16")));
    let subnets = [0, 1].map(|n| world.subnet(&vpcs[n], &format!("10.{n}.0.0/24"), 'a'));
    let groups = [0, 1].map(|n| world.group(&vpcs[n], &[all_out()]));
    let hosts = [0, 1].map(|n| world.instance(&subnets[n], &format!("10.{n}.0.4"), &[&groups[n]]).0);
    let peering = world.peering(&vpcs[0], &vpcs[1], PeeringState::Active);
    world.route_over(&peering);
    world.allow(&groups[1], ingress(Traffic::Tcp(80, 80), members_of_peer(world, &groups[0], &peering)));
    (vpcs, groups, hosts, peering)
}

#[test]
fn a_member_of_a_group_of_the_peer_is_let_in_and_answered() {
    let world = World::new();
    let (_, _, hosts, peering) = peers(&world);
    let explanation = why(&world, &hosts[0], format!("{}:80", hosts[1]));
    passes(&explanation);
    assert!(explanation.to_string().contains(peering.as_str()), "{explanation}");
}

#[test]
fn a_group_that_is_for_a_further_vpc_does_not_mean_there_the_members_in_its_own() {
    let world = World::new();
    let (vpcs, groups, hosts, peering) = peers(&world);
    let state = VpcAssociationState::Associated;
    let shared = world.group(&vpcs[0], &[all_out(), ingress(Traffic::Tcp(80, 80), members(&groups[0]))]);
    world.update::<SecurityGroup>(&shared, |group| group.associations = vec![VpcAssociation { vpc: vpcs[1].clone(), state }]);
    let subnet = world.snapshot().linked::<Subnet>(Vpc::KIND, &vpcs[1]).next().unwrap().id.clone();
    let (server, _) = world.instance(&subnet, "10.1.0.5", &[&shared]);
    world.update::<SecurityGroup>(&groups[1], |group| group.rules.truncate(1));
    let explanation = why(&world, &hosts[0], format!("{server}:80"));
    assert_eq!(codes(&explanation), ["ENI_SG_RULES_MISMATCH"], "{explanation}");
    world.update::<SecurityGroup>(&shared, |group| group.rules[1].peer = members_of_peer(&world, &groups[0], &peering));
    let explanation = why(&world, &hosts[0], format!("{server}:80"));
    assert_eq!(codes(&explanation), ["ENI_SG_RULES_MISMATCH"], "its own VPC is not that group's peer: {explanation}");
}

#[test]
fn a_missing_route_is_named_on_either_side_with_the_command_that_makes_it() {
    for side in [0, 1] {
        let world = World::new();
        let (vpcs, _, hosts, peering) = peers(&world);
        let table = world.main_table(&vpcs[side]);
        world.update::<RouteTable>(&table, |table| table.routes.clear());
        let explanation = why(&world, &hosts[0], format!("{}:80", hosts[1]));
        assert_eq!(codes(&explanation), ["NO_ROUTE_TO_DESTINATION"], "{explanation}");
        let mends = format!(
            "aws ec2 create-route --route-table-id {table} --destination-cidr-block 10.{}.0.0/16 --vpc-peering-connection-id {peering}",
            1 - side
        );
        assert!(explanation.to_string().contains(&mends), "{explanation}");
    }
}

#[test]
fn a_route_to_the_internet_does_not_lead_to_a_peer() {
    let world = World::new();
    let (vpcs, _, hosts, peering) = peers(&world);
    let (table, gateway) = (world.main_table(&vpcs[0]), world.internet_gateway(Some(&vpcs[0])));
    world.update::<RouteTable>(&table, |table| table.routes.clear());
    for (block, verb) in [("0.0.0.0/0", "create-route"), ("10.1.0.0/16", "replace-route")] {
        world.route(&table, block, RouteTarget::InternetGateway(gateway.clone()));
        let explanation = why(&world, &hosts[0], "10.1.0.4:80");
        assert_eq!(codes(&explanation), ["NO_ROUTE_TO_DESTINATION"], "{explanation}");
        let problem =
            format!("leads by {block} to {gateway} and not to 10.1.0.4, which is in {}: {peering} connects the two", vpcs[1]);
        assert!(explanation.to_string().contains(&problem), "{explanation}");
        let mends = format!(
            "aws ec2 {verb} --route-table-id {table} --destination-cidr-block 10.1.0.0/16 --vpc-peering-connection-id {peering}"
        );
        assert!(explanation.to_string().contains(&mends), "{explanation}");
    }
}

#[test]
fn a_connection_that_waits_is_to_be_accepted_and_one_that_is_gone_leaves_blackholes_and_stale_rules() {
    let world = World::new();
    let (_, groups, hosts, peering) = peers(&world);
    let to = format!("{}:80", hosts[1]);
    world.update::<PeeringConnection>(&peering, |peering| peering.state = PeeringState::PendingAcceptance);
    let explanation = why(&world, &hosts[0], &to);
    assert_eq!(codes(&explanation), ["BAD_STATE"], "{explanation}");
    assert!(explanation.to_string().contains("aws ec2 accept-vpc-peering-connection"), "{explanation}");
    world.update::<PeeringConnection>(&peering, |peering| peering.state = PeeringState::Deleted);
    assert_eq!(codes(&why(&world, &hosts[0], "10.1.0.4:80")), ["BAD_STATE_ROUTE"]);
    world.update::<PeeringConnection>(&peering, |peering| peering.state = PeeringState::Active);
    world.remove::<SecurityGroup>(&groups[0]);
    assert!(codes(&why(&world, &hosts[0], &to)).contains(&"UNKNOWN_PEERED_SGS"));
}

#[test]
fn a_peering_leads_to_its_two_vpcs_only() {
    let world = World::new();
    let (vpcs, _, hosts, peering) = peers(&world);
    world.route(&world.main_table(&vpcs[0]), "10.2.0.0/16", RouteTarget::Peering(peering.clone()));
    assert_eq!(codes(&why(&world, &hosts[0], "10.2.0.4:80")), ["PCX_REQUIRES_ADDRESS_IN_VPC_CIDR"]);
    assert_eq!(codes(&why(&world, &hosts[0], "10.1.0.2:80")), ["PCX_REQUIRES_ADDRESS_IN_VPC_CIDR"], "the peer's resolver");
    let group = world.group(&vpcs[1], &[ingress(Traffic::All, from("10.9.0.0/16"))]);
    let subnet = world.subnet(&vpcs[1], "10.1.7.0/24", 'a');
    let (other, _) = world.instance(&subnet, "10.1.7.4", &[&group]);
    assert_eq!(codes(&why(&world, &hosts[0], format!("{other}:80"))), ["ENI_SG_RULES_MISMATCH"]);
}

#[test]
fn what_is_behind_a_needless_blackhole_is_named_with_it() {
    let world = World::new();
    let (vpcs, groups, hosts, _) = peers(&world);
    world.update::<SecurityGroup>(&groups[1], |group| group.rules.clear());
    let gone = InterfaceId::parse("eni-99999999999999999").unwrap();
    world.route(&world.main_table(&vpcs[0]), "10.1.0.0/24", RouteTarget::Interface(gone));
    let told = why(&world, &hosts[0], "10.1.0.4:80");
    assert_eq!(codes(&told), ["MORE_SPECIFIC_ROUTE", "SG_HAS_NO_RULES"], "{told}");
}
