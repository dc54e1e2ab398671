//! The simulated internet: public addresses both ways, NAT gateways outward only.

use resource::*;

use crate::cloud::real;
use crate::packets::echoes;
use crate::world::{all_out, from, ingress};

#[test]
fn public_addresses_work_both_ways_and_nat_gateways_outward_only() {
    let cloud = real();
    let vpc = cloud.vpc("10.0.0.0/16");
    let (open, closed) = (cloud.subnet(&vpc, "10.0.0.0/24", 'a'), cloud.subnet(&vpc, "10.0.1.0/24", 'a'));
    let group = cloud.group(&vpc, &[all_out()]);
    let (public, eni) = cloud.instance(&open, "10.0.0.4", &[&group]);
    let (bare, _) = cloud.instance(&open, "10.0.0.6", &[&group]);
    let (private, _) = cloud.instance(&closed, "10.0.1.4", &[&group]);
    let gateway = cloud.internet_gateway(Some(&vpc));
    cloud.public_address("198.18.0.10", Some(&eni));
    let nat = cloud.nat_gateway(&open, "10.0.0.5", "198.18.0.12");
    let (outer, inner) = (cloud.table(&vpc, &[Some(&open)]), cloud.table(&vpc, &[Some(&closed)]));
    cloud.route(&outer, "0.0.0.0/0", RouteTarget::InternetGateway(gateway.clone()));
    cloud.route(&inner, "0.0.0.0/0", RouteTarget::NatGateway(nat));
    cloud.settle();
    cloud.serve("internet", "198.18.0.1:80", "internet");
    cloud.serve(&public, "0.0.0.0:80", "public");
    assert_eq!(cloud.reaches(&public, "198.18.0.1:80"), "internet sees 198.18.0.10");
    assert_eq!(cloud.reaches(&private, "198.18.0.1:80"), "internet sees 198.18.0.12");
    cloud.is_silent(&bare, "198.18.0.1:80");
    cloud.is_silent("internet", "198.18.0.10:80");
    cloud.is_silent("internet", "198.18.0.12:80");
    cloud.allow(&group, ingress(Traffic::Tcp(80, 80), from("198.18.0.1/32")));
    cloud.settle();
    assert_eq!(cloud.reaches("internet", "198.18.0.10:80"), "public sees 198.18.0.1");
    cloud.is_silent("internet", "198.18.0.12:80");
    cloud.allow(&group, ingress(Traffic::Tcp(80, 80), from("198.18.0.12/32")));
    cloud.settle();
    assert_eq!(cloud.reaches(&private, "198.18.0.10:80"), "public sees 198.18.0.12", "out and in again, answers too");
    let (_, mut stream) = cloud.connect_to("internet", "198.18.0.10:80");
    assert!(echoes(&mut stream));
    cloud.update::<InternetGateway>(&gateway, |gateway| gateway.vpc = None);
    cloud.settle();
    assert!(!echoes(&mut stream));
    cloud.is_silent(&private, "198.18.0.1:80");
}

#[test]
fn nobody_is_on_the_internet_with_a_public_address_that_is_not_his() {
    let cloud = real();
    let vpc = cloud.vpc("10.0.0.0/16");
    let subnet = cloud.subnet(&vpc, "10.0.0.0/24", 'a');
    let group = cloud.group(&vpc, &[all_out()]);
    let (router, eni) = cloud.instance(&subnet, "10.0.0.4", &[&group]);
    let (_, other) = cloud.instance(&subnet, "10.0.0.5", &[&group]);
    let gateway = cloud.internet_gateway(Some(&vpc));
    let address = cloud.public_address("198.18.0.10", Some(&eni));
    cloud.public_address("198.18.0.11", Some(&other));
    cloud.route(&cloud.main_table(&vpc), "0.0.0.0/0", RouteTarget::InternetGateway(gateway));
    cloud.update::<NetworkInterface>(&eni, |eni| eni.source_dest_check = false);
    cloud.settle();
    for forged in ["198.18.0.11", "198.18.0.99"] {
        cloud.run(&router, "ip", &format!("address add {forged}/32 dev lo")).unwrap();
    }
    let seen = |from: &str| cloud.datagram((router.as_str(), &format!("{from}:7")), ("internet", "198.18.0.1:9"));
    assert_eq!(seen("10.0.0.4").as_deref(), Some("198.18.0.10"));
    assert_eq!((seen("198.18.0.11"), seen("198.18.0.99")), (None, None), "one of a neighbour, one of somebody else");
    cloud.update::<ElasticAddress>(&address, |address| address.association = None);
    cloud.converge();
    assert_eq!(seen("10.0.0.4"), None, "a flow that goes on after the address was taken away");
}

#[test]
fn two_vpcs_with_the_same_addresses_meet_only_by_public_addresses() {
    let cloud = real();
    let hosts: Vec<(InstanceId, GroupId)> = (1..=2)
        .map(|n| {
            let vpc = cloud.vpc("10.0.0.0/16");
            let subnet = cloud.subnet(&vpc, "10.0.0.0/24", 'a');
            let group = cloud.group(&vpc, &[all_out(), ingress(Traffic::Tcp(80, 80), from("198.18.0.0/15"))]);
            let (host, eni) = cloud.instance(&subnet, "10.0.0.4", &[&group]);
            let gateway = cloud.internet_gateway(Some(&vpc));
            cloud.public_address(&format!("198.18.0.1{n}"), Some(&eni));
            cloud.route(&cloud.main_table(&vpc), "0.0.0.0/0", RouteTarget::InternetGateway(gateway));
            (host, group)
        })
        .collect();
    cloud.settle();
    cloud.serve(&hosts[1].0, "10.0.0.4:80", "second");
    assert_eq!(cloud.reaches(&hosts[0].0, "198.18.0.12:80"), "second sees 198.18.0.11");
    cloud.has_no_way("internet", "10.0.0.4:80");
}
