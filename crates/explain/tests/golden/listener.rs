//! The listener that a balancer lacks, with a target group that it may have.

use resource::*;

use super::{asked, codes, why};
use crate::world::{World, all_out};

/// A client and a balancer in one VPC.
fn balanced(world: &World) -> (VpcId, SubnetId, InstanceId, String) {
    let vpc = world.vpc("10.0.0.0/16");
    let subnet = world.subnet(&vpc, "10.0.0.0/24", 'a');
    let (client, _) = world.instance(&subnet, "10.0.0.4", &[&world.group(&vpc, &[all_out()])]);
    let balancer = world.balancer(&[(&subnet, "10.0.0.9")], &[]);
    (vpc, subnet, client, balancer)
}

fn commands(told: &explain::Explanation) -> Vec<String> {
    told.blockers[0].fixes.iter().map(|fix| fix.command.clone()).collect()
}

#[test]
fn a_group_of_another_balancer_or_for_another_protocol_is_not_used() {
    let world = World::new();
    let (vpc, subnet, client, balancer) = balanced(&world);
    let other = world.balancer(&[(&subnet, "10.0.0.10")], &[]);
    let taken = world.target_group(&vpc, TargetType::Instance);
    world.listener(&other, 80, &taken);
    let datagrams = world.target_group(&vpc, TargetType::Instance);
    world.update::<TargetGroup>(&datagrams, |group| group.protocol = "UDP".into());
    let told = why(&world, &client, format!("{balancer}:443"));
    insta::assert_snapshot!(told);
    let udp = commands(&asked(&world, client.as_str(), &format!("{balancer}:9000"), "udp"));
    assert!(udp.len() == 1 && udp[0].contains("--protocol UDP") && udp[0].ends_with(&datagrams), "{udp:?}");
    world.instance(&subnet, "10.0.0.5", &[]);
    let told = why(&world, &client, format!("{balancer}:443"));
    assert!(told.blockers[0].problem.contains("what the new one has must be registered"), "which of two is not known: {told}");
    assert!(!told.to_string().contains("register-targets"), "{told}");
    let free = world.target_group(&vpc, TargetType::Instance);
    let told = commands(&why(&world, &client, format!("{balancer}:443")));
    assert!(told.len() == 1 && told[0].ends_with(&free), "{told:?}");
}

#[test]
fn a_listener_takes_the_other_protocol_too_with_a_group_for_both() {
    let world = World::new();
    let (vpc, _, client, balancer) = balanced(&world);
    let group = world.target_group(&vpc, TargetType::Instance);
    world.target(&group, TargetId::Instance(client.clone()), 8080, Some(HealthState::Healthy));
    world.update::<TargetGroup>(&group, |group| group.health_check.port = Some(8081));
    let listener = world.listener(&balancer, 80, &group);
    let told = asked(&world, client.as_str(), &format!("{balancer}:80"), "udp");
    assert_eq!(codes(&told), ["ELBV2_LISTENERS_MISMATCH"], "{told}");
    insta::assert_snapshot!(told);
    world.update::<TargetGroup>(&group, |group| group.protocol = "TCP_UDP".into());
    let told = commands(&asked(&world, client.as_str(), &format!("{balancer}:80"), "udp"));
    assert_eq!(told, [format!("aws elbv2 modify-listener --listener-arn {listener} --protocol TCP_UDP")]);
    world.update::<Listener>(&listener, |listener| listener.protocol = ListenerProtocol::Tls);
    let told = asked(&world, client.as_str(), &format!("{balancer}:80"), "udp");
    assert!(commands(&told).is_empty() && told.blockers[0].problem.contains("speaks TLS carries no UDP"), "{told}");
}
