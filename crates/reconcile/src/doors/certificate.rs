//! What doors show: certificates for the service's own names and for those of the endpoint.

use std::io;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use dataplane::tls::{Authority, Certificate, Certificates, KeyKind, Offer, Request, ServerConfig};
use resource::{AwsService, VpcEndpoint, zone_names};

const DAY: Duration = Duration::from_secs(24 * 3600);
/// Longer than any run of the daemon: a door shows a fresh one whenever it is opened.
const VALID: Duration = Duration::from_secs(10 * 365 * 24 * 3600);

/// The names under which clients reach an endpoint to a service.
pub(super) fn names(endpoint: &VpcEndpoint, service: &AwsService) -> Vec<String> {
    let region = &endpoint.owner.region;
    let zonal = zone_names(region).map(|zone| endpoint.zonal_name(&zone));
    let own = std::iter::once(endpoint.regional_name()).chain(zonal);
    own.chain(service.private_names(region)).collect()
}

/// A server that shows a certificate for `names`, whatever the client asks for.
///
/// # Errors
/// When a name can stand in no certificate.
pub(super) fn server(authority: &Authority, names: &[String]) -> io::Result<Arc<ServerConfig>> {
    let now = SystemTime::now();
    let request = Request { names, not_before: now - DAY, not_after: now + VALID, key: KeyKind::P256 };
    let issued = authority.issue(request).map_err(io::Error::other)?;
    let certificate = Certificate::from_pem("door", &issued.certificate, &issued.key).map_err(io::Error::other)?;
    let certificates = Certificates::new(Arc::new(certificate), []);
    dataplane::tls::server(Arc::new(certificates), &Offer::all(), &["http/1.1"]).map_err(io::Error::other)
}
