//! Prints objects and changes, one line each where that is enough, in the words of the `ip` and `nft` programs.

use std::fmt::{Display, Formatter, Result};

use crate::object::{Address, Change, Key, Link, LinkEnd, LinkKind, Neighbour, Object, Route, RouteKind, Rule, Sysctl};

impl Display for Object {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Object::Link(link) => write!(f, "{link}"),
            Object::Address(address) => write!(f, "{address}"),
            Object::Route(route) => write!(f, "{route}"),
            Object::Rule(rule) => write!(f, "{rule}"),
            Object::Neighbour(neighbour) => write!(f, "{neighbour}"),
            Object::Sysctl(sysctl) => write!(f, "{sysctl}"),
            Object::Shortcut(device) => write!(f, "shortcut dev {device}"),
            Object::Table(table) => write!(f, "{table}"),
            Object::Set(set) => write!(f, "{set}"),
            Object::Chain(chain) => write!(f, "{chain}"),
            Object::Element(element) => write!(f, "{element}"),
            Object::Timeout(timeout) => write!(f, "{timeout}"),
        }
    }
}

impl Display for Change {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Change::Add(object) => write!(f, "add {object}"),
            Change::Replace(object) => write!(f, "replace {object}"),
            Change::Remove(key) => write!(f, "remove {key}"),
        }
    }
}

impl Display for Key {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Key::Link(name) => write!(f, "link {name}"),
            Key::Address(link, net) => write!(f, "address {net} dev {link}"),
            Key::Route(table, dst, metric) => {
                write!(f, "route {dst} table {table} metric {metric}")
            }
            Key::Rule(rule) => write!(f, "{rule}"),
            Key::Neighbour(link, ip) => write!(f, "neighbour {ip} dev {link}"),
            Key::Sysctl(path) => write!(f, "sysctl {path}"),
            Key::Shortcut(device) => write!(f, "shortcut dev {device}"),
            Key::Table(name) => write!(f, "table ip {name}"),
            Key::Set(table, name) => write!(f, "set ip {table} {name}"),
            Key::Chain(table, name) => write!(f, "chain ip {table} {name}"),
            Key::Timeout(table, name) => write!(f, "ct timeout ip {table} {name}"),
            Key::Element(table, set, key) => {
                let data = crate::nft::Data::None;
                let (table, set, key) = (table.clone(), set.clone(), key.clone());
                write!(f, "{}", crate::nft::Element { table, set, key, data })
            }
        }
    }
}

impl Display for Link {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let LinkKind::Veth { namespace, peer } = &self.kind;
        write!(f, "link {} type veth peer {peer} netns {namespace}", self.end)
    }
}

impl Display for LinkEnd {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let state = if self.up { "up" } else { "down" };
        write!(f, "{} address {} mtu {} {state}", self.name, self.mac, self.mtu)
    }
}

impl Display for Address {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "address {} dev {}", self.net, self.link)
    }
}

impl Display for Route {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.write_str("route ")?;
        match &self.kind {
            RouteKind::Unicast { .. } => {}
            RouteKind::Local { .. } => f.write_str("local ")?,
            RouteKind::Blackhole => f.write_str("blackhole ")?,
            RouteKind::Unreachable => f.write_str("unreachable ")?,
            RouteKind::Prohibit => f.write_str("prohibit ")?,
            RouteKind::Throw => f.write_str("throw ")?,
        }
        write!(f, "{}", self.dst)?;
        match &self.kind {
            RouteKind::Unicast { dev, via, onlink, src, realm } => {
                via.map_or(Ok(()), |via| write!(f, " via {via}"))?;
                write!(f, " dev {dev}")?;
                src.map_or(Ok(()), |src| write!(f, " src {src}"))?;
                realm.map_or(Ok(()), |realm| write!(f, " realm {realm}"))?;
                f.write_str(if *onlink { " onlink" } else { "" })?;
            }
            RouteKind::Local { dev } => write!(f, " dev {dev}")?,
            _ => {}
        }
        write!(f, " table {} metric {}", self.table, self.metric)
    }
}

impl Display for Rule {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "rule {}: from ", self.priority)?;
        match self.from {
            Some(net) => write!(f, "{net}")?,
            None => f.write_str("all")?,
        }
        self.to.map_or(Ok(()), |net| write!(f, " to {net}"))?;
        self.fwmark.map_or(Ok(()), |mark| write!(f, " fwmark {mark:#x}"))?;
        self.iif.as_ref().map_or(Ok(()), |iif| write!(f, " iif {iif}"))?;
        write!(f, " lookup {}", self.table)
    }
}

impl Display for Neighbour {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "neighbour {} dev {} lladdr {} permanent", self.ip, self.link, self.mac)
    }
}

impl Display for Sysctl {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "sysctl {} = {}", self.path, self.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nft::Value;
    use crate::object::Mac;

    fn shown(objects: &[Object]) -> String {
        objects.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn objects_read_like_the_ip_program() {
        let net = |text: &str| text.parse().expect("a net");
        let route = |kind| Object::Route(Route { table: 7, dst: net("10.0.0.0/8"), metric: 5, kind });
        let ip = "10.0.0.1".parse().expect("an address");
        let unicast = RouteKind::Unicast { dev: "x".into(), via: Some(ip), onlink: true, src: Some(ip), realm: Some(9) };
        let rule = Rule {
            priority: 5,
            iif: Some("x".into()),
            from: Some(net("10.0.0.0/8")),
            to: Some(net("10.1.0.0/16")),
            fwmark: Some(16),
            table: 7,
        };
        insta::assert_snapshot!(shown(&[
            route(unicast),
            route(RouteKind::Local { dev: "lo".into() }),
            route(RouteKind::Blackhole),
            route(RouteKind::Unreachable),
            route(RouteKind::Prohibit),
            route(RouteKind::Throw),
            Object::Rule(rule),
            Object::Neighbour(Neighbour { link: "x".into(), ip, mac: Mac([2, 0, 0, 0, 0, 0x1f]) }),
        ]), @"
        route 10.0.0.0/8 via 10.0.0.1 dev x src 10.0.0.1 realm 9 onlink table 7 metric 5
        route local 10.0.0.0/8 dev lo table 7 metric 5
        route blackhole 10.0.0.0/8 table 7 metric 5
        route unreachable 10.0.0.0/8 table 7 metric 5
        route prohibit 10.0.0.0/8 table 7 metric 5
        route throw 10.0.0.0/8 table 7 metric 5
        rule 5: from 10.0.0.0/8 to 10.1.0.0/16 fwmark 0x10 iif x lookup 7
        neighbour 10.0.0.1 dev x lladdr 02:00:00:00:00:1f permanent
        ");
    }

    #[test]
    fn a_removal_names_what_goes() {
        let port = |number| vec![Value::Port(number)];
        let keys = [
            Key::Link("x".into()),
            Key::Neighbour("x".into(), "10.0.0.1".parse().expect("an address")),
            Key::Sysctl("net/a".into()),
            Key::Chain("t".into(), "c".into()),
            Key::Element("t".into(), "s".into(), port(1)),
        ];
        let lines: Vec<String> = keys.into_iter().map(|key| Change::Remove(key).to_string()).collect();
        insta::assert_snapshot!(lines.join("\n"), @"
        remove link x
        remove neighbour 10.0.0.1 dev x
        remove sysctl net/a
        remove chain ip t c
        remove element ip t s { 1 }
        ");
    }

    #[test]
    fn a_name_always_has_the_same_link_layer_address_and_it_is_a_local_one() {
        assert_eq!(Mac::of("eni-1"), Mac::of("eni-1"));
        assert_ne!(Mac::of("eni-1"), Mac::of("eni-2"));
        assert_eq!(Mac::of("eni-1").0[0], 2);
    }
}
