//! The attributes of a listener (Elastic Load Balancing API, "ListenerAttribute").

use resource::{IDLE_SECONDS, IDLE_TIMEOUT, Listener, ListenerProtocol};

use super::super::attribute::{Attribute, Rule};

/// The idle time, for listeners that carry connections as they are.
const IDLE: &[Attribute] = &[Attribute { key: IDLE_TIMEOUT, default: "350", rule: Rule::Number(IDLE_SECONDS) }];

/// What `listener` can be set to. The idle time of TLS is fixed, and datagrams have none that can be chosen.
pub fn of(listener: &Listener) -> &'static [Attribute] {
    match listener.protocol {
        ListenerProtocol::Tcp | ListenerProtocol::TcpUdp => IDLE,
        ListenerProtocol::Tls | ListenerProtocol::Udp => &[],
    }
}
