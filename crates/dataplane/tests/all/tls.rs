//! TLS listeners over real sockets on loopback: what was agreed, and that every byte comes through.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use dataplane::tcp::{Engine, Front, Route, Sessions};
use dataplane::tls::{Authority, Certificate, Certificates, KeyKind, Offer, Request, client, server};
use rustls::pki_types::ServerName;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc::{Receiver, channel};
use tokio::time::timeout;
use tokio_rustls::client::TlsStream;
use tokio_rustls::{TlsAcceptor, TlsConnector};

use crate::relay::{PATIENCE, echo, front, listen, route, target, until};

fn certificates() -> Certificates {
    let key = rcgen::KeyPair::generate().unwrap();
    let mut params = rcgen::CertificateParams::default();
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let authority = Authority::from_pem(&params.self_signed(&key).unwrap().pem(), &key.serialize_pem()).unwrap();
    let now = SystemTime::now();
    let names = ["tls.example".to_owned()];
    let wish = Request { names: &names, not_before: now, not_after: now + Duration::from_secs(3600), key: KeyKind::P256 };
    let issued = authority.issue(wish).unwrap();
    Certificates::new(Arc::new(Certificate::from_pem("the one", &issued.certificate, &issued.key).unwrap()), [])
}

fn told() -> (Sessions, Receiver<dataplane::tcp::Session>) {
    let (sender, sessions) = channel(8);
    (Sessions(sender), sessions)
}

async fn connect(port: u8, protocols: &[&str]) -> std::io::Result<TlsStream<TcpStream>> {
    let mut config = client(&Offer::all()).unwrap();
    Arc::make_mut(&mut config).alpn_protocols = protocols.iter().map(|protocol| protocol.as_bytes().to_vec()).collect();
    let plain = TcpStream::connect(front(port)).await?;
    TlsConnector::from(config).connect(ServerName::try_from("tls.example").unwrap(), plain).await
}

/// Sends `length` bytes and reads them back until the end.
async fn echoed(stream: TlsStream<TcpStream>, length: usize) {
    let sent: Vec<u8> = (0..length).map(|n| (n ^ n >> 8 ^ n >> 16) as u8).collect();
    let (mut read, mut write) = tokio::io::split(stream);
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

#[tokio::test]
async fn bulk_comes_back_whole_after_the_client_has_ended_and_the_session_is_told() {
    let engine = Engine::start(2).unwrap();
    let (sessions, mut ended) = told();
    let tls = Front::new(certificates(), &Offer::all(), &["h2", "http/1.1"], Some(sessions)).unwrap();
    let listener = listen(&engine, front(40), Route { front: Some(Arc::new(tls)), ..route(&[echo().await]) });
    let stream = connect(40, &["http/1.1", "h2"]).await.unwrap();
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]), "the server's order counts");
    echoed(stream, 5_000_000).await;
    let session = timeout(PATIENCE, ended.recv()).await.unwrap().unwrap();
    assert_eq!((session.received, session.sent), (5_000_000, 5_000_000));
    assert_eq!((session.version, session.certificate.as_deref()), (Some("tlsv13"), Some("the one")));
    assert_eq!((session.name.as_deref(), session.front_protocol.as_deref()), (Some("tls.example"), Some("h2")));
    assert_eq!(session.client_protocols, ["http/1.1", "h2"]);
    let stream = connect(40, &["spdy/3"]).await.unwrap();
    assert_eq!(stream.get_ref().1.alpn_protocol(), None, "without a common protocol there is none");
    echoed(stream, 1).await;
    until("every connection has ended", || listener.connections() == 0).await;
}

#[tokio::test]
async fn a_target_that_wants_tls_gets_a_session_of_its_own() {
    let engine = Engine::start(1).unwrap();
    let (server_socket, addr) = target().await;
    let config = server(Arc::new(certificates()), &Offer::all(), &[]).unwrap();
    let served = tokio::spawn(async move {
        let (plain, _) = server_socket.accept().await.unwrap();
        let mut stream = TlsAcceptor::from(config).accept(plain).await.unwrap();
        let mut heard = String::new();
        stream.read_to_string(&mut heard).await.unwrap();
        stream.write_all(b"answer").await.unwrap();
        stream.shutdown().await.unwrap();
        heard
    });
    let tls = Arc::new(Front::new(certificates(), &Offer::all(), &[], None).unwrap());
    let back = Some(client(&Offer::all()).unwrap());
    let _listener = listen(&engine, front(41), Route { front: Some(tls), back, ..route(&[addr]) });
    let mut stream = connect(41, &[]).await.unwrap();
    stream.write_all(b"question").await.unwrap();
    stream.shutdown().await.unwrap();
    let mut answer = String::new();
    timeout(PATIENCE, stream.read_to_string(&mut answer)).await.unwrap().unwrap();
    assert_eq!((answer.as_str(), served.await.unwrap().as_str()), ("answer", "question"));
}

#[tokio::test]
async fn a_client_that_has_nothing_in_common_is_refused_and_told_of() {
    let engine = Engine::start(1).unwrap();
    let (sessions, mut ended) = told();
    let only = Offer::of(["ECDHE-RSA-AES128-GCM-SHA256"], false).unwrap();
    let tls = Arc::new(Front::new(certificates(), &only, &[], Some(sessions)).unwrap());
    let _listener = listen(&engine, front(42), Route { front: Some(tls), ..route(&[echo().await]) });
    assert!(connect(42, &[]).await.is_err(), "the certificate is of ECDSA and the only suite of RSA");
    let session = timeout(PATIENCE, ended.recv()).await.unwrap().unwrap();
    assert_eq!((session.handshake, session.received, session.version), (None, 0, None));
}
