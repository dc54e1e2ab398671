//! One process with sockets in many networks that overlap: real namespaces, made and removed by each test (root).

use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use dataplane::metadata::{Directory, HopLimit, Instance, Instances, Settings, Tokens};
use dataplane::tcp::Engine;
use dataplane::{Namespace, Place, dns, metadata};
use hickory_proto::op::{Message, Query};
use hickory_proto::rr::{Name, RData, RecordType};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream, UdpSocket};
use tokio::time::timeout;

use crate::relay::route;

const PATIENCE: Duration = Duration::from_secs(10);

/// A named namespace with its loopback up; it goes when this is dropped.
struct Net {
    name: String,
}

fn run(command: &str) {
    let mut words = command.split_whitespace();
    let output = Command::new(words.next().unwrap()).args(words).output().unwrap();
    assert!(output.status.success(), "{command}: {} (needs root)", String::from_utf8_lossy(&output.stderr));
}

impl Net {
    fn new(name: &str) -> Self {
        let net = Self { name: format!("dp{}-{name}", std::process::id()) };
        run(&format!("ip netns add {}", net.name));
        net.ip("link set lo up");
        net
    }

    fn ip(&self, arguments: &str) {
        run(&format!("ip -n {} {arguments}", self.name));
    }

    /// Runs a program inside.
    fn exec(&self, command: &str) {
        run(&format!("ip netns exec {} {command}", self.name));
    }

    fn with_addresses(name: &str, addresses: &[Ipv4Addr]) -> Self {
        let net = Self::new(name);
        addresses.iter().for_each(|address| net.ip(&format!("addr add {address}/32 dev lo")));
        net
    }

    fn place(&self) -> Arc<dyn Place> {
        Arc::new(Namespace::open(format!("/run/netns/{}", self.name)).unwrap())
    }

    /// Joins two namespaces by a link: `(device, address)` here, and there.
    fn link(&self, here: (&str, &str), there: &Net, other: (&str, &str)) {
        self.ip(&format!("link add {} type veth peer name {} netns {}", here.0, other.0, there.name));
        for (net, (device, address)) in [(self, here), (there, other)] {
            net.ip(&format!("addr add {address} dev {device}"));
            net.ip(&format!("link set {device} up"));
        }
    }
}

impl Drop for Net {
    fn drop(&mut self) {
        let _ = Command::new("ip").args(["netns", "del", &self.name]).status();
    }
}

async fn connect(place: &dyn Place, from: Ipv4Addr, to: SocketAddrV4) -> TcpStream {
    let socket = TcpSocket::from_std_stream(place.tcp_from(from).unwrap());
    timeout(PATIENCE, socket.connect(SocketAddr::V4(to))).await.unwrap().unwrap()
}

async fn resolve(place: &dyn Place, server: SocketAddrV4, name: &str) -> Ipv4Addr {
    let mut question = Message::query();
    question.add_query(Query::query(Name::from_ascii(name).unwrap(), RecordType::A));
    let socket = place.udp(SocketAddrV4::new(*server.ip(), 0)).unwrap();
    let socket = UdpSocket::from_std(socket).unwrap();
    socket.send_to(&question.to_vec().unwrap(), server).await.unwrap();
    let mut reply = [0; 512];
    let length = timeout(PATIENCE, socket.recv(&mut reply)).await.unwrap().unwrap();
    match Message::from_vec(&reply[..length]).unwrap().answers[0].data {
        RData::A(address) => address.0,
        ref other => panic!("{other:?} is not an address"),
    }
}

fn view(answer: Ipv4Addr) -> dns::View {
    let apex: dns::DomainName = "corp.test".parse().unwrap();
    let soa = dns::Soa { primary: apex.clone(), contact: apex.clone(), serial: 1, negative_ttl: 60 };
    let mut zone = dns::Zone::new(apex, &soa);
    zone.put(&"db.corp.test".parse().unwrap(), dns::Records::a(60, [answer])).unwrap();
    let layer = dns::Layer::default();
    layer.publish([zone].into_iter().collect());
    dns::View::public(layer)
}

#[tokio::test]
async fn networks_with_the_same_addresses_each_hear_their_own_answer() {
    let resolver = Ipv4Addr::new(10, 0, 0, 2);
    let server = SocketAddrV4::new(resolver, 53);
    let nets: Vec<Net> = (0..5).map(|n| Net::with_addresses(&format!("dns{n}"), &[resolver])).collect();
    let answer = |n: usize| Ipv4Addr::new(10, 0, 9, n as u8);
    let serve = |(n, net): (usize, &Net)| dns::serve(net.place().as_ref(), &[server], &view(answer(n))).unwrap();
    let serving: Vec<_> = nets.iter().enumerate().map(serve).collect();
    for (n, net) in nets.iter().enumerate() {
        assert_eq!(resolve(net.place().as_ref(), server, "db.corp.test.").await, answer(n));
    }
    drop(serving);
}

#[tokio::test]
async fn a_resolver_may_be_bound_before_its_address_exists() {
    let (net, resolver) = (Net::new("early"), Ipv4Addr::new(10, 0, 0, 2));
    let server = SocketAddrV4::new(resolver, 53);
    let _serving = dns::serve(net.place().as_ref(), &[server], &view(resolver)).unwrap();
    net.ip(&format!("addr add {resolver}/32 dev lo"));
    assert_eq!(resolve(net.place().as_ref(), server, "db.corp.test.").await, resolver);
}

#[tokio::test]
async fn a_connection_crosses_between_two_networks_with_the_same_addresses() {
    let (five, nine) = (Ipv4Addr::new(10, 0, 1, 5), Ipv4Addr::new(10, 0, 1, 9));
    let consumer = Net::with_addresses("consumer", &[five, nine]);
    let provider = Net::with_addresses("provider", &[five, nine]);
    let (endpoint, target) = (SocketAddrV4::new(nine, 443), SocketAddrV4::new(five, 8080));
    let server = TcpListener::from_std(provider.place().tcp_listener(target, false).unwrap()).unwrap();
    let engine = Engine::start(2).unwrap();
    let mut route = route(&[target]);
    (route.upstream, route.sources) = (provider.place(), vec![nine]);
    let _listener = engine.listen(consumer.place().as_ref(), endpoint, route, 100).unwrap();
    let mut client = connect(consumer.place().as_ref(), five, endpoint).await;
    let (mut accepted, from) = timeout(PATIENCE, server.accept()).await.unwrap().unwrap();
    assert_eq!(from.ip(), nine, "the target sees the node, in its own network");
    client.write_all(b"ping").await.unwrap();
    let mut heard = [0; 4];
    timeout(PATIENCE, accepted.read_exact(&mut heard)).await.unwrap().unwrap();
    assert_eq!(&heard, b"ping");
}

#[tokio::test]
async fn a_target_sees_the_client_itself_where_answers_are_delivered_to_the_socket() {
    let (router, client, target) = (Net::new("between"), Net::new("client"), Net::new("target"));
    router.link(("r0", "10.0.0.1/24"), &client, ("c0", "10.0.0.9/24"));
    router.link(("r1", "10.0.1.1/24"), &target, ("t0", "10.0.1.5/24"));
    target.ip("route add default via 10.0.1.1");
    router.ip("route add local default dev lo table 110");
    router.ip("rule add iif r1 pref 50 lookup 110");
    let (node, served) =
        (SocketAddrV4::new(Ipv4Addr::new(10, 0, 0, 1), 443), SocketAddrV4::new(Ipv4Addr::new(10, 0, 1, 5), 8080));
    let server = TcpListener::from_std(target.place().tcp_listener(served, false).unwrap()).unwrap();
    let engine = Engine::start(1).unwrap();
    let mut route = route(&[served]);
    (route.upstream, route.sources, route.as_client) = (router.place(), vec![*node.ip()], Some(1));
    let _listener = engine.listen(router.place().as_ref(), node, route, 100).unwrap();
    let mut stream = connect(client.place().as_ref(), Ipv4Addr::new(10, 0, 0, 9), node).await;
    let (mut accepted, from) = timeout(PATIENCE, server.accept()).await.unwrap().unwrap();
    assert_eq!(from, stream.local_addr().unwrap(), "address and port");
    accepted.write_all(b"pong").await.unwrap();
    let mut heard = [0; 4];
    timeout(PATIENCE, stream.read_exact(&mut heard)).await.unwrap().unwrap();
    assert_eq!(&heard, b"pong");
}

/// Asks for a token; `None` if the reply does not arrive.
async fn token(place: &dyn Place, from: Ipv4Addr, server: SocketAddrV4) -> Option<String> {
    let mut stream = connect(place, from, server).await;
    let wish = "PUT /latest/api/token HTTP/1.1\r\nHost: x\r\nX-aws-ec2-metadata-token-ttl-seconds: 60\r\n\r\n";
    stream.write_all(wish.as_bytes()).await.unwrap();
    let mut reply = [0; 1024];
    let length = timeout(Duration::from_millis(300), stream.read(&mut reply)).await.ok()?.ok()?;
    Some(String::from_utf8_lossy(&reply[..length]).into_owned())
}

#[tokio::test]
async fn a_token_does_not_travel_beyond_the_instance_unless_it_may() {
    let (router, instance, container) = (Net::new("router"), Net::new("instance"), Net::new("container"));
    router.link(("r0", "10.0.0.1/24"), &instance, ("i0", "10.0.0.5/24"));
    instance.link(("i1", "172.17.0.1/24"), &container, ("c0", "172.17.0.2/24"));
    router.ip("addr add 169.254.169.254/32 dev lo");
    router.ip("route add 172.17.0.0/24 via 10.0.0.5");
    instance.ip("route add default via 10.0.0.1");
    instance.exec("sysctl -qw net.ipv4.ip_forward=1");
    container.ip("route add default via 172.17.0.1");
    let (inside, nested) = (Ipv4Addr::new(10, 0, 0, 5), Ipv4Addr::new(172, 17, 0, 2));
    let server = SocketAddrV4::new(Ipv4Addr::new(169, 254, 169, 254), 80);
    let directory = Directory::default();
    let tokens = Tokens::with_random_key().unwrap();
    let _serving = metadata::serve(router.place().as_ref(), server, &directory, &tokens).unwrap();
    for (hops, reaches_nested) in [(1, false), (2, true)] {
        let settings = Settings { hop_limit: HopLimit::try_from(hops).unwrap(), ..Settings::default() };
        let facts = Arc::new(Instance::new("i-1", settings, [("user-data", "x")]));
        let mut instances = Instances::default();
        [inside, nested].into_iter().for_each(|address| instances.insert(address, Arc::clone(&facts)));
        directory.publish(instances);
        let reply = token(instance.place().as_ref(), inside, server).await.expect("the instance itself gets its token");
        assert!(reply.starts_with("HTTP/1.1 200"), "{reply}");
        let reply = token(container.place().as_ref(), nested, server).await;
        assert_eq!(reply.is_some(), reaches_nested, "with a limit of {hops}");
    }
}
