//! A way from a client to a server that can be measured, and the bare one: three namespaces, two links, no filter.

use std::error::Error;
use std::net::{Ipv4Addr, SocketAddrV4};

use crate::netns::Netns;

/// The port of iperf3.
pub const BULK: u16 = 5201;
/// The port of our own server.
pub const SERVICE: u16 = 7000;

/// A way from a client to a server.
pub struct Path {
    /// Its name in the report.
    pub name: &'static str,
    /// Where the client stands.
    pub client: Netns,
    /// Where the server stands.
    pub server: Netns,
    /// The address that the client connects to.
    pub address: Ipv4Addr,
    /// What is added to the ports there.
    pub shift: u16,
}

impl Path {
    /// Where the client connects to, for a port of the server.
    pub fn to(&self, port: u16) -> SocketAddrV4 {
        SocketAddrV4::new(self.address, port + self.shift)
    }
}

/// What a bare path must have in common with what it is compared with.
pub struct Like {
    /// The size of the largest packet.
    pub mtu: u32,
    /// TCP's congestion control.
    pub congestion_control: String,
}

/// Makes the bare path: client, router, server. It lasts as long as the router that comes with it.
pub fn bare(like: &Like) -> Result<(Path, Netns), Box<dyn Error>> {
    let (client, router, server) = (Netns::create()?, Netns::create()?, Netns::create()?);
    let mtu = like.mtu.to_string();
    router.run("ip", &["link", "set", "lo", "up"])?;
    for (end, name, net) in [(&client, "client", "10.1.1"), (&server, "server", "10.1.2")] {
        end.set("net/ipv4/tcp_congestion_control", &like.congestion_control)?;
        end.run("ip", &["link", "set", "lo", "up"])?;
        router.run(
            "ip",
            &["link", "add", name, "mtu", &mtu, "type", "veth", "peer", "name", "eth0", "mtu", &mtu, "netns", &end.path()],
        )?;
        router.run("ip", &["address", "add", &format!("{net}.1/24"), "dev", name])?;
        router.run("ip", &["link", "set", name, "up"])?;
        end.run("ip", &["address", "add", &format!("{net}.2/24"), "dev", "eth0"])?;
        end.run("ip", &["link", "set", "eth0", "up"])?;
        end.run("ip", &["route", "add", "default", "via", &format!("{net}.1")])?;
    }
    router.set("net/ipv4/ip_forward", "1")?;
    Ok((Path { name: "bare", client, server, address: Ipv4Addr::new(10, 1, 2, 2), shift: 0 }, router))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::net::{TcpListener, TcpStream};

    use super::*;

    #[test]
    fn a_connection_passes_the_bare_path_with_its_congestion_control() {
        let like = Like { mtu: 9001, congestion_control: "reno".to_owned() };
        let (path, _router) = bare(&like).expect("this test needs root");
        let to = path.to(SERVICE);
        let listener = path.server.within(|| TcpListener::bind((Ipv4Addr::UNSPECIFIED, SERVICE))).unwrap();
        let client = path.client.within(|| TcpStream::connect(to)).unwrap();
        let (_, from) = listener.accept().unwrap();
        assert_eq!((client.local_addr().unwrap(), from.ip()), (from, Ipv4Addr::new(10, 1, 1, 2).into()));
        assert_eq!(path.client.setting("net/ipv4/tcp_congestion_control").unwrap(), "reno");
    }

    #[test]
    fn a_proxy_is_reached_at_ports_of_its_own() {
        let here = Netns::open(std::path::Path::new("/proc/self/ns/net")).unwrap();
        let path = Path { name: "x", client: here.clone(), server: here, address: Ipv4Addr::LOCALHOST, shift: 200 };
        assert_eq!(path.to(BULK).port(), 5401);
    }
}
