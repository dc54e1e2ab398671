//! The socket path over real sockets on loopback.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use dataplane::Here;
use dataplane::tcp::{Engine, ProxyHeader, Route};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::relay::{NODE, PATIENCE, echo, front, is_reset, listen, resets, round_trip, route, target, until};

#[tokio::test]
async fn twenty_megabytes_come_back_whole_after_the_client_has_ended() {
    let engine = Engine::start(2).unwrap();
    let listener = listen(&engine, front(1), route(&[echo().await]));
    let sent: Vec<u8> = (0..20_000_000_u32).map(|n| (n ^ n >> 8 ^ n >> 16) as u8).collect();
    for _ in 0..4 {
        let (mut read, mut write) = TcpStream::connect(front(1)).await.unwrap().into_split();
        let data = sent.clone();
        let sender = tokio::spawn(async move {
            write.write_all(&data).await.unwrap();
            write.shutdown().await.unwrap();
            write
        });
        let mut received = Vec::new();
        timeout(PATIENCE, read.read_to_end(&mut received)).await.unwrap().unwrap();
        assert!(received == sent, "{} of {} bytes", received.len(), sent.len());
        sender.await.unwrap();
    }
    until("every connection has ended", || listener.connections() == 0).await;
}

#[tokio::test]
async fn messages_of_every_size_keep_their_order() {
    let engine = Engine::start(1).unwrap();
    let _listener = listen(&engine, front(2), route(&[echo().await]));
    let mut stream = TcpStream::connect(front(2)).await.unwrap();
    for size in [1, 100, 65_535, 65_536, 65_537, 200_000, 3, 131_072] {
        let message: Vec<u8> = (0..size).map(|n: u32| (n % 251) as u8).collect();
        let (mut read, mut write) = stream.split();
        let mut reply = vec![0; message.len()];
        let both = async { tokio::join!(write.write_all(&message), read.read_exact(&mut reply)) };
        let (written, read) = timeout(PATIENCE, both).await.unwrap();
        written.unwrap();
        read.unwrap();
        assert!(reply == message, "{size} bytes");
    }
}

#[tokio::test]
async fn a_server_that_ends_first_still_hears_its_client() {
    let engine = Engine::start(1).unwrap();
    let (server, addr) = target().await;
    let _listener = listen(&engine, front(3), route(&[addr]));
    let mut client = TcpStream::connect(front(3)).await.unwrap();
    let (mut accepted, from) = server.accept().await.unwrap();
    assert_eq!(from.ip(), NODE, "the target sees the node");
    accepted.shutdown().await.unwrap();
    assert_eq!(timeout(PATIENCE, client.read(&mut [0])).await.unwrap().unwrap(), 0);
    client.write_all(b"late").await.unwrap();
    client.shutdown().await.unwrap();
    let mut heard = String::new();
    timeout(PATIENCE, accepted.read_to_string(&mut heard)).await.unwrap().unwrap();
    assert_eq!(heard, "late");
}

#[tokio::test]
async fn a_closed_listener_carries_its_connections_on_and_a_cut_one_resets_them() {
    let engine = Engine::start(2).unwrap();
    let listener = listen(&engine, front(6), route(&[echo().await]));
    let mut stream = TcpStream::connect(front(6)).await.unwrap();
    round_trip(&mut stream).await.unwrap();
    listener.close();
    let start = Instant::now();
    while let Ok(refused) = TcpStream::connect(front(6)).await {
        drop(refused);
        assert!(start.elapsed() < PATIENCE);
    }
    round_trip(&mut stream).await.unwrap();
    listener.cut().await;
    assert!(is_reset(&mut stream).await);
}

#[tokio::test]
async fn an_evicted_target_loses_its_connections_and_the_others_go_on() {
    let engine = Engine::start(1).unwrap();
    let (bad, good) = (echo().await, echo().await);
    let listener = listen(&engine, front(7), route(&[bad]));
    let mut doomed = TcpStream::connect(front(7)).await.unwrap();
    round_trip(&mut doomed).await.unwrap();
    listener.publish(route(&[good]));
    let mut kept = TcpStream::connect(front(7)).await.unwrap();
    round_trip(&mut kept).await.unwrap();
    round_trip(&mut doomed).await.expect("a new route alone cuts nothing");
    listener.publish(Route { evicted: vec![bad], ..route(&[good]) });
    assert!(is_reset(&mut doomed).await);
    round_trip(&mut kept).await.unwrap();
}

#[tokio::test]
async fn what_cannot_be_carried_is_reset() {
    let engine = Engine::start(1).unwrap();
    let (closed, addr) = target().await;
    drop(closed);
    let listener = listen(&engine, front(8), route(&[addr]));
    assert!(resets(front(8)).await, "the target refuses");
    listener.publish(route(&[]));
    assert!(resets(front(8)).await, "there is no target");
    let full = engine.listen(&Here, front(9), route(&[echo().await]), 1).unwrap();
    let mut first = TcpStream::connect(front(9)).await.unwrap();
    round_trip(&mut first).await.unwrap();
    assert!(resets(front(9)).await, "the listener is full");
    round_trip(&mut first).await.unwrap();
    assert_eq!(full.connections(), 1);
}

#[tokio::test]
async fn an_idle_connection_is_reset_on_both_sides_in_time() {
    let engine = Engine::start(1).unwrap();
    let (server, addr) = target().await;
    let idle_timeout = Duration::from_millis(80);
    let _listener = listen(&engine, front(10), Route { idle_timeout, ..route(&[addr]) });
    let mut client = TcpStream::connect(front(10)).await.unwrap();
    let (mut accepted, _) = server.accept().await.unwrap();
    let start = Instant::now();
    assert!(is_reset(&mut client).await && is_reset(&mut accepted).await);
    assert!(start.elapsed() >= idle_timeout - Duration::from_millis(10));
}

#[tokio::test]
async fn the_target_is_told_who_asks_and_through_which_endpoint() {
    let engine = Engine::start(1).unwrap();
    let (server, addr) = target().await;
    let proxy_header = Some(ProxyHeader { endpoint: Some("vpce-0a1b2c".into()), checksum: false });
    let _listener = listen(&engine, front(11), Route { proxy_header, ..route(&[addr]) });
    let client = TcpStream::connect(front(11)).await.unwrap();
    let SocketAddr::V4(own) = client.local_addr().unwrap() else { panic!("the address is IPv4") };
    let (mut accepted, _) = server.accept().await.unwrap();
    let mut header = [0; 28 + 4 + 11];
    timeout(PATIENCE, accepted.read_exact(&mut header)).await.unwrap().unwrap();
    assert_eq!(header[16..20], own.ip().octets());
    assert_eq!(header[20..24], front(11).ip().octets());
    assert_eq!(header[24..28], [own.port().to_be_bytes(), 10100_u16.to_be_bytes()].concat());
    assert_eq!(&header[32..], b"vpce-0a1b2c");
}

#[tokio::test]
async fn connections_that_are_cut_in_the_middle_of_bulk_free_everything() {
    let engine = Engine::start(2).unwrap();
    let listener = listen(&engine, front(12), route(&[echo().await]));
    let flood = |mut stream: TcpStream| async move {
        let chunk = vec![7; 1 << 20];
        let (mut read, mut write) = stream.split();
        let send = async { while write.write_all(&chunk).await.is_ok() {} };
        let mut received = vec![0; 1 << 20];
        let receive = async { while read.read(&mut received).await.is_ok_and(|length| length > 0) {} };
        tokio::join!(send, receive);
    };
    let mut floods = tokio::task::JoinSet::new();
    for _ in 0..8 {
        floods.spawn(flood(TcpStream::connect(front(12)).await.unwrap()));
    }
    until("the connections are carried", || listener.connections() == 8).await;
    timeout(PATIENCE, listener.cut()).await.unwrap();
    while let Some(ended) = timeout(PATIENCE, floods.join_next()).await.unwrap() {
        ended.unwrap();
    }
}

#[tokio::test]
async fn an_engine_that_goes_resets_what_it_carried() {
    let engine = Engine::start(2).unwrap();
    let listener = listen(&engine, front(13), route(&[echo().await]));
    let mut stream = TcpStream::connect(front(13)).await.unwrap();
    round_trip(&mut stream).await.unwrap();
    tokio::task::spawn_blocking(move || drop(engine)).await.unwrap();
    assert!(is_reset(&mut stream).await);
    timeout(PATIENCE, listener.cut()).await.expect("a listener without an engine is cut at once");
}

#[tokio::test]
async fn many_short_connections_at_once_are_all_answered_and_forgotten() {
    let engine = Engine::start(2).unwrap();
    let targets = [echo().await, echo().await, echo().await];
    let listener = listen(&engine, front(14), route(&targets));
    let mut clients = tokio::task::JoinSet::new();
    for _ in 0..64 {
        clients.spawn(async {
            for _ in 0..10 {
                let mut stream = TcpStream::connect(front(14)).await.unwrap();
                round_trip(&mut stream).await.unwrap();
            }
        });
    }
    while let Some(ended) = clients.join_next().await {
        ended.unwrap();
    }
    until("every connection has ended", || listener.connections() == 0).await;
}
