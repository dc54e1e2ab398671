//! Between a VPC and the simulated internet.

use std::net::Ipv4Addr;

use plan::{Item, PublicAddress, Subject};
use resource::{ElasticAddress, InterfaceKind, InternetGateway, PUBLIC_IP};

use super::{Away, Sender, Walk};
use crate::explanation::{Fix, Way};
use crate::find::INTERNET_HOST;
use crate::party::{Party, holder};
use crate::{Code, Packet, mend};

/// Where the internet's resolver answers.
const INTERNET_RESOLVER: Ipv4Addr = Ipv4Addr::new(198, 18, 0, 2);

impl Walk<'_> {
    /// Across the internet, from a public address.
    pub(super) fn onto_internet(mut self, from: Ipv4Addr, to: Ipv4Addr) -> Vec<Way> {
        let resolver = to == INTERNET_RESOLVER && matches!(self.packet, Packet::Udp(53, 53) | Packet::Tcp(53, 53));
        if to == INTERNET_HOST || resolver {
            self.passes(to, "is on the internet, which lets everything in");
            self.arrived(from, to);
            return self.end();
        }
        if self.at_front_door(to) {
            self.arrived(from, to);
            return self.end();
        }
        let address = self.world.named::<ElasticAddress>(PUBLIC_IP, to).next();
        let item = address.as_ref().and_then(|address| plan::item(self.world, &Subject::Address(address.id.clone())));
        match (item, address) {
            (Some(Item::Address(item)), _) => self.at_public(&item, from),
            (_, Some(address)) => {
                let problem = "stands for nothing that an internet gateway leads to";
                self.blocked(Code::NotPublic, &address.id, problem, Vec::new());
                self.end()
            }
            _ => {
                self.blocked(Code::Nobody, to, "is nobody's on the simulated internet", Vec::new());
                self.end()
            }
        }
    }

    fn at_public(mut self, address: &PublicAddress, from: Ipv4Addr) -> Vec<Way> {
        self.passes(&address.id, format!("leads to {} in {}", address.private, address.vpc));
        let Some(party) = holder(self.world, &address.vpc, address.private) else { return self.end() };
        let sender = Sender::from_away(from, None, Away::Internet(from));
        match party.interface.as_ref().map(|interface| interface.kind) {
            Some(InterfaceKind::Balancer) => {
                self.let_in(&party);
                self.at_node(&party, sender, None)
            }
            Some(InterfaceKind::NatGateway | InterfaceKind::Endpoint | InterfaceKind::Resolver) => {
                self.blocked(Code::TargetPort, &party.name, "takes no connections from the internet", Vec::new());
                self.end()
            }
            Some(InterfaceKind::Workload) | None => {
                self.let_in(&party);
                let passed = match &address.table {
                    Some(table) => self.by_edge(table, &sender, address.private),
                    None => Err(Box::new(self)),
                };
                passed.unwrap_or_else(|mut walk| {
                    walk.arrive(&party, &sender);
                    walk.end()
                })
            }
        }
    }

    /// From the internet to an interface that has no public address.
    pub(super) fn not_public(mut self, party: &Party) -> Vec<Way> {
        let managed = party.interface.as_ref().is_some_and(|interface| interface.kind.is_managed());
        let mut fixes: Vec<Fix> = Vec::new();
        if !managed {
            mend::gateway(self.world, party, &mut fixes);
            fixes.extend(if mend::has_address(self.world, party) { Vec::new() } else { mend::public_address(self.world, party) });
        }
        let gateway = self.in_vpc::<InternetGateway>(&party.vpc).next().is_some();
        let problem = match gateway {
            true => "has no public address: nothing on the internet leads to it".to_owned(),
            false => format!("is not on the internet: {} has no internet gateway", party.vpc),
        };
        self.blocked(Code::NotPublic, &party.name, problem, fixes);
        if !managed {
            self.let_in(party);
            self.arrive(party, &Sender::from_away(INTERNET_HOST, None, Away::Internet(INTERNET_HOST)));
        }
        self.end()
    }
}
