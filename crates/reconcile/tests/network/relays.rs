//! Listeners whose connections pass through sockets in the router: whom their targets see, and who judges.

use std::io::Read;
use std::net::{SocketAddr, TcpStream};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use kernel::Netlink;
use reconcile::relays::RelaysDomain;
use reconcile::{Delivery, Domain, ObjectSink, TimeScale, Undelivered};
use resource::*;
use tokio::runtime::Runtime;

use crate::cloud::{Cloud, real};
use crate::world::{all_out, from, ingress, members};

/// What connections open with, which the target echoes.
const PROXY_HEADER: usize = 28;

/// No listener here keeps a log.
struct Nowhere;

impl ObjectSink for Nowhere {
    fn deliver(&self, _: Delivery) -> Pin<Box<dyn Future<Output = Result<(), Undelivered>> + Send + '_>> {
        Box::pin(async { Ok(()) })
    }
}

/// A client at 10.0.0.4, a balancer at 10.0.0.9:80 with the PROXY protocol, and the target at 10.0.0.5:8080.
struct Relayed {
    cloud: Cloud<Netlink>,
    client: InstanceId,
    server: InstanceId,
    groups: GroupId,
    targets: String,
    balancer: String,
    relays: RelaysDomain,
    runtime: Runtime,
}

impl Relayed {
    fn new() -> Self {
        let cloud = real();
        let vpc = cloud.vpc("10.0.0.0/16");
        let subnet = cloud.subnet(&vpc, "10.0.0.0/24", 'a');
        let groups = cloud.group(&vpc, &[all_out(), ingress(Traffic::Tcp(8080, 8080), from("10.0.0.4/32"))]);
        let (client, _) = cloud.instance(&subnet, "10.0.0.4", &[&groups]);
        let (server, _) = cloud.instance(&subnet, "10.0.0.5", &[&groups]);
        let targets = cloud.target_group(&vpc, TargetType::Instance);
        cloud.target_attribute(&targets, "proxy_protocol_v2.enabled", "true");
        cloud.target(&targets, TargetId::Instance(server.clone()), 8080, Some(HealthState::Healthy));
        let balancer = cloud.balancer(&[(&subnet, "10.0.0.9")], &[]);
        cloud.listener(&balancer, 80, &targets);
        let runtime = Runtime::new().unwrap();
        let (places, store) = (cloud.kernel.places().clone(), cloud.world.store.clone());
        let relays = RelaysDomain::new(places, 100, TimeScale::default(), (store, Arc::new(Nowhere))).unwrap();
        let mut relayed = Self { cloud, client, server, groups, targets, balancer, relays, runtime };
        relayed.settle();
        relayed.cloud.serve(&relayed.server, "0.0.0.0:8080", "the target");
        relayed
    }

    fn settle(&mut self) {
        self.cloud.settle();
        self.relays.note_all(&self.cloud.snapshot());
        self.runtime.block_on(self.relays.converge(&self.cloud.world.store));
    }

    /// Whether a connection through the balancer comes as far as the target, which speaks first.
    fn arrives(&self, from: impl ToString, to: &str) -> bool {
        let to: SocketAddr = to.parse().unwrap();
        let connect = || TcpStream::connect_timeout(&to, Duration::from_secs(10));
        let mut stream = self.cloud.kernel.places().socket_in(&from.to_string(), connect).unwrap();
        stream.set_read_timeout(Some(Duration::from_millis(400))).unwrap();
        stream.read(&mut [0]).is_ok_and(|read| read > 0)
    }
}

#[test]
fn the_groups_of_a_target_judge_the_client_itself_or_the_node() {
    let mut relayed = Relayed::new();
    assert_eq!(relayed.cloud.reaches(&relayed.client, "10.0.0.9:80"), "the target sees 10.0.0.4");
    let (_, mut stream) = relayed.cloud.connect_to(&relayed.client, "10.0.0.9:80");
    relayed.cloud.target_attribute(&relayed.targets, "preserve_client_ip.enabled", "false");
    relayed.settle();
    assert!(!relayed.arrives(&relayed.client, "10.0.0.9:80"), "the group does not know the node");
    relayed.cloud.allow(&relayed.groups, ingress(Traffic::Tcp(8080, 8080), from("10.0.0.9/32")));
    relayed.settle();
    assert_eq!(relayed.cloud.reaches(&relayed.client, "10.0.0.9:80"), "the target sees 10.0.0.9");
    stream.read_exact(&mut [0; PROXY_HEADER]).unwrap();
    assert!(crate::packets::echoes(&mut stream), "what was there before stays as it is");
}

#[test]
fn behind_a_socket_that_has_its_clients_address_the_nodes_groups_count_and_the_clients_do_not() {
    let mut relayed = Relayed::new();
    let LoadBalancer { vpc, zones, .. } = relayed.cloud.find::<LoadBalancer>(&relayed.balancer);
    let (own, clients) = (relayed.cloud.group(&vpc, &[all_out()]), relayed.groups.clone());
    relayed.cloud.allow(&own, ingress(Traffic::Tcp(80, 80), from("0.0.0.0/0")));
    relayed.cloud.update::<LoadBalancer>(&relayed.balancer, |balancer| balancer.groups = vec![own.clone()]);
    relayed.cloud.update::<NetworkInterface>(&zones[0].interface, |eni| eni.groups = vec![own.clone()]);
    let only = |relayed: &mut Relayed, rules: &[GroupRule]| {
        relayed.cloud.update::<SecurityGroup>(&clients, |group| group.rules = rules.to_vec());
        relayed.settle();
    };
    only(&mut relayed, &[all_out(), ingress(Traffic::Tcp(8080, 8080), members(&clients))]);
    assert!(!relayed.arrives(&relayed.client, "10.0.0.9:80"));
    only(&mut relayed, &[all_out(), ingress(Traffic::Tcp(8080, 8080), members(&own))]);
    assert_eq!(relayed.cloud.reaches(&relayed.client, "10.0.0.9:80"), "the target sees 10.0.0.4");
    relayed.cloud.update::<SecurityGroup>(&own, |group| group.rules.retain(|rule| !rule.egress));
    relayed.settle();
    assert!(!relayed.arrives(&relayed.client, "10.0.0.9:80"), "the node may send nothing");
}

#[test]
fn a_target_sees_clients_of_the_internet_when_its_groups_let_them_in() {
    let mut relayed = Relayed::new();
    let LoadBalancer { vpc, zones, .. } = relayed.cloud.find::<LoadBalancer>(&relayed.balancer);
    let gateway = relayed.cloud.internet_gateway(Some(&vpc));
    relayed.cloud.route(&relayed.cloud.main_table(&vpc), "0.0.0.0/0", RouteTarget::InternetGateway(gateway));
    relayed.cloud.public_address("198.18.0.10", Some(&zones[0].interface));
    relayed.settle();
    assert!(!relayed.arrives("internet", "198.18.0.10:80"));
    relayed.cloud.allow(&relayed.groups, ingress(Traffic::Tcp(8080, 8080), from("198.18.0.0/15")));
    relayed.settle();
    assert_eq!(relayed.cloud.reaches("internet", "198.18.0.10:80"), "the target sees 198.18.0.1");
}

#[test]
fn a_target_that_calls_its_own_balancer_hears_nothing() {
    let mut relayed = Relayed::new();
    relayed.cloud.allow(&relayed.groups, ingress(Traffic::All, from("10.0.0.0/16")));
    relayed.settle();
    assert!(!relayed.arrives(&relayed.server, "10.0.0.9:80"));
    relayed.cloud.target_attribute(&relayed.targets, "preserve_client_ip.enabled", "false");
    relayed.settle();
    assert_eq!(relayed.cloud.reaches(&relayed.server, "10.0.0.9:80"), "the target sees 10.0.0.9");
}
