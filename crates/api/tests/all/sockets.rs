//! Connections that are slow, idle, many or cut off.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::{Instant, timeout};

use crate::world::World;

const HEALTH: &[u8] = b"GET /_underpass/health HTTP/1.1\r\nHost: x\r\n\r\n";

async fn answered(stream: &mut tokio::net::TcpStream) -> String {
    stream.write_all(HEALTH).await.unwrap();
    let mut buffer = vec![0; 4096];
    let read = timeout(Duration::from_secs(10), stream.read(&mut buffer)).await.unwrap().unwrap();
    String::from_utf8_lossy(&buffer[..read]).into_owned()
}

#[tokio::test]
async fn one_connection_carries_many_requests() {
    let world = World::trusting();
    let mut stream = world.connect().await;
    for _ in 0..100 {
        assert!(answered(&mut stream).await.starts_with("HTTP/1.1 200"));
    }
}

#[tokio::test]
async fn two_thousand_idle_connections_do_not_keep_others_out() {
    let world = World::trusting();
    let mut idle = Vec::new();
    for _ in 0..2000 {
        idle.push(world.connect().await);
    }
    assert!(answered(&mut world.connect().await).await.starts_with("HTTP/1.1 200"));
    for stream in idle.iter_mut().step_by(100) {
        assert!(answered(stream).await.starts_with("HTTP/1.1 200"));
    }
}

#[tokio::test]
async fn a_half_sent_request_hinders_nobody_and_may_be_cut_off() {
    let world = World::trusting();
    let mut half = Vec::new();
    for bytes in [&b"GET /_under"[..], b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nAction=Desc"] {
        let mut stream = world.connect().await;
        stream.write_all(bytes).await.unwrap();
        half.push(stream);
    }
    assert!(answered(&mut world.connect().await).await.starts_with("HTTP/1.1 200"));
    drop(half);
    assert!(answered(&mut world.connect().await).await.starts_with("HTTP/1.1 200"));
}

#[tokio::test(start_paused = true)]
async fn a_client_that_stops_talking_is_let_go() {
    let world = World::trusting();
    for bytes in [&b""[..], b"GET / HTTP/1.1\r\nHost", HEALTH] {
        let mut stream = world.connect().await;
        stream.write_all(bytes).await.unwrap();
        let begun = Instant::now();
        let mut heard = Vec::new();
        let _ = stream.read_to_end(&mut heard).await;
        let waited = begun.elapsed();
        assert!((25..40).contains(&waited.as_secs()), "{waited:?} after {bytes:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_that_never_comes_is_refused() {
    let world = World::trusting();
    let head = "POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 9\r\n\r\n";
    let answer = world.send(head.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 408") && answer.contains("RequestTimeout"), "{answer}");
}

#[tokio::test]
async fn a_server_that_stops_lets_go_of_idle_connections() {
    let world = World::trusting();
    let mut used = world.connect().await;
    assert!(answered(&mut used).await.starts_with("HTTP/1.1 200"));
    let mut silent = world.connect().await;
    timeout(Duration::from_secs(5), world.stop()).await.unwrap();
    for stream in [&mut used, &mut silent] {
        assert_eq!(stream.read(&mut [0; 16]).await.unwrap_or(0), 0);
    }
}

#[tokio::test]
async fn a_trusting_server_does_not_listen_to_the_world() {
    use std::sync::Arc;
    let config = api::Config {
        listen: "0.0.0.0:0".parse().unwrap(),
        trust: api::identity::Trust::Loopback,
        scale: resource::TimeScale::default(),
        connections: 1,
    };
    let folder = tempfile::tempdir().unwrap();
    let blobs = objects::Blobs::open(folder.path().join("objects")).unwrap();
    let (store, health) = (store::Store::in_memory(), Arc::new(api::Report::default));
    let bound = api::Server::bind(config, store, blobs, health, Arc::new(api::NoRoutes));
    assert_eq!(bound.err().map(|error| error.kind()), Some(std::io::ErrorKind::InvalidInput));
}
