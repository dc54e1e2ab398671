//! The configuration of a TLS server.

use std::sync::Arc;

use rustls::crypto::aws_lc_rs::Ticketer;
use rustls::server::ResolvesServerCert;
use rustls::{Error, ServerConfig};

use super::Offer;

/// A server that shows what `certificates` chooses and speaks `protocols` (ALPN, the preferred first; none without any). Its
/// own order of suites counts, and sessions are resumed by tickets only, so that it remembers nothing of its clients.
///
/// # Errors
/// When there is no randomness for the key of its tickets.
pub fn server(certificates: Arc<dyn ResolvesServerCert>, offer: &Offer, protocols: &[&str]) -> Result<Arc<ServerConfig>, Error> {
    let builder = ServerConfig::builder_with_provider(Arc::new(offer.provider())).with_protocol_versions(&offer.versions())?;
    let mut config = builder.with_no_client_auth().with_cert_resolver(certificates);
    config.alpn_protocols = protocols.iter().map(|protocol| protocol.as_bytes().to_vec()).collect();
    config.ignore_client_order = true;
    config.ticketer = Ticketer::new()?;
    config.send_tls13_tickets = 1;
    Ok(Arc::new(config))
}
