//! The sockets at which names are asked for: the resolvers of networks, and ways through which others are asked.

use std::io;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::sync::Arc;
use std::time::Duration;

use dataplane::dns::{self, Outlet, View};
use dataplane::{Cores, Place};
use kernel::Namespaces;
use resource::DNS_PORT;

use crate::sites::Sites;

/// The sockets of one machine, each under a key of its own. A resolver stays on one thread: a question costs a third less
/// than where threads wake each other for it.
pub(super) struct Sockets {
    sites: Sites,
    cores: Cores,
}

impl Sockets {
    pub(super) fn new(namespaces: Namespaces) -> io::Result<Self> {
        let threads = std::thread::available_parallelism().map_or(1, Into::into);
        Ok(Self { sites: Sites::new(namespaces), cores: Cores::start("dns", threads)? })
    }

    /// Answers by `view` at each of `addresses` in `namespace`.
    pub(super) async fn answer(&mut self, key: &str, namespace: &str, addresses: &[Ipv4Addr], view: View) {
        let cores = &self.cores;
        let serve = move |place: Arc<dyn Place>, addrs: &[SocketAddrV4]| cores.take_turns(|| dns::serve(&*place, addrs, &view));
        self.sites.serve_as(key, namespace, at_port(addresses), serve).await;
    }

    /// Asks others from each of `addresses` in `namespace` what is asked of `outlet`.
    pub(super) async fn carry(&mut self, key: &str, namespace: &str, addresses: &[Ipv4Addr], outlet: Outlet) {
        let cores = &self.cores;
        let carry = move |place, addrs: &[SocketAddrV4]| {
            let from = addrs.iter().map(|at| *at.ip()).collect();
            Ok(cores.take_turns(|| dns::carry(place, from, &outlet)))
        };
        self.sites.serve_as(key, namespace, at_port(addresses), carry).await;
    }

    /// Whether there is something under `key`.
    pub(super) fn holds(&self, key: &str) -> bool {
        self.sites.holds(key)
    }

    /// The keys of all.
    pub(super) fn keys(&self) -> impl Iterator<Item = &str> {
        self.sites.namespaces()
    }

    /// Closes what is under `key`.
    pub(super) async fn close(&mut self, key: &str) {
        self.sites.close(key).await;
    }

    /// When everything is to be looked at again.
    pub(super) fn patience(&mut self) -> Duration {
        self.sites.patience()
    }
}

fn at_port(addresses: &[Ipv4Addr]) -> Vec<SocketAddrV4> {
    addresses.iter().map(|address| SocketAddrV4::new(*address, DNS_PORT)).collect()
}
