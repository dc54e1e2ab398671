//! Where the connections of a listener go, as a snapshot, and which target a flow gets.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::{Ipv4Addr, SocketAddrV4};
use std::sync::Arc;
use std::time::Duration;

use rustls::ClientConfig;

use super::Front;
use crate::Place;

/// How connections of one listener are carried on. Publishing another route concerns new connections only, but for
/// `evicted`.
#[derive(Debug, Clone)]
pub struct Route {
    /// The network of the targets.
    pub upstream: Arc<dyn Place>,
    /// The addresses to connect from; each flow has one. With none, connections are reset.
    pub sources: Vec<Ipv4Addr>,
    /// The mark with which to connect as the client itself, with its address and port; none connects from a source.
    pub as_client: Option<u32>,
    /// The targets that get new connections. With none, connections are reset.
    pub targets: Vec<SocketAddrV4>,
    /// Targets whose connections end now, by reset: gone, or unhealthy with connection termination.
    pub evicted: Vec<SocketAddrV4>,
    /// The header to write before the bytes of each connection.
    pub proxy_header: Option<ProxyHeader>,
    /// TLS with the clients.
    pub front: Option<Arc<Front>>,
    /// TLS with the targets, for connections that have a front.
    pub back: Option<Arc<ClientConfig>>,
    /// How long a target may take to accept.
    pub connect_timeout: Duration,
    /// How long a connection may carry nothing in either direction before it is reset; 350 s for a network load balancer.
    pub idle_timeout: Duration,
    /// How often both ends of a connection that carries nothing are asked whether they are there. A connection may be idle
    /// for longer than the routers on its way remember it, and the question reminds them.
    pub reminder: Option<Duration>,
}

/// A PROXY protocol version 2 header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProxyHeader {
    /// The VPC endpoint through which the connections come, if any.
    pub endpoint: Option<String>,
    /// Whether to add a CRC32C.
    pub checksum: bool,
}

impl Route {
    /// The source and the target of a flow: the same for the same flow and lists, spread evenly over many.
    pub(super) fn choose(&self, client: SocketAddrV4, listener: SocketAddrV4) -> Option<(Ipv4Addr, SocketAddrV4)> {
        let mut hasher = DefaultHasher::new();
        (client, listener).hash(&mut hasher);
        let hash = hasher.finish();
        let source = pick(&self.sources, hash >> 32)?;
        Some((*source, *pick(&self.targets, hash & u64::from(u32::MAX))?))
    }
}

fn pick<T>(list: &[T], hash: u64) -> Option<&T> {
    let index = hash.checked_rem(list.len() as u64)?;
    list.get(index as usize)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::Here;

    fn route(targets: u8) -> Route {
        Route {
            upstream: Arc::new(Here),
            sources: vec![Ipv4Addr::new(10, 0, 0, 1), Ipv4Addr::new(10, 0, 0, 2)],
            as_client: None,
            targets: (0..targets).map(|n| SocketAddrV4::new(Ipv4Addr::new(10, 0, 1, n), 80)).collect(),
            evicted: Vec::new(),
            proxy_header: None,
            front: None,
            back: None,
            connect_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(350),
            reminder: None,
        }
    }

    #[test]
    fn flows_spread_over_all_targets_and_sources_and_stay_where_they_are() {
        let (route, listener) = (route(4), SocketAddrV4::new(Ipv4Addr::LOCALHOST, 443));
        let mut counts = HashMap::new();
        for port in 1000..9000 {
            let client = SocketAddrV4::new(Ipv4Addr::new(10, 9, 9, 9), port);
            let choice = route.choose(client, listener).unwrap();
            assert_eq!(route.choose(client, listener), Some(choice));
            *counts.entry(choice).or_insert(0) += 1;
        }
        assert_eq!(counts.len(), 8);
        assert!(counts.values().all(|count| (800..1200).contains(count)), "{counts:?}");
    }

    #[test]
    fn without_targets_there_is_no_choice() {
        let any = SocketAddrV4::new(Ipv4Addr::LOCALHOST, 1);
        assert_eq!(route(0).choose(any, any), None);
    }
}
