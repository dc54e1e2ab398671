//! The attributes of a listener (Elastic Load Balancing API, "ListenerAttribute").

use resource::{DEFAULT_IDLE_SECONDS, IDLE_TIMEOUT, Listener, ListenerProtocol, TargetGroup};

use super::super::attribute::{Attribute, Rule};
use super::super::refusal::unsupported;
use crate::Error;

/// The idle time, for listeners that carry connections as they are.
const IDLE: &[Attribute] = &[Attribute { key: IDLE_TIMEOUT, default: "350", rule: Rule::Number(60..=6000) }];

/// What `listener` can be set to. The idle time of TLS is fixed, and datagrams have none that can be chosen.
pub fn of(listener: &Listener) -> &'static [Attribute] {
    match listener.protocol {
        ListenerProtocol::Tcp | ListenerProtocol::TcpUdp => IDLE,
        ListenerProtocol::Tls | ListenerProtocol::Udp => &[],
    }
}

/// Refuses a longer idle time than the default where connections pass through sockets: the router forgets them then.
///
/// # Errors
/// `UnsupportedOperation`.
pub fn check_idle(listener: &Listener, group: &TargetGroup) -> Result<(), Error> {
    let idle = listener.idle_seconds();
    match group.proxy_protocol() && idle > DEFAULT_IDLE_SECONDS {
        true => Err(unsupported(
            &format!("{IDLE_TIMEOUT}={idle} together with proxy_protocol_v2.enabled"),
            &format!("leave one of them; with the PROXY protocol it may be up to {DEFAULT_IDLE_SECONDS}"),
        )),
        false => Ok(()),
    }
}
