//! Groups and ACLs, some of which let everything pass, and some of which have holes.

use resource::*;

use super::ways::Link;
use super::{Net, Site};
use crate::dice::Dice;
use crate::world::{PING, egress, entry, from, ingress, members, members_of_peer};

const ECHO: Traffic = Traffic::Icmp { kind: Some(8), code: None };
const TRAFFICS: [Traffic; 7] = [
    PING,
    Traffic::All,
    Traffic::Tcp(80, 80),
    Traffic::Tcp(1, 1023),
    Traffic::Tcp(8080, 8080),
    Traffic::Udp(1, 65535),
    Traffic::Udp(53, 80),
];
/// What an ACL may let back: all of what clients may be answered on, or a part of it.
const BACK: [(u16, u16); 5] = [(1024, 65535), (32768, 60999), (1024, 49151), (49152, 65535), (32768, 40000)];

impl Site<'_> {
    pub(super) fn filters(&mut self, net: &Net, nets: &[Net], links: &[Link]) {
        self.rules(net, nets);
        if self.has("associations") {
            self.associations(net, nets);
        }
        if self.has("peerings") {
            self.peers_groups(net, nets, links);
        }
        if self.has("acls") {
            self.acls(net, nets);
        }
    }

    fn rules(&mut self, net: &Net, nets: &[Net]) {
        let mut dice = self.dice("rules", net.number);
        for group in &net.groups {
            for into in [true, true, false] {
                let (traffic, peer) = self.allowance(&mut dice, net, nets);
                self.world.allow(group, if into { ingress(traffic, peer) } else { egress(traffic, peer) });
            }
        }
    }

    /// Groups that are for other VPCs as well, where some machines carry them.
    fn associations(&mut self, net: &Net, nets: &[Net]) {
        let mut dice = self.dice("associations", net.number);
        for other in nets.iter().filter(|other| other.number != net.number) {
            let group = dice.pick(&net.groups);
            if !dice.chance(40) {
                continue;
            }
            let association = VpcAssociation { vpc: other.vpc.clone(), state: VpcAssociationState::Associated };
            self.world.update::<SecurityGroup>(group, |group| group.associations.push(association.clone()));
            for machine in other.machines.iter().filter(|_| dice.chance(60)) {
                self.world.update::<NetworkInterface>(&machine.interface, |eni| eni.groups.push(group.clone()));
            }
        }
    }

    fn allowance(&mut self, dice: &mut Dice, net: &Net, nets: &[Net]) -> (Traffic, RulePeer) {
        match dice.chance(self.open) || !self.has("rules") {
            true => (Traffic::All, from("0.0.0.0/0")),
            false => (*dice.pick(&TRAFFICS), self.peer(dice, net, nets)),
        }
    }

    fn peer(&mut self, dice: &mut Dice, net: &Net, nets: &[Net]) -> RulePeer {
        let base = &net.base;
        match dice.below(9) {
            0..=2 => from("0.0.0.0/0"),
            3 => from(&format!("{base}.{}.0/24", dice.below(3))),
            4 => from(&format!("{base}.0.{}/32", 4 + dice.below(3))),
            5 => RulePeer::PrefixList(self.world.prefix_list(&[&format!("{base}.1.0/24"), "198.18.0.0/15"])),
            6 => from(&format!("{}.0.0/16", dice.pick(nets).base)),
            _ => members(dice.pick(&net.groups)),
        }
    }

    /// Rules that name groups of peers, whether or not the connection is one.
    fn peers_groups(&mut self, net: &Net, nets: &[Net], links: &[Link]) {
        let mut dice = self.dice("peers' groups", net.number);
        for link in links {
            let Some(other) = link.other(net.number) else { continue };
            if dice.chance(60) {
                let peer = members_of_peer(self.world, dice.pick(&nets[other].groups), &link.id);
                self.world.allow(dice.pick(&net.groups), ingress(*dice.pick(&TRAFFICS), peer));
            }
        }
    }

    fn acls(&mut self, net: &Net, nets: &[Net]) {
        let mut dice = self.dice("acls", net.number);
        for subnet in &net.subnets {
            if dice.chance(self.open) {
                continue;
            }
            let entries = if dice.chance(60) { porous(&mut dice) } else { self.scattered(&mut dice, net, nets) };
            self.world.acl(&net.vpc, &[subnet], &entries);
        }
    }

    /// Rules whose order and blocks mean nothing.
    fn scattered(&self, dice: &mut Dice, net: &Net, nets: &[Net]) -> Vec<AclEntry> {
        let (low, high) = *dice.pick(&BACK);
        let traffics = [
            Traffic::All,
            ECHO,
            PING,
            Traffic::Tcp(80, 80),
            Traffic::Tcp(1, 1023),
            Traffic::Tcp(low, high),
            Traffic::Udp(0, 65535),
            Traffic::Tcp(0, 65535),
        ];
        let base = &net.base;
        let mut blocks = vec!["0.0.0.0/0".to_owned(), "198.18.0.0/15".to_owned(), format!("{}.0.0/16", dice.pick(nets).base)];
        blocks.extend((0..3).map(|n| format!("{base}.{n}.0/24")));
        let numbers = [("in", 1), ("in", 2), ("in", 3), ("out", 1), ("out", 2), ("out", 3)];
        let mut one = |(direction, n): (&str, u16)| {
            let (traffic, allow) = (*dice.pick(&traffics), dice.chance(80));
            entry(n * 10, direction, traffic, dice.pick(&blocks).as_str(), allow)
        };
        numbers.map(&mut one).into()
    }
}

/// What people write: a service in and out, and answers on the ports that they think clients have.
fn porous(dice: &mut Dice) -> Vec<AclEntry> {
    let everywhere = "0.0.0.0/0";
    let mut entries = vec![entry(50, "in", PING, everywhere, true), entry(50, "out", PING, everywhere, true)];
    for direction in ["in", "out"] {
        entries.push(entry(100, direction, Traffic::Tcp(1, 1023), everywhere, true));
        entries.push(entry(110, direction, Traffic::Udp(1, 1023), everywhere, dice.chance(80)));
        let ((low, high), (first, last)) = (*dice.pick(&BACK), *dice.pick(&BACK));
        entries.push(entry(120, direction, Traffic::Tcp(low, high), everywhere, true));
        entries.push(entry(130, direction, Traffic::Udp(first, last), everywhere, true));
    }
    if dice.chance(30) {
        let direction = if dice.chance(50) { "in" } else { "out" };
        entries.push(entry(90, direction, Traffic::Tcp(32768, 40000), everywhere, false));
    }
    entries
}
