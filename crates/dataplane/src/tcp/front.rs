//! The front of a TLS listener: the handshake with a client, and what is remembered of it.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::server::{Acceptor, ClientHello};
use rustls::{ProtocolVersion, ServerConfig};
use tokio::time::timeout;
use tokio_rustls::LazyConfigAcceptor;
use tokio_rustls::server::TlsStream;

use super::connection::Leg;
use super::session::{Record, Sessions};
use crate::tls::{Certificates, Offer, openssl_name, server};

/// How long a client may take for its handshake.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// How a listener speaks TLS with its clients.
#[derive(Debug, Clone)]
pub struct Front {
    certificates: Arc<Certificates>,
    silent: Arc<ServerConfig>,
    speaking: Arc<ServerConfig>,
    sessions: Option<Sessions>,
}

impl Front {
    /// A front that shows `certificates`, offers what `offer` says, and speaks `protocols` (ALPN, the preferred first) with
    /// clients that know one of them. How its connections went is told to `sessions`.
    ///
    /// # Errors
    /// When there is no randomness.
    pub fn new(
        certificates: Certificates,
        offer: &Offer,
        protocols: &[&str],
        sessions: Option<Sessions>,
    ) -> Result<Self, rustls::Error> {
        let certificates = Arc::new(certificates);
        let silent = server(certificates.clone(), offer, &[])?;
        let mut speaking = ServerConfig::clone(&silent);
        speaking.alpn_protocols = protocols.iter().map(|protocol| protocol.as_bytes().to_vec()).collect();
        Ok(Self { certificates, silent, speaking: Arc::new(speaking), sessions })
    }

    /// A record of a connection that is told when it is dropped.
    pub(super) fn record(&self, flow: super::connection::Flow) -> Record {
        Record::new(flow, self.sessions.clone())
    }

    /// The handshake.
    pub(super) async fn accept(&self, client: Leg, record: &mut Record) -> io::Result<TlsStream<Leg>> {
        let began = Instant::now();
        let accepted = timeout(HANDSHAKE, self.shake(client, record)).await?.inspect_err(|error| record.alert(error));
        let stream = accepted?;
        record.session.handshake = Some(began.elapsed());
        let (_, connection) = stream.get_ref();
        record.session.suite = connection.negotiated_cipher_suite().and_then(|suite| openssl_name(suite.suite()));
        record.session.version = match connection.protocol_version() {
            Some(ProtocolVersion::TLSv1_3) => Some("tlsv13"),
            Some(ProtocolVersion::TLSv1_2) => Some("tlsv12"),
            _ => None,
        };
        record.session.group = connection.negotiated_key_exchange_group().and_then(|group| group.name().as_str());
        record.session.front_protocol = connection.alpn_protocol().map(text);
        Ok(stream)
    }

    async fn shake(&self, client: Leg, record: &mut Record) -> io::Result<TlsStream<Leg>> {
        let start = LazyConfigAcceptor::new(Acceptor::default(), client).await?;
        let config = self.choose(&start.client_hello(), record);
        start.into_stream(config).await
    }

    /// A client that knows none of our protocols goes on without one, which rustls alone would refuse.
    fn choose(&self, hello: &ClientHello<'_>, record: &mut Record) -> Arc<ServerConfig> {
        let known: Vec<&[u8]> = hello.alpn().into_iter().flatten().collect();
        let certificate = self.certificates.choose(hello.server_name(), hello.signature_schemes());
        record.session.certificate = Some(certificate.label().to_owned());
        record.session.name = hello.server_name().map(str::to_owned);
        record.session.client_protocols = known.iter().map(|protocol| text(protocol)).collect();
        let common = self.speaking.alpn_protocols.iter().any(|own| known.contains(&own.as_slice()));
        Arc::clone(if common { &self.speaking } else { &self.silent })
    }
}

fn text(protocol: &[u8]) -> String {
    String::from_utf8_lossy(protocol).into_owned()
}
