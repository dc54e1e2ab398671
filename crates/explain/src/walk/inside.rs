//! Inside a VPC: who has the address, and whether the packet is let in there.

use std::net::Ipv4Addr;

use resource::{InterfaceKind, NetworkInterface, VpcId};

use super::{Sender, Walk};
use crate::explanation::Way;
use crate::party::Party;
use crate::{Code, Ground};

impl Walk<'_> {
    /// To an address of a VPC's own blocks; every route table leads there.
    pub(super) fn inside(mut self, vpc: &VpcId, sender: Sender, to: Ipv4Addr) -> Vec<Way> {
        self.passes(vpc, format!("routes {to} locally"));
        if let Some(prefix) = self.block_of(vpc, to) {
            let own = sender.party.as_ref().filter(|party| party.vpc == *vpc);
            let table = own.and_then(|party| party.table(self.world));
            self.by(Ground::Route { table, prefix, target: "local".to_owned() });
        }
        let Some(party) = self.holder(vpc, to) else { return self.nobody(vpc, to) };
        match party.interface.as_ref().map(|interface| interface.kind) {
            Some(InterfaceKind::Endpoint) => self.at_endpoint(&party, &sender),
            Some(InterfaceKind::Balancer) => self.at_node(&party, sender, None),
            Some(InterfaceKind::Resolver) => self.at_resolver(&party, &sender),
            Some(InterfaceKind::NatGateway) => {
                self.blocked(Code::TargetPort, &party.name, "is a NAT gateway's: it answers nobody", Vec::new());
                self.end()
            }
            Some(InterfaceKind::Workload) | None => {
                self.arrive(&party, &sender);
                self.end()
            }
        }
    }

    /// At a workload's interface.
    pub(super) fn arrive(&mut self, party: &Party, sender: &Sender) {
        self.boundary(party, false, sender.address);
        self.groups_in(party, sender);
        self.present(party);
        self.answer(party, sender);
        self.arrived(sender.address, party.address);
    }

    /// Whether answers to a sender find the way to it. Those to what a node passed on are the node's to send.
    pub(super) fn answer(&mut self, party: &Party, sender: &Sender) {
        match (&sender.by, sender.away) {
            (Some(_), _) => {}
            (None, Some(away)) => self.way_back(party, away),
            (None, None) => self.detour_back(party, sender.address),
        }
    }

    fn nobody(mut self, vpc: &VpcId, to: Ipv4Addr) -> Vec<Way> {
        let others = self.world.all::<NetworkInterface>().filter(|other| other.vpc != *vpc && other.addresses.contains(&to));
        let elsewhere: Vec<String> = others.map(|other| format!("{} of {}", other.id, other.vpc)).take(3).collect();
        let problem = match elsewhere.as_slice() {
            [] => format!("has no interface with the address {to}: packets to it vanish"),
            some => format!(
                "has no interface with the address {to}; {} has it, but packets for the VPC's own blocks never leave it",
                some.join(", ")
            ),
        };
        self.blocked(Code::Nobody, vpc, problem, Vec::new());
        self.end()
    }
}
