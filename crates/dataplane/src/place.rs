//! Where sockets live: a socket belongs for life to the network namespace in which it was opened, whoever uses it later.

use std::cell::OnceCell;
use std::fmt::Debug;
use std::fs::File;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4, TcpListener, TcpStream, UdpSocket};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use nix::sched::{CloneFlags, setns};
use nix::sys::socket::{setsockopt, sockopt};
use nix::sys::statfs::{NSFS_MAGIC, fstatfs};
use socket2::{Domain, Protocol, Socket, Type};

/// Connections that may wait to be accepted; the kernel caps it at `net.core.somaxconn`.
const BACKLOG: i32 = 4096;

/// A network namespace as a source of sockets.
///
/// The sockets do not block, ready to hand to tokio. The addresses of servers need not exist yet (`IP_FREEBIND`), so the
/// order in which addresses and sockets are made does not matter. A socket keeps its namespace alive: stop the servers
/// of a network before removing it.
pub trait Place: Debug + Send + Sync + 'static {
    /// Opens a fresh, non-blocking IPv4 socket of `kind` in this place.
    fn socket(&self, kind: Type) -> io::Result<Socket>;

    /// A number that tells this place from every other, however often it is opened.
    fn identity(&self) -> u64;

    /// A UDP socket bound to `addr`.
    fn udp(&self, addr: SocketAddrV4) -> io::Result<UdpSocket> {
        let socket = self.socket(Type::DGRAM)?;
        socket.set_freebind_v4(true)?;
        Ok(bound(socket, addr)?.into())
    }

    /// A listening TCP socket; with `shared`, others may listen on the same address and share its connections.
    fn tcp_listener(&self, addr: SocketAddrV4, shared: bool) -> io::Result<TcpListener> {
        let socket = self.socket(Type::STREAM)?;
        socket.set_reuse_address(true)?;
        socket.set_reuse_port(shared)?;
        socket.set_freebind_v4(true)?;
        let socket = bound(socket, addr)?;
        socket.listen(BACKLOG)?;
        Ok(socket.into())
    }

    /// A listening TCP socket at an address that only some routing tables deliver here: it answers as if the address were
    /// the namespace's own.
    fn routed_tcp_listener(&self, addr: SocketAddrV4) -> io::Result<TcpListener> {
        let socket = bound(transparent(self.socket(Type::STREAM)?)?, addr)?;
        socket.listen(BACKLOG)?;
        Ok(socket.into())
    }

    /// An unconnected TCP socket that will connect as `client`, whose address is somebody else's, for who has the address `of`.
    /// Its packets carry `mark`: the namespace has to know their answers by it, and to deliver them here; and they have `of`, in
    /// the network's order, as their priority, so that filters know for whom they are sent.
    fn tcp_as(&self, client: SocketAddrV4, of: Ipv4Addr, mark: u32) -> io::Result<TcpStream> {
        let socket = transparent(self.socket(Type::STREAM)?)?;
        socket.set_mark(mark)?;
        socket.set_priority(u32::from_ne_bytes(of.octets()))?;
        Ok(bound(socket, client)?.into())
    }

    /// An unconnected TCP socket that will connect from `source`; its port is chosen at connect, so that ports are only
    /// exhausted per destination.
    fn tcp_from(&self, source: Ipv4Addr) -> io::Result<TcpStream> {
        let socket = self.socket(Type::STREAM)?;
        setsockopt(&socket, sockopt::IpBindAddressNoPort, &true)?;
        Ok(bound(socket, SocketAddrV4::new(source, 0))?.into())
    }
}

fn bound(socket: Socket, addr: SocketAddrV4) -> io::Result<Socket> {
    socket.bind(&SocketAddr::V4(addr).into())?;
    Ok(socket)
}

/// A socket that may have any address, also one that others have.
fn transparent(socket: Socket) -> io::Result<Socket> {
    socket.set_reuse_address(true)?;
    socket.set_ip_transparent_v4(true)?;
    Ok(socket)
}

fn open(kind: Type) -> io::Result<Socket> {
    let protocol = match kind {
        Type::STREAM => Protocol::TCP,
        Type::RAW => Protocol::ICMPV4,
        _ => Protocol::UDP,
    };
    Socket::new(Domain::IPV4, kind.nonblocking(), Some(protocol))
}

/// The namespace of the calling thread: the loopback of tests, or the host itself.
#[derive(Debug, Clone, Copy)]
pub struct Here;

impl Place for Here {
    fn identity(&self) -> u64 {
        0
    }

    fn socket(&self, kind: Type) -> io::Result<Socket> {
        open(kind)
    }
}

/// Another network namespace, held open by a file descriptor.
#[derive(Debug)]
pub struct Namespace {
    file: File,
    inode: u64,
}

impl Namespace {
    /// Opens the namespace that is mounted at `path` (`/run/netns/…` or `/proc/PID/ns/net`).
    pub fn open(path: impl AsRef<Path>) -> io::Result<Self> {
        File::open(path)?.try_into()
    }
}

impl TryFrom<File> for Namespace {
    type Error = io::Error;

    /// The namespace that `file` holds open. The file of a namespace is there a moment before the namespace: until then there
    /// is none.
    fn try_from(file: File) -> io::Result<Self> {
        if fstatfs(&file)?.filesystem_type() != NSFS_MAGIC {
            return Err(io::ErrorKind::NotFound.into());
        }
        let inode = file.metadata()?.ino();
        Ok(Self { file, inode })
    }
}

thread_local! {
    /// The namespace to which a thread returns after it visited another.
    static HOME: OnceCell<File> = const { OnceCell::new() };
}

impl Place for Namespace {
    fn identity(&self) -> u64 {
        self.inode
    }

    /// Visits the namespace for the length of one system call; it costs about two microseconds.
    fn socket(&self, kind: Type) -> io::Result<Socket> {
        HOME.with(|home| {
            if home.get().is_none() {
                // A thread fills its own cell, so the value cannot be there already.
                let _ = home.set(File::open("/proc/thread-self/ns/net")?);
            }
            let home = home.get().ok_or(io::ErrorKind::NotFound)?;
            setns(&self.file, CloneFlags::CLONE_NEWNET)?;
            let socket = open(kind);
            if let Err(error) = setns(home, CloneFlags::CLONE_NEWNET) {
                // Later sockets of this thread would appear in a tenant's network: stopping is the only safe answer.
                tracing::error!(%error, "cannot return to the home network namespace");
                std::process::abort();
            }
            socket
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// Makes a namespace on a thread of its own; it lives as long as the returned place.
    fn fresh_namespace() -> Namespace {
        std::thread::spawn(|| {
            nix::sched::unshare(CloneFlags::CLONE_NEWNET).expect("this test needs root");
            Namespace::open("/proc/thread-self/ns/net").unwrap()
        })
        .join()
        .unwrap()
    }

    #[test]
    fn the_same_address_can_be_bound_in_two_namespaces_at_once() {
        let (a, b) = (fresh_namespace(), fresh_namespace());
        let addr = SocketAddrV4::new(Ipv4Addr::new(10, 0, 0, 2), 53);
        let first = a.udp(addr).unwrap();
        let second = b.udp(addr).unwrap();
        assert_eq!(first.local_addr().unwrap(), second.local_addr().unwrap());
        assert!(a.udp(addr).is_err(), "and only once in each");
    }

    #[test]
    fn a_namespace_whose_file_is_there_before_it_is_not_there_yet() {
        let no_namespace = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
        assert_eq!(Namespace::open(no_namespace).unwrap_err().kind(), io::ErrorKind::NotFound);
    }

    #[test]
    fn a_thread_is_home_again_after_it_opened_a_socket_elsewhere() {
        let here = std::fs::read_link("/proc/thread-self/ns/net").unwrap();
        let elsewhere = fresh_namespace();
        elsewhere.socket(Type::STREAM).unwrap();
        assert_eq!(std::fs::read_link("/proc/thread-self/ns/net").unwrap(), here);
    }

    #[test]
    fn a_namespace_is_the_same_however_often_it_is_opened() {
        let here = || Namespace::open("/proc/thread-self/ns/net").unwrap().identity();
        assert_eq!(here(), here());
        assert_ne!(here(), fresh_namespace().identity());
    }

    #[test]
    fn a_namespace_of_another_kind_gives_no_socket() {
        let processes = Namespace::open("/proc/self/ns/pid").unwrap();
        assert!(processes.socket(Type::STREAM).is_err());
    }

    #[test]
    fn a_namespace_that_does_not_exist_is_an_error() {
        assert!(Namespace::open("/run/netns/never-made-by-anyone").is_err());
    }
}
