//! Who answers behind doors, and what it is told. The reconciler does not know who that is: the binary gives it one.

use std::net::SocketAddrV4;
use std::pin::Pin;

use dataplane::door::Stream;
use resource::{EndpointId, VpcId};

/// Somebody at a door.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visit {
    /// The address that the door's socket sees.
    pub from: SocketAddrV4,
    /// Whether the connection is encrypted.
    pub secure: bool,
    /// The service that the door leads to, by the name for which requests to it are signed.
    pub service: &'static str,
    /// The endpoint that the door is, and its VPC; none on the internet.
    pub endpoint: Option<(EndpointId, VpcId)>,
}

/// Answers those who come to doors.
pub trait Front: Send + Sync + 'static {
    /// Answers a connection, from which TLS has been taken, until it ends.
    fn welcome(&self, stream: Box<dyn Stream>, visit: Visit) -> Pin<Box<dyn Future<Output = ()> + Send>>;
}
