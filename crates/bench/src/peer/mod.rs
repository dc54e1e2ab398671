//! What carries connections from one namespace to another instead of the kernel path: HAProxy, nginx and our own socket path; and
//! what answers for names instead of our resolver.
//!
//! Each has its listening sockets in the consumer's router and connects from the provider's, exactly where the kernel path
//! rewrites addresses, so that all of them pass the same links and filters.

mod haproxy;
mod nginx;
mod socket;
mod unbound;

pub use unbound::{UNBOUND, unbound};

use std::error::Error;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::os::fd::AsRawFd;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;

use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use socket2::{Domain, Socket, Type};

use crate::cpu::Meter;
use crate::netns::Netns;
use crate::path::{BULK, Path, SERVICE};
use crate::process::{Background, counted};

/// Between what a proxy stands.
pub struct Between {
    /// The consumer's router.
    pub consumer: Netns,
    /// The provider's router.
    pub provider: Netns,
    /// The address that clients connect to.
    pub listen: Ipv4Addr,
    /// The address that the target sees.
    pub source: Ipv4Addr,
    /// The target.
    pub target: Ipv4Addr,
    /// Where configuration files may be written.
    pub directory: PathBuf,
    /// A file with a certificate and its key, if clients speak TLS and targets do not.
    pub certificate: Option<PathBuf>,
}

/// A running proxy.
pub struct Proxy {
    /// Its name in the report.
    pub name: &'static str,
    /// What is added to the ports that it listens on.
    pub shift: u16,
    /// Its process.
    pub process: Background,
}

/// The name of our own socket path.
pub const SOCKET: &str = "socket path";

/// What is to be started.
struct Peer {
    name: &'static str,
    shift: u16,
    command: fn(&Between, &[Inlet]) -> Result<Command, Box<dyn Error>>,
}

const PEERS: [Peer; 3] = [
    Peer { name: "HAProxy", shift: 100, command: haproxy::command },
    Peer { name: "nginx", shift: 200, command: nginx::command },
    Peer { name: SOCKET, shift: 300, command: socket::command },
];

/// A port that a proxy listens on, for a port of the target.
struct Inlet {
    listen: SocketAddrV4,
    target: SocketAddrV4,
    socket: Socket,
}

/// Starts all of them. TLS of our own is the daemon's, not the socket path's alone.
pub fn start_all(between: &Between, meter: &Meter) -> Result<Vec<Proxy>, Box<dyn Error>> {
    let wanted = PEERS.iter().filter(|peer| between.certificate.is_none() || peer.name != SOCKET);
    wanted.map(|peer| start(peer, between, meter)).collect()
}

fn start(peer: &Peer, between: &Between, meter: &Meter) -> Result<Proxy, Box<dyn Error>> {
    let inlets =
        [BULK, SERVICE].map(|port| Inlet::open(between, port, peer.shift)).into_iter().collect::<io::Result<Vec<_>>>()?;
    let mut command = (peer.command)(between, &inlets)?;
    Ok(Proxy { name: peer.name, shift: peer.shift, process: Background::start(counted(&mut command, meter))? })
}

impl Proxy {
    /// The way through it, in place of `kernel`.
    pub fn path(&self, kernel: &Path) -> Path {
        let Path { client, server, address, .. } = kernel;
        Path { name: self.name, client: client.clone(), server: server.clone(), address: *address, shift: self.shift }
    }
}

impl Inlet {
    /// Has the router let the port in and listens on it.
    fn open(between: &Between, port: u16, shift: u16) -> io::Result<Self> {
        let listen = SocketAddrV4::new(between.listen, port + shift);
        let_in(&between.consumer, "tcp", listen)?;
        let socket = between.consumer.within(|| {
            let socket = Socket::new(Domain::IPV4, Type::STREAM.nonblocking(), None)?;
            socket.set_reuse_address(true)?;
            socket.set_reuse_port(true)?;
            socket.bind(&SocketAddr::V4(listen).into())?;
            Ok(socket)
        })?;
        Ok(Self { listen, target: SocketAddrV4::new(between.target, port), socket })
    }
}

/// Has a router let a port in, which drops everything else. A daemon that runs takes this back in time: it is its router.
pub fn let_in(router: &Netns, protocol: &str, to: SocketAddrV4) -> io::Result<()> {
    let (address, port) = (to.ip().to_string(), to.port().to_string());
    let rule = ["insert", "rule", "ip", "underpass", "local", "ip", "daddr", &address, protocol, "dport", &port, "accept"];
    router.run("nft", &rule).map_err(|error| io::Error::other(error.to_string()))
}

/// Lets the program inherit the sockets under the numbers that they have here.
fn inherit(command: &mut Command, inlets: &[Inlet]) -> io::Result<()> {
    inlets.iter().try_for_each(|inlet| inlet.socket.listen(4096))?;
    let sockets = inlets.iter().map(|inlet| inlet.socket.try_clone()).collect::<io::Result<Vec<_>>>()?;
    let numbers: Vec<i32> = inlets.iter().map(|inlet| inlet.socket.as_raw_fd()).collect();
    let keep = move || {
        debug_assert_eq!(sockets.len(), numbers.len());
        numbers.iter().try_for_each(|number| {
            // SAFETY: the descriptor is open in the child, which has copies of all of ours until it executes.
            let socket = unsafe { std::os::fd::BorrowedFd::borrow_raw(*number) };
            Ok(fcntl(socket, FcntlArg::F_SETFD(FdFlag::empty())).map(drop)?)
        })
    };
    // SAFETY: fcntl is one system call and the closure allocates nothing.
    unsafe { command.pre_exec(keep) };
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
pub(crate) mod tests {
    use super::*;

    /// Between two namespaces that are both this one.
    pub(super) fn between() -> Between {
        let here = || Netns::open(std::path::Path::new("/proc/self/ns/net")).unwrap();
        let [listen, source, target] = [1, 2, 3].map(|n| Ipv4Addr::new(10, 0, 0, n));
        let directory = std::env::temp_dir();
        Between { consumer: here(), provider: here(), listen, source, target, directory, certificate: None }
    }

    pub(super) fn inlet(between: &Between) -> Inlet {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        Inlet { listen: SocketAddrV4::new(between.listen, 80), target: SocketAddrV4::new(between.target, 8080), socket }
    }

    #[test]
    fn every_peer_has_a_name_and_ports_of_its_own() {
        let mut shifts: Vec<u16> = PEERS.iter().map(|peer| peer.shift).collect();
        shifts.dedup();
        assert_eq!(shifts.len(), PEERS.len());
        assert!(PEERS.iter().all(|peer| peer.shift > 0 && BULK + peer.shift < SERVICE));
    }

    #[test]
    fn sockets_are_inherited_under_their_numbers() {
        let inlets = [inlet(&between())];
        let mut ls = Command::new("readlink");
        ls.arg(format!("/proc/self/fd/{}", inlets[0].socket.as_raw_fd()));
        inherit(&mut ls, &inlets).unwrap();
        let said = ls.output().unwrap().stdout;
        assert!(String::from_utf8(said).unwrap().starts_with("socket:"));
    }
}
