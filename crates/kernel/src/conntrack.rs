//! Conntrack over nfnetlink: the flows that the namespace remembers, and forgetting some of them.

use std::net::{Ipv4Addr, SocketAddrV4};

use crate::error::KernelError;
use crate::netlink::{Attributes, Socket, Writer, flag};
use crate::nftables::NETLINK_NETFILTER;
use crate::proc_sys::Folders;

/// Family IPv4, version 0, no resource.
const HEADER: [u8; 4] = [2, 0, 0, 0];
const GET: u16 = 1 << 8 | 1;
const DELETE: u16 = 1 << 8 | 2;
/// The most bytes of messages sent at once.
const BATCH: usize = 8 << 10;

const ORIGINAL: u16 = 1;
const REPLY: u16 = 2;
const IP: u16 = 1;
const PROTO: u16 = 2;
const SOURCE: u16 = 1;
const DESTINATION: u16 = 2;
const NUMBER: u16 = 1;
const SOURCE_PORT: u16 = 2;
const DESTINATION_PORT: u16 = 3;

/// A flow that the kernel remembers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flow {
    /// The number of its protocol: 6 TCP, 17 UDP.
    pub protocol: u8,
    /// Who sent its first packet.
    pub asks: SocketAddrV4,
    /// Where its first packet was sent.
    pub asked: SocketAddrV4,
    /// From where its answers come: who was asked, after all translation.
    pub answers: SocketAddrV4,
}

/// Forgets the flows that `which` is true of, in the namespace of the calling thread; says how many there were.
pub(crate) fn forget(which: &(dyn Fn(&Flow) -> bool + Sync)) -> Result<usize, KernelError> {
    if remembers_none() {
        return Ok(0);
    }
    let talking = |error| KernelError::failed("talk to conntrack", error);
    let socket = Socket::open(NETLINK_NETFILTER).map_err(talking)?;
    let mut question = Writer::default();
    question.message(GET, flag::DUMP, 0, &HEADER, |_| {});
    let known = socket.inventory(question.bytes()).map_err(talking)?;
    let meant: Vec<&[u8]> =
        known.iter().filter(|body| flow(body).is_some_and(|flow| which(&flow))).filter_map(|b| tuple(b)).collect();
    let mut writer = Writer::default();
    for (sequence, tuple) in (0..).zip(&meant) {
        writer.message(DELETE, flag::ACK, sequence, &HEADER, |w| w.nest(ORIGINAL, |w| w.raw(tuple)));
        if writer.bytes().len() > BATCH {
            // One that ended by itself meanwhile is forgotten as well.
            socket.request(std::mem::take(&mut writer).bytes()).map_err(talking)?;
        }
    }
    if !writer.bytes().is_empty() {
        socket.request(writer.bytes()).map_err(talking)?;
    }
    Ok(meant.len())
}

/// Whether the namespace remembers no flow: to ask for them makes the kernel walk the table that all namespaces share.
fn remembers_none() -> bool {
    Folders::default().read("net/netfilter/nf_conntrack_count").is_ok_and(|count| count == "0")
}

/// What names a flow: its packets' addresses and ports.
fn tuple(body: &[u8]) -> Option<&[u8]> {
    Attributes::after(body, HEADER.len()).find(ORIGINAL)
}

fn flow(body: &[u8]) -> Option<Flow> {
    let attributes = Attributes::after(body, HEADER.len());
    let (original, reply) = (attributes.inside(ORIGINAL), attributes.inside(REPLY));
    Some(Flow {
        protocol: *original.inside(PROTO).find(NUMBER)?.first()?,
        asks: end(original, SOURCE, SOURCE_PORT)?,
        asked: end(original, DESTINATION, DESTINATION_PORT)?,
        answers: end(reply, SOURCE, SOURCE_PORT)?,
    })
}

fn end(side: Attributes<'_>, address: u16, port: u16) -> Option<SocketAddrV4> {
    let address: [u8; 4] = side.inside(IP).find(address)?.try_into().ok()?;
    let port: [u8; 2] = side.inside(PROTO).find(port)?.try_into().ok()?;
    Some(SocketAddrV4::new(Ipv4Addr::from(address), u16::from_be_bytes(port)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn side(w: &mut Writer, kind: u16, from: SocketAddrV4, to: SocketAddrV4) {
        w.nest(kind, |w| {
            w.nest(IP, |w| {
                w.attr(SOURCE, &from.ip().octets());
                w.attr(DESTINATION, &to.ip().octets());
            });
            w.nest(PROTO, |w| {
                w.attr(NUMBER, &[17]);
                w.attr(SOURCE_PORT, &from.port().to_be_bytes());
                w.attr(DESTINATION_PORT, &to.port().to_be_bytes());
            });
        });
    }

    #[test]
    fn a_flow_is_known_by_whom_it_asked_and_who_answers() {
        let [client, node, target] =
            ["10.0.0.4:5000", "10.0.1.9:53", "10.0.1.4:5353"].map(|text| text.parse().expect("an address"));
        let mut w = Writer::default();
        w.raw(&HEADER);
        side(&mut w, ORIGINAL, client, node);
        side(&mut w, REPLY, target, client);
        assert_eq!(flow(w.bytes()), Some(Flow { protocol: 17, asks: client, asked: node, answers: target }));
        assert_eq!(flow(&HEADER), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = (flow(&bytes), tuple(&bytes));
        }
    }
}
