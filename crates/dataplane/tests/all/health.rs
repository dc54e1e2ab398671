//! The health checker against real targets on loopback.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::sync::Arc;
use std::time::{Duration, Instant};

use dataplane::Here;
use dataplane::health::{Check, CheckId, Checker, Health, HttpCheck, Protocol, Reason, Thresholds, Transition};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::mpsc::Receiver;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

const NODE: Ipv4Addr = Ipv4Addr::new(127, 90, 0, 7);
const THRESHOLDS: Thresholds = Thresholds { healthy: 2, unhealthy: 2 };

fn check(target: SocketAddrV4, protocol: Protocol) -> Check {
    Check {
        place: Arc::new(Here),
        node: NODE,
        target,
        protocol,
        interval: Duration::from_millis(40),
        timeout: Duration::from_millis(500),
        thresholds: THRESHOLDS,
        proxy_header: false,
    }
}

fn http(codes: &str) -> HttpCheck {
    HttpCheck { path: "/health".into(), host: "10.0.0.9:80".into(), matcher: codes.parse().unwrap() }
}

fn only(check: Check) -> BTreeMap<CheckId, Check> {
    BTreeMap::from([(CheckId("one".into()), check)])
}

async fn listener() -> (TcpListener, SocketAddrV4) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let SocketAddr::V4(addr) = listener.local_addr().unwrap() else { panic!("the address is IPv4") };
    (listener, addr)
}

async fn next(transitions: &mut Receiver<Transition>) -> Health {
    timeout(Duration::from_secs(10), transitions.recv()).await.unwrap().unwrap().health
}

async fn read_head(stream: &mut (impl AsyncRead + Unpin)) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    String::from_utf8_lossy(&head).into_owned()
}

async fn answer(stream: &mut (impl AsyncRead + AsyncWrite + Unpin), status: &str) -> String {
    let head = read_head(stream).await;
    stream.write_all(format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n").as_bytes()).await.unwrap();
    stream.shutdown().await.unwrap();
    head
}

#[tokio::test]
async fn a_target_that_listens_is_healthy_at_once_and_is_seen_from_the_nodes_address() {
    let (listener, addr) = listener().await;
    let (checker, mut transitions) = Checker::start().unwrap();
    let started = Instant::now();
    checker.replace(only(check(addr, Protocol::Tcp)));
    assert!(next(&mut transitions).await.is_healthy());
    assert!(started.elapsed() < Duration::from_millis(500), "the first check does not wait for the interval");
    assert_eq!(listener.accept().await.unwrap().1.ip(), NODE);
    drop(listener);
    assert_eq!(next(&mut transitions).await.reason(), Some(Reason::FailedHealthChecks));
    assert!(!checker.health(&CheckId("one".into())).unwrap().is_healthy());
    checker.stop().await;
}

#[tokio::test]
async fn a_new_target_that_starts_to_listen_late_is_found_long_before_the_interval_ends() {
    let (listener, addr) = listener().await;
    drop(listener);
    let (checker, mut transitions) = Checker::start().unwrap();
    let slow = Check { interval: Duration::from_secs(30), ..check(addr, Protocol::Tcp) };
    checker.replace(only(slow));
    while checker.health(&CheckId("one".into())) != Some(Health::Initial { failures: 1 }) {
        tokio::task::yield_now().await;
    }
    let _listener = TcpListener::bind(addr).await.unwrap();
    assert!(next(&mut transitions).await.is_healthy());
}

#[tokio::test]
async fn an_http_target_is_judged_by_its_status() {
    let (listener, addr) = listener().await;
    let (checker, mut transitions) = Checker::start().unwrap();
    checker.replace(only(check(addr, Protocol::Http(http("200-399")))));
    let serve = async {
        for status in ["302 Found", "503 No", "503 No", "200 OK", "200 OK"] {
            let (mut stream, _) = listener.accept().await.unwrap();
            let head = answer(&mut stream, status).await;
            assert!(head.starts_with("GET /health HTTP/1.1\r\nHost: 10.0.0.9:80\r\n"), "{head}");
            assert!(head.contains("User-Agent: ELB-HealthChecker/2.0"));
        }
    };
    let watch = async {
        assert!(next(&mut transitions).await.is_healthy());
        assert_eq!(next(&mut transitions).await.reason(), Some(Reason::ResponseCodeMismatch(503)));
        assert!(next(&mut transitions).await.is_healthy());
    };
    tokio::join!(serve, watch);
}

#[tokio::test]
async fn a_target_that_accepts_and_says_nothing_times_out() {
    let (listener, addr) = listener().await;
    let (checker, mut transitions) = Checker::start().unwrap();
    let impatient = Check { timeout: Duration::from_millis(30), ..check(addr, Protocol::Http(http("200"))) };
    checker.replace(only(impatient));
    assert_eq!(next(&mut transitions).await.reason(), Some(Reason::Timeout));
    drop(listener);
}

#[tokio::test]
async fn an_https_target_may_have_any_certificate() {
    let (listener, addr) = listener().await;
    let certified = rcgen::generate_simple_self_signed(["anything.test".into()]).unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(certified.signing_key.serialize_der()));
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = config.with_no_client_auth().with_single_cert(vec![certified.cert.der().clone()], key).unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let (checker, mut transitions) = Checker::start().unwrap();
    checker.replace(only(check(addr, Protocol::Https(http("200")))));
    let (stream, _) = listener.accept().await.unwrap();
    answer(&mut acceptor.accept(stream).await.unwrap(), "200 OK").await;
    assert!(next(&mut transitions).await.is_healthy());
}

#[tokio::test]
async fn checks_behind_the_proxy_protocol_say_that_they_are_the_nodes_own() {
    let (listener, addr) = listener().await;
    let (checker, _transitions) = Checker::start().unwrap();
    checker.replace(only(Check { proxy_header: true, ..check(addr, Protocol::Http(http("200"))) }));
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut header = [0; 16];
    stream.read_exact(&mut header).await.unwrap();
    assert_eq!(&header, b"\r\n\r\n\0\r\nQUIT\n\x20\0\0\0");
    assert!(read_head(&mut stream).await.starts_with("GET /health"));
}

#[tokio::test]
async fn thousands_of_targets_are_judged_and_a_removed_one_is_forgotten() {
    let (listener, addr) = listener().await;
    let accept = tokio::spawn(async move {
        loop {
            drop(listener.accept().await);
        }
    });
    let (checker, mut transitions) = Checker::start().unwrap();
    let slow = Check { interval: Duration::from_secs(60), ..check(addr, Protocol::Tcp) };
    let checks: BTreeMap<_, _> = (0..3000).map(|n| (CheckId(n.to_string()), slow.clone())).collect();
    checker.replace(checks.clone());
    for _ in 0..3000 {
        assert!(next(&mut transitions).await.is_healthy());
    }
    let kept: BTreeMap<_, _> = checks.into_iter().take(1).collect();
    let id = kept.keys().next().unwrap().clone();
    checker.replace(kept);
    while checker.health(&CheckId("999".into())).is_some() {
        tokio::task::yield_now().await;
    }
    assert!(checker.health(&id).unwrap().is_healthy());
    accept.abort();
}

#[tokio::test]
async fn a_changed_check_keeps_what_is_known_and_starts_at_once() {
    let (listener, addr) = listener().await;
    let (checker, mut transitions) = Checker::start().unwrap();
    let slow = Check { interval: Duration::from_secs(60), ..check(addr, Protocol::Tcp) };
    checker.replace(only(slow.clone()));
    assert!(next(&mut transitions).await.is_healthy());
    drop(listener.accept().await.unwrap());
    checker.replace(only(Check { protocol: Protocol::Http(http("200")), ..slow }));
    let (mut stream, _) = timeout(Duration::from_secs(10), listener.accept()).await.unwrap().unwrap();
    assert!(checker.health(&CheckId("one".into())).unwrap().is_healthy(), "it was healthy a moment ago");
    answer(&mut stream, "500 No").await;
}

#[tokio::test]
async fn the_same_check_given_again_is_not_sent_again() {
    let (listener, addr) = listener().await;
    let (checker, mut transitions) = Checker::start().unwrap();
    let slow = || Check { interval: Duration::from_secs(60), ..check(addr, Protocol::Tcp) };
    checker.replace(only(slow()));
    assert!(next(&mut transitions).await.is_healthy());
    listener.accept().await.unwrap();
    let two = BTreeMap::from([(CheckId("one".into()), slow()), (CheckId("two".into()), slow())]);
    checker.replace(two);
    assert_eq!(transitions.recv().await.unwrap().id, CheckId("two".into()));
    listener.accept().await.unwrap();
    let third = timeout(Duration::from_millis(100), listener.accept()).await;
    assert!(third.is_err(), "only the new check was sent");
}

#[test]
fn a_check_of_the_same_network_opened_twice_is_the_same() {
    let own = || Arc::new(dataplane::Namespace::open("/proc/self/ns/net").unwrap());
    let target = SocketAddrV4::new(Ipv4Addr::LOCALHOST, 80);
    let one = Check { place: own(), ..check(target, Protocol::Tcp) };
    assert!(one == Check { place: own(), ..one.clone() });
    assert!(one != Check { place: Arc::new(Here), ..one.clone() });
    assert!(one != Check { proxy_header: true, ..one.clone() });
}
