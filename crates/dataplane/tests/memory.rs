//! What things cost in memory. Each test measures the whole process, so they take turns.

#![allow(clippy::unwrap_used)]

use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddrV4, TcpListener, TcpStream, UdpSocket};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use dataplane::Here;
use dataplane::dns::{Layer, View, serve};
use dataplane::tcp::Engine;

use crate::relay::{addr_of, front, listen, route};

#[allow(dead_code, reason = "each test binary uses a part of it")]
#[path = "support/relay.rs"]
mod relay;

static TURN: Mutex<()> = Mutex::new(());

/// Private memory of this process in bytes.
fn private_memory() -> usize {
    let rollup = std::fs::read_to_string("/proc/self/smaps_rollup").unwrap();
    let private = rollup.lines().filter(|line| line.starts_with("Private_"));
    private.map(|line| line.split_whitespace().nth(1).unwrap().parse::<usize>().unwrap() * 1024).sum()
}

#[test]
fn a_receiver_that_stalls_stalls_the_sender_and_memory_does_not_grow() {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let engine = Engine::start(1).unwrap();
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let _listener = listen(&engine, front(4), route(&[addr_of(&server)]));
    let mut client = TcpStream::connect(front(4)).unwrap();
    let (_stalled, _) = server.accept().unwrap();
    let (chunk, mut sent) = (vec![7; 1 << 20], 0);
    let before = private_memory();
    client.set_write_timeout(Some(Duration::from_millis(500))).unwrap();
    let stalled = loop {
        match client.write(&chunk) {
            Ok(length) => sent += length,
            Err(error) => break error,
        }
        assert!(sent < 200 << 20, "nothing pushes back");
    };
    let grown = private_memory().saturating_sub(before);
    println!("the sender stalled after {sent} bytes; the process grew by {grown} bytes");
    assert_eq!(stalled.kind(), ErrorKind::WouldBlock);
    assert!(grown < 1 << 20, "{grown} bytes");
}

#[test]
fn two_thousand_idle_connections_cost_little_memory() {
    const CONNECTIONS: usize = 2000;
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let engine = Engine::start(2).unwrap();
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let listener = listen(&engine, front(5), route(&[addr_of(&server)]));
    let mut ends = Vec::with_capacity(2 * CONNECTIONS);
    let before = private_memory();
    for _ in 0..CONNECTIONS {
        let mut client = TcpStream::connect(front(5)).unwrap();
        let (mut accepted, _) = server.accept().unwrap();
        client.write_all(b"ping").unwrap();
        accepted.read_exact(&mut [0; 4]).unwrap();
        accepted.write_all(b"pong").unwrap();
        client.read_exact(&mut [0; 4]).unwrap();
        ends.extend([client, accepted]);
    }
    assert_eq!(listener.connections(), CONNECTIONS);
    let each = private_memory().saturating_sub(before) / CONNECTIONS;
    println!("{each} bytes per idle connection");
    assert!(each < 4 * 1024, "{each} bytes");
}

#[test]
fn a_thousand_networks_cost_little_memory() {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let _context = runtime.enter();
    let view = View::public(Layer::default());
    let before = private_memory();
    let address = |network: u16, host: u8| {
        let [high, low] = network.to_be_bytes();
        SocketAddrV4::new(Ipv4Addr::new(127, 60 + high, low, host), 10053)
    };
    let serve_network = |network| serve(&Here, &[address(network, 2), address(network, 253)], &view).unwrap();
    let networks: Vec<_> = (0..1000).map(serve_network).collect();
    runtime.block_on(tokio::task::yield_now());
    let each = private_memory().saturating_sub(before) / networks.len();
    println!("{each} bytes per network");
    assert!(each < 8 * 1024, "{each} bytes per network");
    assert!(UdpSocket::bind(address(999, 253)).is_err(), "the last is served too");
}
