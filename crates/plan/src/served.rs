//! Where sockets of the daemon answer inside a VPC's router: everything else that comes to an address of the router's own
//! meets silence, or is carried on by the kernel.

use std::fmt::{self, Display, Formatter};
use std::net::Ipv4Addr;

use resource::{Listener, ListenerProtocol, TargetGroup, Transport};

/// A place that a socket serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Served {
    /// The address, which the router holds.
    pub address: Ipv4Addr,
    /// What it speaks.
    pub transport: Transport,
    /// The port.
    pub port: u16,
}

impl Served {
    /// A TCP port.
    pub fn tcp(address: Ipv4Addr, port: u16) -> Self {
        Self { address, transport: Transport::Tcp, port }
    }

    /// A UDP port.
    pub fn udp(address: Ipv4Addr, port: u16) -> Self {
        Self { address, transport: Transport::Udp, port }
    }
}

/// Whether a listener's connections pass through sockets of the daemon, because somebody must see or write their bytes:
/// those of TLS, and those that open with a PROXY protocol header.
pub fn by_sockets(listener: &Listener, group: &TargetGroup) -> bool {
    listener.protocol == ListenerProtocol::Tls || group.proxy_protocol()
}

impl Display for Served {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let transport = match self.transport {
            Transport::Tcp => "tcp",
            Transport::Udp => "udp",
        };
        write!(f, "{transport} {}:{}", self.address, self.port)
    }
}
