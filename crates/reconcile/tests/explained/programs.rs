//! What answers in a world: programs on machines and on the internet, appliances, the resolvers, and in place of AWS's services
//! sockets that take every connection.

use std::io::{self, IoSlice, IoSliceMut};
use std::net::{Ipv4Addr, SocketAddrV4, TcpListener};
use std::os::fd::{AsRawFd, RawFd};
use std::process::Command;

use kernel::Netlink;
use nix::libc;
use nix::sys::socket::{ControlMessage, ControlMessageOwned, MsgFlags, SockaddrIn, recvmsg, sendmsg, setsockopt, sockopt};
use plan::{At, Item};
use reconcile::names::NamesDomain;
use reconcile::{Domain as _, TimeScale};
use resource::FrontDoor;
use socket2::{Domain, Socket, Type};
use tokio::io::Interest;
use tokio::net::UdpSocket;
use tokio::runtime::Runtime;

use crate::cloud::Cloud;
use crate::random::{INTERNET, INTERNET_HOST, PORTS, Plot};

/// Makes an appliance answer what is routed to it, whoever it is for and on whatever port.
const TAKE_ALL: &str = "table ip appliance {
    chain taken {
        type nat hook prerouting priority 0
        iifname \"eth0\" meta l4proto { tcp, udp } redirect to :80
        iifname \"eth0\" redirect
    }
}";

/// What answers, for as long as it lives.
pub struct Programs {
    _streams: Vec<TcpListener>,
    _names: NamesDomain,
    _runtime: Runtime,
}

/// Starts everything.
pub fn start(cloud: &Cloud<Netlink>, plot: &Plot) -> Programs {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let mut names = NamesDomain::new(cloud.kernel.places().clone(), TimeScale::default()).unwrap();
    runtime.block_on(async {
        names.note_all(&cloud.snapshot());
        names.converge(&cloud.store).await;
    });
    let mut streams = Vec::new();
    for (namespace, at) in sites(plot) {
        streams.push(stream(cloud, &namespace, at, false));
        let datagrams = cloud.kernel.places().socket_in(&namespace, || bound(Type::DGRAM, at, false)).unwrap();
        runtime.spawn(echo(datagrams));
    }
    for (namespace, at, routed) in doors(cloud, plot) {
        streams.push(stream(cloud, &namespace, at, routed));
    }
    for appliance in &plot.appliances {
        let load = || Command::new("nft").arg(TAKE_ALL).output().unwrap();
        let output = cloud.kernel.places().run_in(appliance, load).unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    Programs { _streams: streams, _names: names, _runtime: runtime }
}

/// Where programs of users listen.
fn sites(plot: &Plot) -> Vec<(String, SocketAddrV4)> {
    let host = plot.internet.then(|| (INTERNET.to_owned(), INTERNET_HOST.parse().unwrap()));
    let machines = plot.running.iter().map(|namespace| (namespace.clone(), Ipv4Addr::UNSPECIFIED));
    let places = machines.chain(host);
    places.flat_map(|(namespace, address)| PORTS.map(|port| (namespace.clone(), SocketAddrV4::new(address, port)))).collect()
}

/// Where the daemon would listen for AWS's services, also where it does not yet, and whether only some routes lead there.
fn doors(cloud: &Cloud<Netlink>, plot: &Plot) -> Vec<(String, SocketAddrV4, bool)> {
    let world = cloud.snapshot();
    let mut all = Vec::new();
    for item in plan::subjects(&world).filter_map(|subject| plan::item(&world, &subject)) {
        if let Item::Door(door) = item {
            let routed = matches!(door.at, At::Routes(_));
            let at = door.addresses().into_iter().flat_map(|address| door.ports.iter().map(move |port| (address, *port)));
            all.extend(at.map(|(address, port)| (door.vpc.to_string(), SocketAddrV4::new(address, port), routed)));
        }
    }
    if plot.internet {
        let front = FrontDoor::all().flat_map(|door| door.ports().iter().map(|port| SocketAddrV4::new(door.address(), *port)));
        all.extend(front.map(|at| (INTERNET.to_owned(), at, false)));
    }
    all
}

fn stream(cloud: &Cloud<Netlink>, namespace: &str, at: SocketAddrV4, routed: bool) -> TcpListener {
    let listen = || {
        let socket = bound(Type::STREAM, at, routed)?;
        socket.listen(128)?;
        Ok(socket)
    };
    cloud.kernel.places().socket_in(namespace, listen).unwrap().into()
}

fn bound(kind: Type, at: SocketAddrV4, routed: bool) -> io::Result<Socket> {
    let socket = Socket::new(Domain::IPV4, kind, None)?;
    socket.set_reuse_address(true)?;
    socket.set_ip_transparent_v4(routed)?;
    socket.set_nonblocking(true)?;
    socket.bind(&at.into())?;
    Ok(socket)
}

/// Sends every datagram back.
async fn echo(socket: Socket) {
    setsockopt(&socket, sockopt::Ipv4PacketInfo, &true).unwrap();
    let socket = UdpSocket::from_std(socket.into()).unwrap();
    loop {
        // An error is that of an earlier answer, which was lost.
        let _ = socket.async_io(Interest::READABLE, || echo_one(socket.as_raw_fd())).await;
    }
}

/// From the address that it was for, which may be any of several.
fn echo_one(socket: RawFd) -> io::Result<()> {
    let (mut buffer, mut space) = ([0; 512], nix::cmsg_space!(libc::in_pktinfo));
    let mut room = [IoSliceMut::new(&mut buffer)];
    let datagram = recvmsg::<SockaddrIn>(socket, &mut room, Some(&mut space), MsgFlags::MSG_DONTWAIT)?;
    let addressed = datagram.cmsgs()?.find_map(|message| match message {
        ControlMessageOwned::Ipv4PacketInfo(to) => Some(libc::in_pktinfo { ipi_ifindex: 0, ..to }),
        _ => None,
    });
    let (length, from) = (datagram.bytes, datagram.address);
    let source: Vec<_> = addressed.iter().map(ControlMessage::Ipv4PacketInfo).collect();
    sendmsg(socket, &[IoSlice::new(&buffer[..length])], &source, MsgFlags::MSG_DONTWAIT, from.as_ref())?;
    Ok(())
}
