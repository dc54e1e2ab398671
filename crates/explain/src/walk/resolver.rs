//! At a resolver endpoint: the VPC's resolver answers at an inbound one, to whom its groups let in, and nobody at an outbound one.

use resource::{NetworkInterface, ResolverDirection, ResolverEndpoint, Resource};

use super::{Sender, Walk};
use crate::explanation::Way;
use crate::party::Party;
use crate::{Code, Packet};

impl Walk<'_> {
    pub(super) fn at_resolver(mut self, party: &Party, sender: &Sender) -> Vec<Way> {
        self.boundary(party, false, sender.address);
        self.groups_in(party, sender);
        let interface = party.interface.as_ref().map(|interface| interface.id.clone());
        let mut endpoints =
            interface.iter().flat_map(|id| self.world.linked::<ResolverEndpoint>(NetworkInterface::KIND, id)).collect::<Vec<_>>();
        match endpoints.pop() {
            None => self.blocked(Code::BadState, &party.name, "belongs to no resolver endpoint any more", Vec::new()),
            Some(endpoint) => self.asks(&endpoint),
        }
        self.answer(party, sender);
        self.end()
    }

    fn asks(&mut self, endpoint: &ResolverEndpoint) {
        match self.packet {
            _ if endpoint.direction == ResolverDirection::Outbound => {
                let problem = "is an outbound endpoint: resolvers ask others from there, and nobody answers there";
                self.blocked(Code::TargetPort, &endpoint.id, problem, Vec::new());
            }
            Packet::Udp(53, 53) | Packet::Tcp(53, 53) if endpoint.served => {
                self.passes(&endpoint.id, format!("answers {} as the resolver of {}", self.packet, endpoint.vpc));
            }
            Packet::Udp(53, 53) | Packet::Tcp(53, 53) => {
                let problem = format!("is {}: nothing answers there yet", endpoint.state.as_str());
                self.blocked(Code::BadState, &endpoint.id, problem, Vec::new());
            }
            packet => {
                let problem = format!("takes no {packet}, but udp 53 and tcp 53");
                self.blocked(Code::TargetPort, &endpoint.id, problem, Vec::new());
            }
        }
    }
}
