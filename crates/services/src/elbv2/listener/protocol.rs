//! What a listener of a Network Load Balancer can carry.

use resource::{ListenerProtocol, TargetGroup};

use super::super::refusal::validation;
use crate::Error;

/// Reads a protocol.
///
/// # Errors
/// `UnsupportedProtocol` for one that AWS has and underpass does not yet, `ValidationError` for one that these balancers never have.
pub fn parse(text: Option<&str>) -> Result<ListenerProtocol, Error> {
    let not_yet = |name: &str, instead: &str| {
        Error::new("UnsupportedProtocol", format!("underpass does not support {name} listeners yet; {instead}"))
    };
    match text {
        Some("TCP") => Ok(ListenerProtocol::Tcp),
        Some("TLS") => Ok(ListenerProtocol::Tls),
        Some("UDP") => Ok(ListenerProtocol::Udp),
        Some("TCP_UDP") => Ok(ListenerProtocol::TcpUdp),
        Some(name @ ("QUIC" | "TCP_QUIC")) => Err(not_yet(name, "use UDP")),
        Some(other) => Err(validation(format!("Listener protocol '{other}' must be one of 'UDP, TCP, TCP_UDP, TLS'"))),
        None => Err(validation("A listener protocol must be specified")),
    }
}

/// Checks that a group's targets take what a listener carries.
///
/// # Errors
/// `IncompatibleProtocols`.
pub fn check_group(protocol: ListenerProtocol, group: &TargetGroup) -> Result<(), Error> {
    let fits = match protocol {
        ListenerProtocol::Tcp => matches!(group.protocol.as_str(), "TCP" | "TCP_UDP"),
        ListenerProtocol::Tls => matches!(group.protocol.as_str(), "TCP" | "TLS"),
        ListenerProtocol::Udp => group.takes_datagrams(),
        ListenerProtocol::TcpUdp => group.protocol == "TCP_UDP",
    };
    let message =
        || format!("The target group '{}' has protocol {}, and the listener {}", group.arn, group.protocol, protocol.as_str());
    if fits { Ok(()) } else { Err(Error::new("IncompatibleProtocols", message())) }
}

/// Reads a port.
///
/// # Errors
/// `ValidationError` outside 1 to 65535.
pub fn parse_port(port: Option<u32>) -> Result<u16, Error> {
    let port = port.ok_or_else(|| validation("A listener port must be specified"))?;
    let fits = u16::try_from(port).ok().filter(|port| *port > 0);
    fits.ok_or_else(|| validation(format!("Listener port '{port}' must be in the range 1-65535")))
}
