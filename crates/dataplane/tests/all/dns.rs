//! The resolver over real sockets.

use std::net::{Ipv4Addr, SocketAddrV4};
use std::time::{Duration, Instant};

use dataplane::Here;
use dataplane::dns::{DomainName, Layer, Records, Soa, View, Zone, serve};
use hickory_proto::op::{Message, Query, ResponseCode};
use hickory_proto::rr::{Name, RecordType};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::timeout;

const SECOND: Duration = Duration::from_secs(1);

/// A layer with one name that has so many addresses.
pub fn layer(records: u32) -> Layer {
    let apex: DomainName = "aws.test".parse().unwrap();
    let soa = Soa { primary: apex.clone(), contact: apex.clone(), serial: 1, negative_ttl: 60 };
    let mut zone = Zone::new(apex, &soa);
    let addresses = (0..records).map(Ipv4Addr::from_bits);
    zone.put(&"many.aws.test".parse().unwrap(), Records::a(60, addresses)).unwrap();
    let layer = Layer::default();
    layer.publish([zone].into_iter().collect());
    layer
}

pub fn view(records: u32) -> View {
    View::public(layer(records))
}

pub fn question(name: &str) -> Vec<u8> {
    let mut message = Message::query();
    message.add_query(Query::query(Name::from_ascii(name).unwrap(), RecordType::A));
    message.to_vec().unwrap()
}

async fn ask_udp(server: SocketAddrV4, bytes: &[u8]) -> Option<Message> {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    socket.send_to(bytes, server).await.unwrap();
    let mut reply = [0; 2048];
    let length = timeout(SECOND, socket.recv(&mut reply)).await.ok()?.ok()?;
    Some(Message::from_vec(&reply[..length]).unwrap())
}

pub async fn ask_tcp(stream: &mut TcpStream, bytes: &[u8]) -> Option<Message> {
    stream.write_u16(bytes.len() as u16).await.ok()?;
    stream.write_all(bytes).await.ok()?;
    let length = timeout(SECOND, stream.read_u16()).await.ok()?.ok()?;
    let mut reply = vec![0; length.into()];
    stream.read_exact(&mut reply).await.ok()?;
    Some(Message::from_vec(&reply).unwrap())
}

#[tokio::test]
async fn a_truncated_answer_is_whole_when_asked_again_over_tcp() {
    let addr = SocketAddrV4::new(Ipv4Addr::new(127, 53, 0, 1), 10053);
    let _serving = serve(&Here, &[addr], &view(100)).unwrap();
    let cut = ask_udp(addr, &question("many.aws.test.")).await.unwrap();
    assert!(cut.metadata.truncation);
    let mut stream = TcpStream::connect(addr).await.unwrap();
    for _ in 0..3 {
        assert_eq!(ask_tcp(&mut stream, &question("many.aws.test.")).await.unwrap().answers.len(), 100);
    }
}

#[tokio::test]
async fn a_malformed_datagram_leaves_the_server_answering() {
    let addr = SocketAddrV4::new(Ipv4Addr::new(127, 53, 0, 2), 10053);
    let _serving = serve(&Here, &[addr], &view(1)).unwrap();
    let broken = ask_udp(addr, &question("many.aws.test.")[..20]).await.unwrap();
    assert_eq!(broken.metadata.response_code, ResponseCode::FormErr);
    assert_eq!(ask_udp(addr, &question("many.aws.test.")).await.unwrap().answers.len(), 1);
    let mut stream = TcpStream::connect(addr).await.unwrap();
    stream.write_u16(u16::MAX).await.unwrap();
    assert_eq!(timeout(SECOND, stream.read_u8()).await.unwrap().ok(), None, "an oversized question closes the connection");
}

#[tokio::test]
async fn a_stopped_server_has_closed_its_sockets_and_connections() {
    let addr = SocketAddrV4::new(Ipv4Addr::new(127, 53, 0, 3), 10053);
    let serving = serve(&Here, &[addr], &view(1)).unwrap();
    let mut stream = TcpStream::connect(addr).await.unwrap();
    assert!(ask_tcp(&mut stream, &question("many.aws.test.")).await.is_some());
    serving.stop().await;
    assert_eq!(timeout(SECOND, stream.read_u8()).await.unwrap().ok(), None);
    let again = serve(&Here, &[addr], &view(1)).unwrap();
    assert!(ask_udp(addr, &question("many.aws.test.")).await.is_some());
    again.stop().await;
}

#[tokio::test]
async fn questions_may_come_in_pieces_and_several_at_once() {
    let addr = SocketAddrV4::new(Ipv4Addr::new(127, 53, 0, 4), 10053);
    let _serving = serve(&Here, &[addr], &view(3)).unwrap();
    let bytes = question("many.aws.test.");
    let framed = [&(bytes.len() as u16).to_be_bytes()[..], &bytes].concat();
    let mut stream = TcpStream::connect(addr).await.unwrap();
    stream.set_nodelay(true).unwrap();
    for byte in &framed {
        stream.write_all(&[*byte]).await.unwrap();
    }
    stream.write_all(&[framed.clone(), framed].concat()).await.unwrap();
    for _ in 0..3 {
        let length = timeout(SECOND, stream.read_u16()).await.unwrap().unwrap();
        let mut reply = vec![0; length.into()];
        stream.read_exact(&mut reply).await.unwrap();
        assert_eq!(Message::from_vec(&reply).unwrap().answers.len(), 3);
    }
}

#[tokio::test]
async fn a_second_server_at_the_same_address_is_refused() {
    let addr = SocketAddrV4::new(Ipv4Addr::new(127, 53, 0, 5), 10053);
    let _serving = serve(&Here, &[addr], &view(1)).unwrap();
    let error = serve(&Here, &[addr], &view(1)).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::AddrInUse);
}

#[tokio::test]
async fn a_burst_of_questions_is_answered_one_by_one() {
    let addr = SocketAddrV4::new(Ipv4Addr::new(127, 53, 0, 6), 10053);
    let _serving = serve(&Here, &[addr], &view(1)).unwrap();
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let mut bytes = question("many.aws.test.");
    for id in 0..200_u16 {
        bytes[..2].copy_from_slice(&id.to_be_bytes());
        socket.send_to(&bytes, addr).await.unwrap();
    }
    let mut answered = std::collections::BTreeSet::new();
    while answered.len() < 200 {
        let mut reply = [0; 512];
        timeout(SECOND, socket.recv(&mut reply)).await.unwrap().unwrap();
        answered.insert([reply[0], reply[1]]);
    }
}

#[tokio::test]
async fn a_name_more_costs_the_same_in_a_small_and_in_a_large_zone() {
    let publish = |existing: u32| {
        let apex: DomainName = "aws.test".parse().unwrap();
        let soa = Soa { primary: apex.clone(), contact: apex.clone(), serial: 1, negative_ttl: 60 };
        let mut zone = Zone::new(apex.clone(), &soa);
        let put = |zone: &mut Zone, n: u32| {
            let name = format!("vpce-{n}.svc.aws.test").parse().unwrap();
            zone.put(&name, Records::a(60, [Ipv4Addr::from_bits(n)])).unwrap();
        };
        (0..existing).for_each(|n| put(&mut zone, n));
        let layer = Layer::default();
        layer.publish([zone].into_iter().collect());
        let start = Instant::now();
        for n in existing..existing + 200 {
            let mut zones = layer.zones();
            put(zones.zone_mut(&apex).unwrap(), n);
            layer.publish(zones);
        }
        start.elapsed() / 200
    };
    let (small, large) = (publish(100), publish(20_000));
    println!("a name more takes {small:?} among 100 and {large:?} among 20,000");
    assert!(large < small * 10 + Duration::from_micros(200), "{small:?} {large:?}");
}
