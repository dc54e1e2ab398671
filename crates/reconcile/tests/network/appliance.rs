//! Appliances: interfaces without source check that pass on what routes lead to them, one way or both ways.

use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::time::Duration;

use resource::*;

use crate::cloud::{Cloud, real};
use crate::packets::echoes;
use crate::world::{all_out, from, ingress};

const SERVER: &str = "10.0.1.4:80";
const PUBLIC: &str = "198.18.0.10:80";
const OUTSIDE: &str = "198.18.0.1:80";

/// An appliance 10.0.0.4 that forwards, a host 10.0.1.4 and a host 10.0.2.4, each in a subnet and a table of its own. The
/// first table leads to the internet.
struct Site {
    cloud: Cloud<kernel::Netlink>,
    vpc: VpcId,
    gateway: InternetGatewayId,
    tables: [RouteTableId; 3],
    hosts: [InstanceId; 3],
    interfaces: [InterfaceId; 3],
}

impl Site {
    fn new() -> Self {
        let cloud = real();
        let vpc = cloud.vpc("10.0.0.0/16");
        let subnets = [0, 1, 2].map(|n| cloud.subnet(&vpc, &format!("10.0.{n}.0/24"), 'a'));
        let group = cloud.open_group(&vpc);
        let made = [0, 1, 2].map(|n| cloud.instance(&subnets[n], &format!("10.0.{n}.4"), &[&group]));
        let tables = [0, 1, 2].map(|n| cloud.table(&vpc, &[Some(&subnets[n])]));
        let gateway = cloud.internet_gateway(Some(&vpc));
        cloud.route(&tables[0], "0.0.0.0/0", RouteTarget::InternetGateway(gateway.clone()));
        let interfaces = made.each_ref().map(|(_, interface)| interface.clone());
        cloud.update::<NetworkInterface>(&interfaces[0], |eni| eni.source_dest_check = false);
        let site = Site { cloud, vpc, gateway, tables, hosts: made.map(|(host, _)| host), interfaces };
        site.cloud.settle();
        site.forwards(true);
        site
    }

    fn forwards(&self, yes: bool) {
        let all = "net.ipv4.conf.all.send_redirects=0 net.ipv4.conf.eth0.send_redirects=0";
        self.cloud.run(&self.hosts[0], "sysctl", &format!("-qw net.ipv4.ip_forward={} {all}", u8::from(yes))).unwrap();
    }

    fn to_appliance(&self) -> RouteTarget {
        RouteTarget::Interface(self.interfaces[0].clone())
    }

    fn to_internet(&self) -> RouteTarget {
        RouteTarget::InternetGateway(self.gateway.clone())
    }

    /// Gives a table this route and no other.
    fn only(&self, table: &RouteTableId, destination: &str, target: RouteTarget) {
        self.cloud.update::<RouteTable>(table, |table| table.routes.clear());
        self.cloud.route(table, destination, target);
        self.cloud.settle();
    }

    /// Connects, carries bytes both ways, and returns whom the server sees. It must see the port that the client has.
    #[track_caller]
    fn seen(&self, client: impl ToString, to: &str, server: impl ToString, at: &str) -> String {
        let places = self.cloud.kernel.places();
        let listener = places.socket_in(&server.to_string(), || TcpListener::bind(at)).unwrap();
        let to: SocketAddr = to.parse().unwrap();
        let patience = Duration::from_secs(20);
        let mut stream = places.socket_in(&client.to_string(), || TcpStream::connect_timeout(&to, patience)).unwrap();
        let (mut accepted, peer) = listener.accept().unwrap();
        assert_eq!(peer.port(), stream.local_addr().unwrap().port(), "{peer}");
        let echo = std::thread::spawn(move || {
            let mut reader = accepted.try_clone().unwrap();
            std::io::copy(&mut reader, &mut accepted).ok();
        });
        assert!((0..8).all(|_| echoes(&mut stream)));
        drop(stream);
        echo.join().unwrap();
        peer.ip().to_string()
    }
}

#[test]
fn two_subnets_meet_through_an_appliance_whether_answers_go_by_it_or_not() {
    let site = Site::new();
    let [_, one, other] = &site.hosts;
    site.only(&site.tables[1], "10.0.2.0/24", site.to_appliance());
    site.only(&site.tables[2], "10.0.1.0/24", site.to_appliance());
    assert_eq!(site.seen(one, "10.0.2.4:80", other, "10.0.2.4:80"), "10.0.1.4");
    assert_eq!(site.seen(other, SERVER, one, SERVER), "10.0.2.4");
    site.cloud.update::<RouteTable>(&site.tables[2], |table| table.routes.clear());
    site.cloud.settle();
    assert_eq!(site.seen(one, "10.0.2.4:80", other, "10.0.2.4:80"), "10.0.1.4", "answers go straight");
    assert_eq!(site.seen(other, SERVER, one, SERVER), "10.0.2.4", "questions go straight");
    site.forwards(false);
    site.cloud.is_silent(one, "10.0.2.4:80");
}

#[test]
fn an_appliances_groups_have_no_say_in_answers_that_go_by_it_to_others() {
    let site = Site::new();
    let [_, one, other] = &site.hosts;
    let closed = site.cloud.group(&site.vpc, &[all_out()]);
    site.cloud.update::<NetworkInterface>(&site.interfaces[0], |eni| eni.groups = vec![closed.clone()]);
    site.only(&site.tables[2], "10.0.1.0/24", site.to_appliance());
    assert_eq!(site.seen(one, "10.0.2.4:80", other, "10.0.2.4:80"), "10.0.1.4");
    site.cloud.is_silent(other, SERVER);
    site.forwards(false);
    site.cloud.is_silent(one, "10.0.2.4:80");
}

#[test]
fn a_revoked_rule_that_was_open_to_everybody_cuts_flows_that_an_appliance_begins_itself() {
    let site = Site::new();
    site.cloud.serve(&site.hosts[1], SERVER, "server");
    let (_, mut stream) = site.cloud.connect_to(&site.hosts[0], SERVER);
    assert!(echoes(&mut stream));
    let closed = site.cloud.group(&site.vpc, &[ingress(Traffic::All, from("0.0.0.0/0"))]);
    site.cloud.update::<NetworkInterface>(&site.interfaces[0], |eni| eni.groups = vec![closed.clone()]);
    site.cloud.settle();
    assert!(!echoes(&mut stream));
}

#[test]
fn a_replaced_local_route_leads_to_every_other_subnet_through_the_appliance_and_not_to_neighbours() {
    let site = Site::new();
    let [_, one, other] = &site.hosts;
    let group = site.cloud.find::<NetworkInterface>(&site.interfaces[1]).groups[0].clone();
    let subnet = site.cloud.find::<NetworkInterface>(&site.interfaces[1]).subnet;
    let (neighbour, _) = site.cloud.instance(&subnet, "10.0.1.5", &[&group]);
    site.only(&site.tables[1], "10.0.0.0/16", site.to_appliance());
    assert_eq!(site.seen(one, "10.0.2.4:80", other, "10.0.2.4:80"), "10.0.1.4");
    site.forwards(false);
    site.cloud.is_silent(one, "10.0.2.4:80");
    assert_eq!(site.seen(one, "10.0.1.5:80", &neighbour, "10.0.1.5:80"), "10.0.1.4");
    assert_eq!(site.seen(other, "10.0.0.4:80", &site.hosts[0], "10.0.0.4:80"), "10.0.2.4", "other tables have it still");
}

#[test]
fn what_a_node_sends_within_its_own_subnet_goes_straight_whatever_its_table_says_and_whoever_sent_it() {
    let site = Site::new();
    let [_, one, other] = &site.hosts;
    let home = site.cloud.find::<NetworkInterface>(&site.interfaces[1]);
    let balancer = site.cloud.balancer(&[(&home.subnet, "10.0.1.20")], &[&home.groups[0]]);
    let targets = [("10.0.2.4", 80), ("10.0.1.4", 8080)].map(|(target, port)| {
        let group = site.cloud.target_group(&site.vpc, TargetType::Ip);
        site.cloud.target(&group, TargetId::Ip(target.parse().unwrap()), port, Some(HealthState::Healthy));
        site.cloud.listener(&balancer, port, &group);
        group
    });
    site.only(&site.tables[1], "10.0.1.0/24", site.to_appliance());
    site.forwards(false);
    assert_eq!(site.seen(one, "10.0.1.20:80", other, "10.0.2.4:80"), "10.0.1.20", "its answers to a neighbour");
    assert_eq!(site.seen(other, "10.0.1.20:8080", one, "10.0.1.4:8080"), "10.0.1.20", "what it sends to a neighbour");
    // The client is its target's neighbour, but what the node sends leaves its own subnet.
    site.cloud.target_attribute(&targets[0], "preserve_client_ip.enabled", "true");
    let (neighbour, _) =
        site.cloud.instance(&site.cloud.find::<NetworkInterface>(&site.interfaces[2]).subnet, "10.0.2.5", &[&home.groups[0]]);
    site.only(&site.tables[1], "10.0.2.0/24", site.to_appliance());
    site.cloud.is_silent(&neighbour, "10.0.1.20:80");
}

#[test]
fn what_the_router_sends_itself_from_an_address_goes_by_the_table_of_its_subnet_and_straight_within_it() {
    let site = Site::new();
    let [_, one, other] = &site.hosts;
    let home = site.cloud.find::<NetworkInterface>(&site.interfaces[1]);
    site.cloud.balancer(&[(&home.subnet, "10.0.1.20")], &[]);
    site.only(&site.tables[1], "10.0.0.0/16", site.to_appliance());
    let router = site.vpc.to_string();
    let heard = |host: &InstanceId, to: &str| site.cloud.datagram((&router, "10.0.1.20:0"), (host.as_str(), to));
    assert_eq!(heard(other, "10.0.2.4:7000").as_deref(), Some("10.0.1.20"));
    site.forwards(false);
    assert_eq!(heard(other, "10.0.2.4:7001"), None);
    assert_eq!(heard(one, "10.0.1.4:7000").as_deref(), Some("10.0.1.20"), "a neighbour");
}

#[test]
fn clients_of_the_internet_are_seen_with_their_ports_by_whatever_way_packets_and_answers_go() {
    let site = Site::new();
    let server = &site.hosts[1];
    site.cloud.public_address("198.18.0.10", Some(&site.interfaces[1]));
    let edge = site.cloud.table(&site.vpc, &[]);
    site.cloud.update::<RouteTable>(&edge, |table| {
        let gateway = Some(site.gateway.clone());
        table.associations.push(RouteTableAssociation { id: "rtbassoc-0ed6e".into(), subnet: None, gateway });
    });
    site.only(&edge, "10.0.1.0/24", site.to_appliance());
    for back in [site.to_appliance(), site.to_internet()] {
        site.only(&site.tables[1], "0.0.0.0/0", back);
        assert_eq!(site.seen("internet", PUBLIC, server, SERVER), "198.18.0.1");
        assert_eq!(site.seen(server, OUTSIDE, "internet", OUTSIDE), "198.18.0.10");
    }
    site.forwards(false);
    site.cloud.is_silent("internet", PUBLIC);
    site.forwards(true);
    site.cloud.update::<RouteTable>(&edge, |table| table.routes.clear());
    site.only(&site.tables[1], "0.0.0.0/0", site.to_appliance());
    assert_eq!(site.seen("internet", PUBLIC, server, SERVER), "198.18.0.1", "answers alone go by the appliance");
    assert_eq!(site.seen(server, OUTSIDE, "internet", OUTSIDE), "198.18.0.10", "questions alone go by the appliance");
    site.forwards(false);
    site.cloud.is_silent(server, OUTSIDE);
}

#[test]
fn errors_about_a_public_addresss_packets_reach_whom_they_are_for() {
    let site = Site::new();
    site.cloud.public_address("198.18.0.10", Some(&site.interfaces[1]));
    site.only(&site.tables[1], "0.0.0.0/0", site.to_internet());
    for (asker, nobody) in [(site.hosts[1].to_string(), "198.18.0.1:9"), ("internet".to_owned(), "198.18.0.10:9")] {
        let socket = site.cloud.kernel.places().socket_in(&asker, || UdpSocket::bind("0.0.0.0:0")).unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        socket.connect(nobody).unwrap();
        socket.send(b"anybody?").unwrap();
        let error = socket.recv(&mut [0; 16]).unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::ConnectionRefused, "{asker} to {nobody}");
    }
}

#[test]
fn what_an_appliance_passes_on_to_a_nat_gateway_leaves_with_its_address() {
    let site = Site::new();
    let subnet = site.cloud.subnet(&site.vpc, "10.0.3.0/24", 'a');
    let nat = site.cloud.nat_gateway(&subnet, "10.0.3.5", "198.18.0.12");
    let table = site.cloud.table(&site.vpc, &[Some(&subnet)]);
    site.cloud.route(&table, "0.0.0.0/0", site.to_internet());
    site.cloud.route(&table, "10.0.1.0/24", site.to_appliance());
    site.only(&site.tables[0], "0.0.0.0/0", RouteTarget::NatGateway(nat));
    site.only(&site.tables[1], "0.0.0.0/0", site.to_appliance());
    assert_eq!(site.seen(&site.hosts[1], OUTSIDE, "internet", OUTSIDE), "198.18.0.12");
}
