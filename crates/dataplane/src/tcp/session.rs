//! What is told of a connection over TLS when it has ended, however it did.

use std::error::Error;
use std::io;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};

use rustls::AlertDescription;
use tokio::sync::mpsc::Sender;

use super::connection::Flow;

/// Where sessions are told; what does not fit is lost, and the log says so.
#[derive(Clone, Debug)]
pub struct Sessions(pub Sender<Session>);

/// A connection over TLS that has ended.
#[derive(Clone, Debug)]
pub struct Session {
    /// Who asked.
    pub client: SocketAddrV4,
    /// Which address was asked.
    pub listener: SocketAddrV4,
    /// The address from which targets are connected to: the node's.
    pub node: Option<Ipv4Addr>,
    /// When the client connected.
    pub started: SystemTime,
    /// How long it lasted.
    pub lasted: Duration,
    /// How long the handshake took, when it succeeded.
    pub handshake: Option<Duration>,
    /// Bytes of the client.
    pub received: u64,
    /// Bytes for the client.
    pub sent: u64,
    /// The alert with which the client ended the handshake.
    pub alert: Option<u8>,
    /// The label of the certificate that was shown.
    pub certificate: Option<String>,
    /// The cipher suite, by OpenSSL's name.
    pub suite: Option<&'static str>,
    /// The version: `tlsv12` or `tlsv13`.
    pub version: Option<&'static str>,
    /// The group of the key exchange.
    pub group: Option<&'static str>,
    /// The name that the client asked for.
    pub name: Option<String>,
    /// The protocol agreed with the client (ALPN).
    pub front_protocol: Option<String>,
    /// The protocol agreed with the target.
    pub back_protocol: Option<String>,
    /// The protocols that the client knows.
    pub client_protocols: Vec<String>,
}

/// A session under way. It is told when this is dropped: also connections that are cut have been.
pub(super) struct Record {
    pub(super) session: Session,
    pub(super) received: AtomicU64,
    pub(super) sent: AtomicU64,
    began: Instant,
    sessions: Option<Sessions>,
}

impl Record {
    pub(super) fn new(flow: Flow, sessions: Option<Sessions>) -> Self {
        let session = Session {
            client: flow.client,
            listener: flow.listener,
            node: None,
            started: SystemTime::now(),
            lasted: Duration::ZERO,
            handshake: None,
            received: 0,
            sent: 0,
            alert: None,
            certificate: None,
            suite: None,
            version: None,
            group: None,
            name: None,
            front_protocol: None,
            back_protocol: None,
            client_protocols: Vec::new(),
        };
        Self { session, received: AtomicU64::new(0), sent: AtomicU64::new(0), began: Instant::now(), sessions }
    }

    /// Remembers the alert that made a handshake fail, if it was one.
    pub(super) fn alert(&mut self, error: &io::Error) {
        let cause = error.get_ref().and_then(|cause| (cause as &(dyn Error + 'static)).downcast_ref::<rustls::Error>());
        if let Some(rustls::Error::AlertReceived(alert)) = cause {
            self.session.alert = Some(AlertDescription::into(*alert));
        }
    }
}

impl Drop for Record {
    fn drop(&mut self) {
        let Some(sessions) = self.sessions.take() else { return };
        self.session.lasted = self.began.elapsed();
        self.session.received = self.received.load(Ordering::Relaxed);
        self.session.sent = self.sent.load(Ordering::Relaxed);
        if sessions.0.try_send(self.session.clone()).is_err() {
            tracing::warn!(client = %self.session.client, "a connection is missing in the access log, which is behind");
        }
    }
}
