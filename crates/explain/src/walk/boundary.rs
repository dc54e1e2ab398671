//! What filters packets: groups, which remember connections, and the ACLs of subnets, which judge answers too.

use std::net::Ipv4Addr;

use plan::{Acl, AclRule, Allow};
use resource::{GroupId, SecurityGroup, SubnetId};

use super::{Sender, Walk};
use crate::judge::{acl_around, allows, group, judge};
use crate::mend;
use crate::party::Party;
use crate::{Code, Ground, Packet};

impl Walk<'_> {
    /// Whether a party's groups let its packet out.
    pub(super) fn groups_out(&mut self, party: &Party, to: Ipv4Addr) {
        let found = party.groups.iter().find_map(|id| Some((id.clone(), self.group_allows(party, id, true, (to, to))?)));
        if let Some((id, allow)) = found {
            self.passes(&id, format!("lets {} out to {to}", self.packet));
            return self.by(grounds(party, true, vec![id], Some(allow)));
        }
        let Some(id) = party.groups.first().cloned() else { return self.no_groups(party) };
        let (code, problem) = self.mismatch(party, true, &format!("out to {to}"));
        let roomy = mend::roomy(self.world, &party.groups, true).unwrap_or(&id);
        let fixes = mend::let_out(self.world, roomy, self.packet, to);
        self.blocked(code, id, problem, fixes);
        self.by(grounds(party, true, party.groups.clone(), None));
    }

    /// Whether a party's groups let a sender's packet in.
    pub(super) fn groups_in(&mut self, party: &Party, sender: &Sender) {
        let peer = (sender.address, sender.member());
        let found = party.groups.iter().find_map(|id| Some((id.clone(), self.group_allows(party, id, false, peer)?)));
        if let Some((id, allow)) = found {
            self.passes(&id, format!("lets {} in from {}", self.packet, sender.address));
            return self.by(grounds(party, false, vec![id], Some(allow)));
        }
        let Some(id) = party.groups.first().cloned() else { return self.no_groups(party) };
        let (code, problem) = match self.lost_reference(party, sender) {
            Some(lost) => lost,
            None => self.mismatch(party, false, &format!("in from {}", sender.address)),
        };
        let roomy = mend::roomy(self.world, &party.groups, false).unwrap_or(&id);
        let fixes = mend::let_in(self.world, roomy, self.packet, sender, &party.vpc);
        self.blocked(code, id, problem, fixes);
        self.by(grounds(party, false, party.groups.clone(), None));
    }

    /// A workload without any group is closed.
    fn no_groups(&mut self, party: &Party) {
        let problem = "carries no security group, so nothing is let in or out";
        self.blocked(Code::GroupRules, &party.name, problem, Vec::new());
    }

    /// The rule that lets a packet to or from `peer` pass: its address, and the one whose groups count.
    fn group_allows(&self, party: &Party, id: &GroupId, egress: bool, peer: (Ipv4Addr, Ipv4Addr)) -> Option<Allow> {
        let group = group(self.world, id)?;
        let list = if egress { group.egress } else { group.ingress };
        list.into_iter().find(|allow| allows(self.world, &party.vpc, allow, self.packet, peer, &self.guests))
    }

    /// A rule names a group, but who stands in between shows its own address.
    fn lost_reference(&self, party: &Party, sender: &Sender) -> Option<(Code, String)> {
        let between = sender.by.as_deref().or(sender.party.as_ref());
        let between = between.filter(|between| between.interface.as_ref().is_some_and(|i| i.kind.is_managed()))?;
        let names = |group: &plan::Group| {
            let mut allows = group.ingress.iter().filter(|allow| self.packet.overlap(allow.traffic).is_some());
            allows.any(|allow| matches!(allow.peer, plan::Peer::Members(_)))
        };
        let by = party.groups.iter().filter_map(|id| group(self.world, id)).find(names)?;
        let instead = match sender.by {
            Some(_) => "passes packets on, so that no group of the client's counts, but its own".to_owned(),
            None => format!("has put {} in the place of the client's address", sender.address),
        };
        let problem = format!("lets {} in from members of a group, and {} {instead}", self.packet, between.name);
        (!by.ingress.is_empty()).then_some((Code::ReferenceLost, problem))
    }

    fn mismatch(&self, party: &Party, egress: bool, way: &str) -> (Code, String) {
        let groups = &party.groups;
        let rules = |id: &GroupId| {
            self.world.find::<SecurityGroup>(id.as_str()).map_or(0, |g| g.rules.iter().filter(|r| r.egress == egress).count())
        };
        let others = match groups.len() {
            1 => String::new(),
            n => format!(", nor does any of the {} others on the interface", n - 1),
        };
        match groups.iter().map(rules).sum::<usize>() {
            0 => (
                Code::GroupsEmpty,
                format!(
                    "has no {} rules, so {} does not get {way}{others}",
                    if egress { "egress" } else { "ingress" },
                    self.packet
                ),
            ),
            _ => {
                let (code, why) = self.peered_groups(party, egress).unwrap_or((Code::GroupRules, String::new()));
                (code, format!("lets no {} {way}{others}{why}", self.packet))
            }
        }
    }

    /// The boundary of a subnet between an address in it and `peer`: the packet in one direction, its answer in the other.
    pub(super) fn boundary(&mut self, party: &Party, egress: bool, peer: Ipv4Addr) {
        if party.cidr.contains(&peer) {
            return;
        }
        let Some(acl) = acl_around(self.world, &party.subnet) else { return };
        let open = self.crossing(&acl, &party.subnet, egress, self.packet, peer, "");
        let back = self.crossing(&acl, &party.subnet, !egress, self.packet.answer(self.from_ports), peer, "the answers, ");
        if let (Some(rule), Some(back)) = (open, back) {
            let way = if egress { "out" } else { "in" };
            self.passes(&acl.id, format!("lets {} {way} and the answers back", self.packet));
            self.by(Ground::Acl { subnet: party.subnet.clone(), egress, rule });
            self.answered_by(Ground::Acl { subnet: party.subnet.clone(), egress: !egress, rule: back });
        }
    }

    /// The rule that lets a packet cross; none at all when it does not.
    fn crossing(
        &mut self,
        acl: &Acl,
        subnet: &SubnetId,
        egress: bool,
        packet: Packet,
        peer: Ipv4Addr,
        what: &str,
    ) -> Option<Option<AclRule>> {
        let denied = match judge(acl, egress, packet, peer) {
            Ok(rule) => return Some(rule),
            Err(denied) => denied,
        };
        let by = denied.rule.map_or("by no rule that allows them".to_owned(), |rule| format!("by rule {}", rule.number));
        let way = if egress { format!("out to {peer}") } else { format!("in from {peer}") };
        let lost = match packet {
            Packet::Icmp(_) => packet.to_string(),
            _ => format!("{} {}", packet.name(), ports(denied.ports)),
        };
        let fixes = mend::acl_entry(self.world, &denied, egress, packet, peer);
        self.blocked(Code::Acl, &acl.id, format!("denies {what}{lost} {way}, {by}"), fixes);
        self.by(Ground::Acl { subnet: subnet.clone(), egress, rule: denied.rule });
        None
    }
}

fn grounds(party: &Party, egress: bool, groups: Vec<GroupId>, allow: Option<Allow>) -> Ground {
    Ground::Groups { interface: party.interface.as_ref().map(|interface| interface.id.clone()), egress, groups, allow }
}

fn ports((from, to): (u16, u16)) -> String {
    if from == to { from.to_string() } else { format!("{from}-{to}") }
}
