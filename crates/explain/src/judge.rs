//! What groups and ACLs say of a packet, from the plan's own items.

use std::net::Ipv4Addr;

use plan::{Acl, AclRule, Allow, Group, Item, Peer, Subject, members_from};
use resource::{AclId, GroupId, NetworkAcl, Resource, Subnet, SubnetId, VpcId};
use store::Snapshot;

use crate::Packet;
use crate::party::{Party, holder};

/// A group as the plan has it.
pub(crate) fn group(world: &Snapshot, id: &GroupId) -> Option<Group> {
    match plan::item(world, &Subject::Group(id.clone()))? {
        Item::Group(group) => Some(group),
        _ => None,
    }
}

/// The ACL around a subnet, also where it allows everything and is in no packet's way.
pub(crate) fn acl_around(world: &Snapshot, subnet: &SubnetId) -> Option<Acl> {
    Some(Acl::of(world, &*world.linked::<NetworkAcl>(Subnet::KIND, subnet).next()?))
}

/// Whether a packet to or from `peer` is what `allow` speaks of, where the groups of `member` count. `guests` take part and have no interface yet.
pub(crate) fn allows(
    world: &Snapshot,
    vpc: &VpcId,
    allow: &Allow,
    packet: Packet,
    (peer, member): (Ipv4Addr, Ipv4Addr),
    guests: &[Party],
) -> bool {
    packet.overlap(allow.traffic).is_some()
        && match &allow.peer {
            Peer::Net(net) => net.contains(&peer),
            Peer::List(_, nets) => nets.iter().any(|net| net.contains(&peer)),
            Peer::Members(group) => is_member(world, vpc, group, member, guests),
        }
}

/// Whether an address is that of an interface in use that carries the group, in `vpc` itself or in one whose members are known
/// there.
fn is_member(world: &Snapshot, vpc: &VpcId, group: &GroupId, address: Ipv4Addr, guests: &[Party]) -> bool {
    let carries = |there: &VpcId| {
        let present = holder(world, there, address).filter(|party| party.place(world).is_some());
        let guest = guests.iter().find(|party| party.address == address && party.vpc == *there);
        present.as_ref().or(guest).is_some_and(|party| party.groups.contains(group))
    };
    carries(vpc) || members_from(world, vpc, group).iter().any(carries)
}

/// Why an ACL lets a packet not pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Denied {
    /// The ACL.
    pub acl: AclId,
    /// The rule that denies; none is the implied last one.
    pub rule: Option<AclRule>,
    /// The ports that it denies.
    pub ports: (u16, u16),
}

/// Judges a packet that crosses the boundary of an ACL's subnets; `peer` is on the outside. Answers the first rule that lets it
/// pass, or a part of it.
pub(crate) fn judge(acl: &Acl, egress: bool, packet: Packet, peer: Ipv4Addr) -> Result<Option<AclRule>, Denied> {
    let rules = if egress { &acl.egress } else { &acl.ingress };
    let (mut open, mut by) = (vec![packet.ports()], None);
    let denied = |rule, ports| Err(Denied { acl: acl.id.clone(), rule, ports });
    for rule in rules.iter().filter(|rule| rule.cidr.contains(&peer)) {
        let (hit, rest) = split(packet, &open, rule);
        match hit.first() {
            Some(ports) if !rule.allow => return denied(Some(*rule), *ports),
            found => by = by.or_else(|| found.map(|_| *rule)),
        }
        open = rest;
    }
    open.first().map_or(Ok(by), |ports| denied(None, *ports))
}

/// The ports that a rule speaks of, and those that it leaves to the next.
fn split(packet: Packet, open: &[(u16, u16)], rule: &AclRule) -> (Vec<(u16, u16)>, Vec<(u16, u16)>) {
    let (mut hit, mut rest) = (Vec::new(), Vec::new());
    let Some((from, to)) = packet.overlap(rule.traffic) else { return (hit, open.to_vec()) };
    for &(low, high) in open {
        if high < from || low > to {
            rest.push((low, high));
            continue;
        }
        hit.push((low.max(from), high.min(to)));
        rest.extend((low < from).then(|| (low, from - 1)));
        rest.extend((high > to).then(|| (to + 1, high)));
    }
    (hit, rest)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use resource::Traffic;

    fn acl(ingress: &[(u16, Traffic, &str, bool)]) -> Acl {
        let rule = |&(number, traffic, cidr, allow): &(u16, Traffic, &str, bool)| AclRule {
            number,
            traffic,
            cidr: cidr.parse().unwrap(),
            allow,
        };
        Acl {
            id: AclId::parse("acl-00000000000000001").unwrap(),
            vpc: VpcId::parse("vpc-00000000000000001").unwrap(),
            subnets: Vec::new(),
            ingress: ingress.iter().map(rule).collect(),
            egress: Vec::new(),
        }
    }

    fn denied(acl: &Acl, packet: Packet) -> Option<(Option<u16>, (u16, u16))> {
        judge(acl, false, packet, Ipv4Addr::new(10, 0, 0, 4))
            .err()
            .map(|denied| (denied.rule.map(|rule| rule.number), denied.ports))
    }

    #[test]
    fn the_first_rule_that_speaks_of_a_port_decides_it() {
        let acl = acl(&[(100, Traffic::Tcp(80, 80), "10.0.0.0/8", true), (200, Traffic::Tcp(1, 100), "0.0.0.0/0", false)]);
        assert_eq!(denied(&acl, Packet::Tcp(80, 80)), None);
        assert_eq!(denied(&acl, Packet::Tcp(81, 81)), Some((Some(200), (81, 81))));
        assert_eq!(denied(&acl, Packet::Tcp(443, 443)), Some((None, (443, 443))));
    }

    #[test]
    fn the_missing_part_of_a_range_is_named() {
        let acl = acl(&[(100, Traffic::Tcp(40000, 65535), "0.0.0.0/0", true)]);
        assert_eq!(denied(&acl, Packet::Tcp(80, 80).answer(None)), Some((None, (32768, 39999))));
        let whole = self::acl(&[
            (100, Traffic::Tcp(1024, 40000), "0.0.0.0/0", true),
            (110, Traffic::Tcp(40001, 65535), "0.0.0.0/0", true),
        ]);
        assert_eq!(denied(&whole, Packet::Tcp(80, 80).answer(None)), None);
    }
}
