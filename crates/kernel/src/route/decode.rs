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
