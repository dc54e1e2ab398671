//! The whole filter and routing of a router, printed: a change of the filter shows up in review.

use kernel::Kernel;
use resource::*;

use crate::cloud::simulated;
use crate::world::{all_out, entry, from, ingress, members};

#[test]
fn everything_in_the_namespace_of_a_router() {
    let cloud = simulated();
    let vpc = cloud.vpc("10.0.0.0/16");
    let subnet = cloud.subnet(&vpc, "10.0.0.0/24", 'a');
    let group = cloud.group(&vpc, &[all_out(), ingress(Traffic::Tcp(80, 90), from("10.0.0.0/8"))]);
    cloud.allow(&group, ingress(Traffic::Icmp { kind: Some(8), code: None }, members(&group)));
    let (server, eni) = cloud.instance(&subnet, "10.0.0.4", &[&group]);
    cloud.acl(
        &vpc,
        &[&subnet],
        &[entry(1, "in", Traffic::Udp(53, 53), "10.9.0.0/16", false), entry(2, "in", Traffic::All, "0.0.0.0/0", true)],
    );
    let gateway = cloud.internet_gateway(Some(&vpc));
    cloud.public_address("198.18.0.10", Some(&eni));
    let nat = cloud.nat_gateway(&subnet, "10.0.0.7", "198.18.0.11");
    cloud.route(&cloud.main_table(&vpc), "0.0.0.0/0", RouteTarget::InternetGateway(gateway));
    cloud.route(&cloud.main_table(&vpc), "192.0.2.0/24", RouteTarget::NatGateway(nat));
    let targets = cloud.target_group(&vpc, TargetType::Instance);
    cloud.target(&targets, TargetId::Instance(server.clone()), 80, Some(HealthState::Healthy));
    let balancer = cloud.balancer(&[(&subnet, "10.0.0.8")], &[&group]);
    cloud.listener(&balancer, 80, &targets);
    let service = cloud.service(&balancer);
    cloud.endpoint(&service, &[(&subnet, "10.0.0.9")], &[&group], EndpointState::Available);
    cloud.settle();
    for (name, namespace) in [("router", vpc.to_string()), ("workload", server.to_string()), ("internet", "internet".to_owned())]
    {
        let mut lines: Vec<String> = cloud.kernel.observe(&namespace, &[]).unwrap().iter().map(ToString::to_string).collect();
        lines.sort();
        insta::assert_snapshot!(name, lines.join("\n"));
    }
}
