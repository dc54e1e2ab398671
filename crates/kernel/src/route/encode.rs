//! Writes changes of addresses, routes, rules and neighbours as rtnetlink messages.

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;

use super::word;
use crate::netlink::{Writer, flag};
use crate::object::{Change, Key, Object, Route, RouteKind, Rule};

/// A question for everything of one kind; `fixed` is the length of that kind's fixed part.
pub(crate) fn inventory(kind: u16, fixed: usize) -> Writer {
    let mut writer = Writer::default();
    let mut header = vec![0; fixed];
    if kind != word::GETLINK {
        header[0] = word::AF_INET;
    }
    writer.message(kind, flag::DUMP, 0, &header, |w| {
        if kind == word::GETLINK {
            w.u32(word::IFLA_EXT_MASK, word::EXT_SKIP_STATISTICS);
        }
    });
    writer
}

/// Writes one change; the kernel answers only if it refuses. `index` knows the numbers of devices; false when it does not know a device, or when the change is
/// not of these kinds.
pub(crate) fn write(w: &mut Writer, sequence: u32, change: &Change, index: &mut dyn FnMut(&str) -> Option<u32>) -> bool {
    let put = flag::CREATE | flag::REPLACE;
    match change {
        Change::Add(object) | Change::Replace(object) => match object {
            Object::Address(a) => index(&a.link).map(|dev| address(w, word::NEWADDR, put, sequence, dev, a.net)).is_some(),
            Object::Neighbour(n) => {
                let mac = Some(&n.mac.0);
                index(&n.link).map(|dev| neighbour(w, word::NEWNEIGH, put, sequence, dev, n.ip, mac)).is_some()
            }
            Object::Route(route) => new_route(w, sequence, route, index).is_some(),
            Object::Rule(wanted) => {
                rule(w, word::NEWRULE, flag::CREATE | flag::EXCLUSIVE, sequence, wanted);
                true
            }
            _ => false,
        },
        Change::Remove(key) => delete(w, sequence, key, index),
    }
}

fn delete(w: &mut Writer, sequence: u32, key: &Key, index: &mut dyn FnMut(&str) -> Option<u32>) -> bool {
    match key {
        Key::Address(link, net) => index(link).map(|dev| address(w, word::DELADDR, 0, sequence, dev, *net)).is_some(),
        Key::Neighbour(link, ip) => index(link).map(|dev| neighbour(w, word::DELNEIGH, 0, sequence, dev, *ip, None)).is_some(),
        Key::Route(table, dst, metric) => {
            delete_route(w, sequence, *table, *dst, *metric);
            true
        }
        Key::Rule(old) => {
            rule(w, word::DELRULE, 0, sequence, old);
            true
        }
        _ => false,
    }
}

fn address(w: &mut Writer, kind: u16, flags: u16, sequence: u32, device: u32, net: Ipv4Net) {
    let mut fixed = [word::AF_INET, net.prefix_len(), 0, word::SCOPE_UNIVERSE, 0, 0, 0, 0];
    fixed[4..].copy_from_slice(&device.to_ne_bytes());
    w.message(kind, flags, sequence, &fixed, |w| {
        w.attr(word::IFA_LOCAL, &net.addr().octets());
        w.attr(word::IFA_ADDRESS, &net.addr().octets());
    });
}

fn neighbour(w: &mut Writer, kind: u16, flags: u16, sequence: u32, device: u32, ip: Ipv4Addr, mac: Option<&[u8; 6]>) {
    let mut fixed = [0; 12];
    fixed[0] = word::AF_INET;
    fixed[4..8].copy_from_slice(&device.to_ne_bytes());
    fixed[8..10].copy_from_slice(&word::NUD_PERMANENT.to_ne_bytes());
    w.message(kind, flags, sequence, &fixed, |w| {
        w.attr(word::NDA_DST, &ip.octets());
        if let Some(mac) = mac {
            w.attr(word::NDA_LLADDR, mac);
        }
    });
}

fn new_route(w: &mut Writer, sequence: u32, route: &Route, index: &mut dyn FnMut(&str) -> Option<u32>) -> Option<()> {
    let (kind, scope) = match &route.kind {
        RouteKind::Unicast { via: Some(_), .. } => (word::RTN_UNICAST, word::SCOPE_UNIVERSE),
        RouteKind::Unicast { .. } => (word::RTN_UNICAST, word::SCOPE_LINK),
        RouteKind::Local { .. } => (word::RTN_LOCAL, word::SCOPE_HOST),
        RouteKind::Blackhole => (word::RTN_BLACKHOLE, word::SCOPE_UNIVERSE),
        RouteKind::Unreachable => (word::RTN_UNREACHABLE, word::SCOPE_UNIVERSE),
        RouteKind::Prohibit => (word::RTN_PROHIBIT, word::SCOPE_UNIVERSE),
        RouteKind::Throw => (word::RTN_THROW, word::SCOPE_UNIVERSE),
    };
    let device = match &route.kind {
        RouteKind::Unicast { dev, .. } | RouteKind::Local { dev } => Some(index(dev)?),
        _ => None,
    };
    let mut fixed = route_header(route.dst, kind, scope);
    if let RouteKind::Unicast { onlink: true, .. } = &route.kind {
        fixed[8..].copy_from_slice(&word::ONLINK.to_ne_bytes());
    }
    w.message(word::NEWROUTE, flag::CREATE | flag::REPLACE, sequence, &fixed, |w| {
        route_identity(w, route.table, route.dst, route.metric);
        if let Some(device) = device {
            w.u32(word::RTA_OIF, device);
        }
        if let RouteKind::Unicast { via, src, realm, .. } = &route.kind {
            via.iter().for_each(|via| w.attr(word::RTA_GATEWAY, &via.octets()));
            src.iter().for_each(|src| w.attr(word::RTA_PREFSRC, &src.octets()));
            realm.iter().for_each(|realm| w.u32(word::RTA_FLOW, u32::from(*realm)));
        }
    });
    Some(())
}

fn delete_route(w: &mut Writer, sequence: u32, table: u32, dst: Ipv4Net, metric: u32) {
    let fixed = route_header(dst, 0, word::SCOPE_NOWHERE);
    w.message(word::DELROUTE, 0, sequence, &fixed, |w| route_identity(w, table, dst, metric));
}

fn route_header(dst: Ipv4Net, kind: u8, scope: u8) -> [u8; 12] {
    [word::AF_INET, dst.prefix_len(), 0, 0, 0, word::PROTOCOL, scope, kind, 0, 0, 0, 0]
}

fn route_identity(w: &mut Writer, table: u32, dst: Ipv4Net, metric: u32) {
    w.u32(word::RTA_TABLE, table);
    if dst.prefix_len() > 0 {
        w.attr(word::RTA_DST, &dst.network().octets());
    }
    if metric > 0 {
        w.u32(word::RTA_PRIORITY, metric);
    }
}

fn rule(w: &mut Writer, kind: u16, flags: u16, sequence: u32, rule: &Rule) {
    let length = |net: Option<Ipv4Net>| net.map_or(0, |net| net.prefix_len());
    let fixed = [word::AF_INET, length(rule.to), length(rule.from), 0, 0, 0, 0, word::FR_TO_TABLE, 0, 0, 0, 0];
    w.message(kind, flags, sequence, &fixed, |w| {
        w.u32(word::FRA_PRIORITY, rule.priority);
        w.u32(word::FRA_TABLE, rule.table);
        w.attr(word::FRA_PROTOCOL, &[word::PROTOCOL]);
        rule.iif.iter().for_each(|iif| w.text(word::FRA_IIFNAME, iif));
        rule.from.iter().for_each(|net| w.attr(word::FRA_SRC, &net.network().octets()));
        rule.to.iter().for_each(|net| w.attr(word::FRA_DST, &net.network().octets()));
        if let Some(mark) = rule.fwmark {
            w.u32(word::FRA_FWMARK, mark);
            w.u32(word::FRA_FWMASK, u32::MAX);
        }
    });
}
