//! Reads the bodies of rtnetlink messages as objects. What is not ours, or not whole, is none.

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;

use super::word;
use crate::netlink::{Attributes, u32_ne};
use crate::object::{Address, Mac, Neighbour, Route, RouteKind, Rule};

/// An address; the loopback's own is not ours.
pub(crate) fn address(body: &[u8], name: impl Fn(u32) -> Option<String>) -> Option<Address> {
    let header = body.get(..8)?;
    let ip = ipv4(Attributes::after(body, 8).find(word::IFA_LOCAL))?;
    let net = Ipv4Net::new(ip, header[1]).ok()?;
    let ours = net != Ipv4Net::new(Ipv4Addr::LOCALHOST, 8).ok()?;
    ours.then_some(Address { link: name(u32_ne(&header[4..])?)?, net })
}

/// A permanent neighbour.
pub(crate) fn neighbour(body: &[u8], name: impl Fn(u32) -> Option<String>) -> Option<Neighbour> {
    let header = body.get(..12)?;
    let state = u16::from_ne_bytes([header[8], header[9]]);
    if header[0] != word::AF_INET || state != word::NUD_PERMANENT {
        return None;
    }
    let attributes = Attributes::after(body, 12);
    let (ip, mac) = (ipv4(attributes.find(word::NDA_DST))?, mac(attributes.find(word::NDA_LLADDR))?);
    Some(Neighbour { link: name(u32_ne(&header[4..])?)?, ip, mac })
}

/// A route that carries our protocol number.
pub(crate) fn route(body: &[u8], name: impl Fn(u32) -> Option<String>) -> Option<Route> {
    let header = body.get(..12)?;
    let attributes = Attributes::after(body, 12);
    if header[0] != word::AF_INET || header[5] != word::PROTOCOL {
        return None;
    }
    let dst = ipv4(attributes.find(word::RTA_DST)).unwrap_or(Ipv4Addr::UNSPECIFIED);
    let device = || name(attributes.u32(word::RTA_OIF)?);
    let kind = match header[7] {
        word::RTN_UNICAST => RouteKind::Unicast {
            dev: device()?,
            via: ipv4(attributes.find(word::RTA_GATEWAY)),
            onlink: u32_ne(&header[8..])? & word::ONLINK != 0,
            src: ipv4(attributes.find(word::RTA_PREFSRC)),
            realm: attributes.u32(word::RTA_FLOW).and_then(|flow| u16::try_from(flow & 0xffff).ok()).filter(|realm| *realm != 0),
        },
        word::RTN_LOCAL => RouteKind::Local { dev: device()? },
        word::RTN_BLACKHOLE => RouteKind::Blackhole,
        word::RTN_UNREACHABLE => RouteKind::Unreachable,
        word::RTN_PROHIBIT => RouteKind::Prohibit,
        word::RTN_THROW => RouteKind::Throw,
        _ => return None,
    };
    Some(Route {
        table: attributes.u32(word::RTA_TABLE).unwrap_or(u32::from(header[4])),
        dst: Ipv4Net::new(dst, header[1]).ok()?,
        metric: attributes.u32(word::RTA_PRIORITY).unwrap_or(0),
        kind,
    })
}

/// A rule that carries our protocol number.
pub(crate) fn rule(body: &[u8]) -> Option<Rule> {
    let header = body.get(..12)?;
    let attributes = Attributes::after(body, 12);
    if attributes.find(word::FRA_PROTOCOL) != Some(&[word::PROTOCOL]) {
        return None;
    }
    let net = |kind: u16, length: u8| Ipv4Net::new(ipv4(attributes.find(kind))?, length).ok();
    Some(Rule {
        priority: attributes.u32(word::FRA_PRIORITY).unwrap_or(0),
        iif: attributes.text(word::FRA_IIFNAME),
        from: net(word::FRA_SRC, header[2]),
        to: net(word::FRA_DST, header[1]),
        fwmark: attributes.u32(word::FRA_FWMARK),
        table: attributes.u32(word::FRA_TABLE).unwrap_or(u32::from(header[4])),
    })
}

/// A link-layer address of six bytes.
pub(super) fn mac(bytes: Option<&[u8]>) -> Option<Mac> {
    Some(Mac(bytes?.try_into().ok()?))
}

fn ipv4(bytes: Option<&[u8]>) -> Option<Ipv4Addr> {
    Some(Ipv4Addr::from(<[u8; 4]>::try_from(bytes?).ok()?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::encode;
    use super::*;
    use crate::netlink::{Messages, Writer};
    use crate::object::{Change, Object};

    /// The body of the message that adds an object; device numbers are those of [`name`].
    fn body(object: Object) -> Vec<u8> {
        let mut writer = Writer::default();
        let mut index = |name: &str| name.strip_prefix("eth").and_then(|number| number.parse().ok());
        assert!(encode::write(&mut writer, 1, &Change::Add(object), &mut index));
        let message = Messages(writer.bytes()).next().expect("one message");
        message.body.to_vec()
    }

    fn name(index: u32) -> Option<String> {
        Some(format!("eth{index}"))
    }

    fn net() -> impl Strategy<Value = Ipv4Net> {
        (any::<[u8; 4]>(), 0..=32_u8).prop_map(|(octets, length)| Ipv4Net::new(octets.into(), length).expect("a length").trunc())
    }

    fn ip() -> impl Strategy<Value = Ipv4Addr> {
        any::<[u8; 4]>().prop_map(Ipv4Addr::from)
    }

    fn kind() -> impl Strategy<Value = RouteKind> {
        let option = |strategy| proptest::option::of(strategy);
        let unicast = (0..9_u32, option(ip().boxed()), any::<bool>(), option(ip().boxed()), proptest::option::of(1..=u16::MAX));
        prop_oneof![
            unicast.prop_map(|(dev, via, onlink, src, realm)| RouteKind::Unicast {
                dev: format!("eth{dev}"),
                via,
                onlink,
                src,
                realm
            }),
            Just(RouteKind::Local { dev: "eth3".into() }),
            Just(RouteKind::Blackhole),
            Just(RouteKind::Unreachable),
            Just(RouteKind::Prohibit),
            Just(RouteKind::Throw),
        ]
    }

    proptest! {
        #[test]
        fn a_route_reads_back(table in 1..u32::MAX, dst in net(), metric: u32, kind in kind()) {
            let wanted = Route { table, dst, metric, kind };
            prop_assert_eq!(route(&body(Object::Route(wanted.clone())), name), Some(wanted));
        }

        #[test]
        fn a_rule_reads_back(
            priority: u32, table in 1..u32::MAX, from in proptest::option::of(net()), to in proptest::option::of(net()),
            fwmark: Option<u32>, iif in proptest::option::of("[a-z]{1,15}"),
        ) {
            let wanted = Rule { priority, iif, from, to, fwmark, table };
            prop_assert_eq!(rule(&body(Object::Rule(wanted.clone()))), Some(wanted));
        }

        #[test]
        fn an_address_and_a_neighbour_read_back(ip in ip(), length in 0..=32_u8, octets: [u8; 6]) {
            let net = Ipv4Net::new(ip, length).expect("a length");
            prop_assume!(net != Ipv4Net::new(Ipv4Addr::LOCALHOST, 8).expect("a net"));
            let wanted = Address { link: "eth4".into(), net };
            prop_assert_eq!(address(&body(Object::Address(wanted.clone())), name), Some(wanted));
            let wanted = Neighbour { link: "eth5".into(), ip, mac: Mac(octets) };
            prop_assert_eq!(neighbour(&body(Object::Neighbour(wanted.clone())), name), Some(wanted));
        }

        #[test]
        fn any_bytes_are_read_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = (route(&bytes, name), rule(&bytes), address(&bytes, name), neighbour(&bytes, name));
            let _ = super::super::seen(&bytes);
        }
    }

    #[test]
    fn what_others_made_is_not_read() {
        let mut foreign =
            body(Object::Route(Route { table: 254, dst: Ipv4Net::default(), metric: 0, kind: RouteKind::Blackhole }));
        foreign[5] = 3;
        assert_eq!(route(&foreign, name), None);
        let loopback = Address { link: "eth1".into(), net: "127.0.0.1/8".parse().expect("a net") };
        assert_eq!(address(&body(Object::Address(loopback)), name), None);
    }

    #[test]
    fn a_device_that_is_unknown_cannot_be_written() {
        let route = Route { table: 254, dst: Ipv4Net::default(), metric: 0, kind: RouteKind::Local { dev: "lo".into() } };
        assert!(!encode::write(&mut Writer::default(), 1, &Change::Add(Object::Route(route)), &mut |_| None));
    }
}
