//! The first stretch: out of the sender's interface.

use std::net::Ipv4Addr;

use resource::Vpc;

use super::{Sender, Walk};
use crate::explanation::{Fix, Way};
use crate::party::Party;
use crate::{Code, Packet, mend};

/// The resolver of every VPC.
const RESOLVER: Ipv4Addr = Ipv4Addr::new(169, 254, 169, 253);
/// Instance metadata.
const METADATA: Ipv4Addr = Ipv4Addr::new(169, 254, 169, 254);

impl Walk<'_> {
    /// From a party to an address as it sees it.
    pub(super) fn leave(mut self, party: &Party, to: Ipv4Addr) -> Vec<Way> {
        let own = party.interface.as_ref().is_some_and(|interface| interface.addresses.contains(&to));
        if own || (to.is_loopback() && !party.is_managed()) {
            self.passes(&party.name, "talks to itself");
            return self.end();
        }
        self.present(party);
        self.own_source(party);
        if self.amazon(party, to) {
            return self.end();
        }
        self.groups_out(party, to);
        self.boundary(party, true, to);
        match self.is_inside(&party.vpc, to) && !self.is_diverted(party, to) {
            true => self.inside(&party.vpc.clone(), Sender::of(party), to),
            false => self.route_out(party, to),
        }
    }

    /// What an interface needs before anything leaves it or arrives at it.
    pub(super) fn present(&mut self, party: &Party) {
        if party.interface.is_none() || party.place(self.world).is_some() {
            return self.passes(&party.name, format!("has {} in {}", party.address, party.subnet));
        }
        let Some(instance) = party.instance(self.world) else {
            let problem = "is attached to nothing, so nobody answers at its address";
            return self.blocked(Code::Unattached, &party.name, problem, Vec::new());
        };
        let fixes = match instance.state {
            resource::InstanceState::Stopped => {
                vec![mend::run(&instance.owner.account, format!("aws ec2 start-instances --instance-ids {}", instance.id))]
            }
            _ => Vec::<Fix>::new(),
        };
        self.blocked(Code::BadState, &instance.id, format!("is {}, not running", instance.state.code_and_name().1), fixes);
    }

    /// Whether the packet's source is one that the interface may have.
    fn own_source(&mut self, party: &Party) {
        let Some(interface) = &party.interface else { return };
        if interface.source_dest_check && !interface.addresses.contains(&party.address) {
            let problem = format!("checks the sources of what it sends, and {} is none of its addresses", party.address);
            let off = format!(
                "aws ec2 modify-network-interface-attribute --network-interface-id {} --no-source-dest-check",
                interface.id
            );
            self.blocked(Code::SourceCheck, &interface.id, problem, vec![mend::run(&party.account, off)]);
        }
    }

    /// What no group and no ACL filters: the resolver and the metadata services.
    fn amazon(&mut self, party: &Party, to: Ipv4Addr) -> bool {
        let resolver = self.world.find::<Vpc>(party.vpc.as_str()).filter(|vpc| vpc.dns_support).and_then(|vpc| vpc.resolver());
        let is_resolver = resolver.is_some_and(|own| to == own || to == RESOLVER);
        if !is_resolver && to != METADATA {
            return false;
        }
        match (is_resolver, self.packet) {
            (true, Packet::Udp(53, 53) | Packet::Tcp(53, 53)) => self.passes(to, "is the VPC's resolver, which nothing filters"),
            (false, Packet::Tcp(80, 80)) => self.passes(to, "is the instance metadata service, which nothing filters"),
            _ => self.blocked(Code::TargetPort, to, format!("takes no {}", self.packet), Vec::new()),
        }
        true
    }
}
