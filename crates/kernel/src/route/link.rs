//! Links as rtnetlink messages, and back. A link of ours is in our group, and its alias names the namespace of its peer.

use std::os::fd::{AsRawFd, BorrowedFd};

use super::decode::mac;
use super::word;
use crate::netlink::{Attributes, Writer, flag, u32_ne};
use crate::object::{LinkEnd, LinkKind};

/// What the kernel may hand over as one packet: three times what it does by itself, so that filters and address translation
/// are paid a third as often, and still within a processor's cache. On every link of the way, or it is cut on the way.
/// A kernel before 6.3 takes no notice.
const BATCH: u32 = 192 << 10;

/// A link as the kernel shows it in one namespace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seen {
    /// Its number.
    pub(crate) index: u32,
    /// This end.
    pub(crate) end: LinkEnd,
    /// The number of the other end, in its own namespace.
    pub(crate) peer: u32,
    /// Whether we own it, rather than only its peer.
    pub(crate) ours: bool,
    /// The namespace of the other end, as we noted it.
    pub(crate) alias: Option<String>,
}

/// Reads a link.
pub(crate) fn seen(body: &[u8]) -> Option<Seen> {
    let header = body.get(..16)?;
    let attributes = Attributes::after(body, 16);
    let end = LinkEnd {
        name: attributes.text(word::IFLA_IFNAME)?,
        mac: mac(attributes.find(word::IFLA_ADDRESS)).unwrap_or(crate::Mac([0; 6])),
        mtu: attributes.u32(word::IFLA_MTU).unwrap_or(0),
        up: u32_ne(&header[8..])? & word::IFF_UP != 0,
    };
    Some(Seen {
        index: u32_ne(&header[4..])?,
        end,
        peer: attributes.u32(word::IFLA_LINK).unwrap_or(0),
        ours: attributes.u32(word::IFLA_GROUP) == Some(word::GROUP_OURS),
        alias: attributes.text(word::IFLA_IFALIAS),
    })
}

/// Asks for a link by name.
pub(crate) fn link_by_name(name: &str) -> Writer {
    ask(0, |w| w.text(word::IFLA_IFNAME, name))
}

/// Asks for a link by number.
pub(crate) fn link_by_index(index: u32) -> Writer {
    ask(index, |_| {})
}

fn ask(index: u32, body: impl FnOnce(&mut Writer)) -> Writer {
    let mut writer = Writer::default();
    writer.message(word::GETLINK, 0, 0, &ifinfo(index, 0, 0), |w| {
        body(w);
        w.u32(word::IFLA_EXT_MASK, word::EXT_SKIP_STATISTICS);
    });
    writer
}

/// Makes a link, still down: a pair with the far end directly in its namespace, which is far cheaper than moving it
/// there. (An end that is to be up at once in another namespace is refused: ENOTCONN.)
pub(crate) fn new_link(end: &LinkEnd, kind: &LinkKind, far: BorrowedFd<'_>) -> Writer {
    let mut writer = Writer::default();
    let flags = flag::ACK | flag::CREATE | flag::EXCLUSIVE;
    writer.message(word::NEWLINK, flags, 0, &ifinfo(0, 0, 0), |w| {
        attributes(w, end);
        w.u32(word::IFLA_GROUP, word::GROUP_OURS);
        w.nest(word::IFLA_LINKINFO, |w| {
            let LinkKind::Veth { peer, .. } = kind;
            w.text(word::INFO_KIND, "veth");
            w.nest(word::INFO_DATA, |w| {
                w.nest(word::VETH_INFO_PEER, |w| {
                    w.raw(&ifinfo(0, 0, 0));
                    attributes(w, peer);
                    w.attr(word::IFLA_NET_NS_FD, &far.as_raw_fd().to_ne_bytes());
                });
            });
        });
    });
    writer
}

/// Brings an end to what it should be. `owner` is given for the end that we own, with the namespace of the other.
pub(crate) fn set_link(end: &LinkEnd, owner: Option<&str>) -> Writer {
    let mut writer = Writer::default();
    let up = if end.up { word::IFF_UP } else { 0 };
    writer.message(word::NEWLINK, flag::ACK, 0, &ifinfo(0, up, word::IFF_UP), |w| {
        attributes(w, end);
        if let Some(alias) = owner {
            w.u32(word::IFLA_GROUP, word::GROUP_OURS);
            w.text(word::IFLA_IFALIAS, alias);
        }
    });
    writer
}

/// Removes links, all in one go: the kernel waits out its readers once per message, for about 15 ms.
pub(crate) fn doom(names: &[&str]) -> Writer {
    let mut writer = Writer::default();
    for name in names {
        writer.message(word::NEWLINK, 0, 0, &ifinfo(0, 0, 0), |w| {
            w.text(word::IFLA_IFNAME, name);
            w.u32(word::IFLA_GROUP, word::GROUP_DOOMED);
        });
    }
    writer.message(word::DELLINK, 0, 0, &ifinfo(0, 0, 0), |w| w.u32(word::IFLA_GROUP, word::GROUP_DOOMED));
    writer
}

/// The fixed part of a link's message.
pub(super) fn ifinfo(index: u32, flags: u32, change: u32) -> [u8; 16] {
    let mut fixed = [0; 16];
    fixed[4..8].copy_from_slice(&index.to_ne_bytes());
    fixed[8..12].copy_from_slice(&flags.to_ne_bytes());
    fixed[12..].copy_from_slice(&change.to_ne_bytes());
    fixed
}

fn attributes(w: &mut Writer, end: &LinkEnd) {
    w.text(word::IFLA_IFNAME, &end.name);
    w.attr(word::IFLA_ADDRESS, &end.mac.0);
    w.u32(word::IFLA_MTU, end.mtu);
    w.u32(word::IFLA_GSO_IPV4_MAX_SIZE, BATCH);
    w.u32(word::IFLA_GRO_IPV4_MAX_SIZE, BATCH);
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::os::fd::AsFd;

    use super::*;
    use crate::netlink::Messages;
    use crate::object::Mac;

    fn end(name: &str, up: bool) -> LinkEnd {
        LinkEnd { name: name.into(), mac: Mac::of(name), mtu: 9001, up }
    }

    fn first_body(writer: &Writer) -> Vec<u8> {
        Messages(writer.bytes()).next().expect("one message").body.to_vec()
    }

    #[test]
    fn an_end_reads_back_with_its_owner_and_without() {
        let ours = seen(&first_body(&set_link(&end("x", true), Some("far")))).expect("a link");
        assert_eq!((ours.end, ours.ours, ours.alias.as_deref()), (end("x", true), true, Some("far")));
        let theirs = seen(&first_body(&set_link(&end("x", false), None))).expect("a link");
        assert_eq!((theirs.end, theirs.ours, theirs.alias), (end("x", false), false, None));
    }

    #[test]
    fn a_new_pair_is_down_and_names_its_far_end_and_namespace() {
        let namespace = File::open("/proc/self/ns/net").expect("this process has a namespace");
        let kind = LinkKind::Veth { namespace: "far".into(), peer: end("eth0", true) };
        let body = first_body(&new_link(&end("x", true), &kind, namespace.as_fd()));
        let link = seen(&body).expect("a link");
        assert!(link.ours && !link.end.up);
        let info = Attributes::after(&body, 16).inside(word::IFLA_LINKINFO);
        assert_eq!(info.text(word::INFO_KIND).as_deref(), Some("veth"));
        let far = info.inside(word::INFO_DATA).find(word::VETH_INFO_PEER).expect("a far end");
        assert_eq!(Attributes::after(far, 16).text(word::IFLA_IFNAME).as_deref(), Some("eth0"));
        assert!(Attributes::after(far, 16).u32(word::IFLA_NET_NS_FD).is_some());
        for end in [Attributes::after(&body, 16), Attributes::after(far, 16)] {
            assert_eq!(end.u32(word::IFLA_GSO_IPV4_MAX_SIZE), Some(BATCH));
        }
    }

    #[test]
    fn links_that_go_are_gathered_and_go_in_one_message() {
        let kinds: Vec<u16> = Messages(doom(&["a", "b"]).bytes()).map(|message| message.kind).collect();
        assert_eq!(kinds, [word::NEWLINK, word::NEWLINK, word::DELLINK]);
    }
}
