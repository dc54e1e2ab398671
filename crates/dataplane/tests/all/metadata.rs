//! The metadata service over real sockets.

use std::net::{Ipv4Addr, SocketAddrV4};
use std::sync::Arc;
use std::time::Duration;

use dataplane::metadata::{Directory, Instance, Instances, Settings, Tokens, serve};
use dataplane::{Here, Serving};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpSocket;

const PORT: u16 = 10080;
const ONE: Ipv4Addr = Ipv4Addr::new(127, 80, 0, 1);
const TWO: Ipv4Addr = Ipv4Addr::new(127, 80, 0, 2);

fn start(server: SocketAddrV4) -> Serving {
    let mut instances = Instances::default();
    for (address, id) in [(ONE, "i-1"), (TWO, "i-2")] {
        let settings = Settings { token_required: true, ..Settings::default() };
        instances.insert(address, Arc::new(Instance::new(id, settings, [("meta-data/instance-id", id)])));
    }
    let directory = Directory::default();
    directory.publish(instances);
    serve(&Here, server, &directory, &Tokens::with_random_key().unwrap()).unwrap()
}

/// Sends a request from `source` and gives the whole reply.
async fn ask_bytes(source: Ipv4Addr, server: SocketAddrV4, head: &str) -> Vec<u8> {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind((source, 0).into()).unwrap();
    let mut stream = socket.connect(server.into()).await.unwrap();
    stream.write_all(format!("{head}\r\nHost: 169.254.169.254\r\nConnection: close\r\n\r\n").as_bytes()).await.unwrap();
    let mut reply = Vec::new();
    tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut reply)).await.unwrap().unwrap();
    reply
}

async fn ask(source: Ipv4Addr, server: SocketAddrV4, head: &str) -> String {
    String::from_utf8(ask_bytes(source, server, head).await).unwrap()
}

fn body(reply: &str) -> &str {
    reply.split_once("\r\n\r\n").unwrap().1
}

#[tokio::test]
async fn each_instance_sees_itself_and_cannot_use_anothers_token() {
    let server = SocketAddrV4::new(Ipv4Addr::new(127, 80, 1, 1), PORT);
    let _serving = start(server);
    let wish = "PUT /latest/api/token HTTP/1.1\r\nX-aws-ec2-metadata-token-ttl-seconds: 60";
    let reply = ask(ONE, server, wish).await;
    assert!(reply.starts_with("HTTP/1.1 200"), "{reply}");
    let read = format!("GET /latest/meta-data/instance-id HTTP/1.1\r\nX-aws-ec2-metadata-token: {}", body(&reply));
    assert_eq!(body(&ask(ONE, server, &read).await), "i-1");
    assert!(ask(TWO, server, &read).await.starts_with("HTTP/1.1 401"));
    let stranger = Ipv4Addr::new(127, 80, 0, 3);
    assert!(ask(stranger, server, &read).await.starts_with("HTTP/1.1 403"));
}

#[tokio::test]
async fn what_is_not_http_is_answered_or_closed_and_others_go_on() {
    let server = SocketAddrV4::new(Ipv4Addr::new(127, 80, 1, 2), PORT);
    let _serving = start(server);
    let long = format!("GET /{} HTTP/1.1", "a".repeat(20_000));
    for head in ["\u{1}\u{2} garbage", "GET", "PUT /latest/api/token HTTP/1.1\r\nContent-Length: 99999", &long] {
        let reply = ask(ONE, server, head).await;
        assert!(reply.is_empty() || reply.starts_with("HTTP/1.1 4"), "{reply}");
    }
    assert!(ask(ONE, server, "GET /latest/ HTTP/1.1").await.starts_with("HTTP/1.1 401"));
}

#[tokio::test]
async fn a_published_change_and_a_stop_take_effect_at_once() {
    let server = SocketAddrV4::new(Ipv4Addr::new(127, 80, 1, 3), PORT);
    let directory = Directory::default();
    let serving = serve(&Here, server, &directory, &Tokens::with_random_key().unwrap()).unwrap();
    let read = "GET /latest/user-data HTTP/1.1";
    assert!(ask(ONE, server, read).await.starts_with("HTTP/1.1 403"), "nobody is known yet");
    let mut instances = directory.instances();
    instances.insert(ONE, Arc::new(Instance::new("i-1", Settings::default(), [("user-data", vec![0, 159, 146, 150])])));
    directory.publish(instances.clone());
    let reply = ask_bytes(ONE, server, read).await;
    assert!(reply.ends_with(&[0, 159, 146, 150]), "user data are bytes, not text");
    instances.remove(ONE);
    directory.publish(instances);
    assert!(ask(ONE, server, read).await.starts_with("HTTP/1.1 403"));
    serving.stop().await;
    assert!(tokio::net::TcpStream::connect(server).await.is_err());
}
