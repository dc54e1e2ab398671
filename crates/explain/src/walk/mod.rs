//! Follows a connection through the VPCs, one file per stretch of the way. What stops it is noted, and the walk goes on as if it
//! were mended, so that everything in the way is found at once.

mod balancer;
mod boundary;
mod door;
mod endpoint;
mod inside;
mod internet;
mod leave;
pub(crate) mod peering;
mod route;

use std::net::Ipv4Addr;

use resource::{Resource, Vpc, VpcId};
use store::Snapshot;

use crate::explanation::{Blocker, Fix, Hop, Way};
use crate::find::Start;
use crate::party::Party;
use crate::resolve::Goal;
use crate::{Code, Packet};

/// A connection on its way.
#[derive(Clone)]
pub(crate) struct Walk<'a> {
    world: &'a Snapshot,
    packet: Packet,
    /// A sender that has no interface yet.
    guest: Option<Party>,
    way: Way,
}

/// Who a packet comes from, as those see it whom it comes to.
#[derive(Clone)]
pub(crate) struct Sender {
    /// The address that it shows.
    pub address: Ipv4Addr,
    /// Whose address that is, where it is one of the same VPC.
    pub party: Option<Party>,
    /// Where answers leave the VPC for, if they do.
    pub away: Option<Away>,
}

/// What is outside a VPC, and the address there.
#[derive(Clone, Copy)]
pub(crate) enum Away {
    /// A host on the internet.
    Internet(Ipv4Addr),
    /// A peered VPC, by its router's number.
    Peer(Ipv4Addr, u32),
}

/// Every way that packets may take to `goal`.
pub(crate) fn ways(world: &Snapshot, start: &Start, goal: &Goal, packet: Packet) -> Vec<Way> {
    let mut walk = Walk { world, packet, guest: None, way: Way::default() };
    match (start, goal) {
        (Start::Party(party), Goal::Address(address, name)) => {
            walk.guest = party.interface.is_none().then(|| (**party).clone());
            walk.resolve(party, *address, name.as_deref());
            walk.leave(party, *address)
        }
        (Start::Internet, Goal::Address(address, _)) => walk.starting_outside(*address),
        (Start::Party(party), Goal::Elsewhere(other)) => walk.disconnected(party, other),
        (Start::Internet, Goal::Elsewhere(other)) => walk.not_public(other),
    }
}

impl Walk<'_> {
    fn passes(&mut self, component: impl ToString, does: impl Into<String>) {
        self.way.hops.push(Hop { component: component.to_string(), does: does.into(), passes: true });
    }

    fn blocked(&mut self, code: Code, component: impl ToString, problem: impl Into<String>, fixes: Vec<Fix>) {
        let (component, problem) = (component.to_string(), problem.into());
        self.way.hops.push(Hop { component: component.clone(), does: problem.clone(), passes: false });
        self.way.blockers.push(Blocker { code, component, problem, fixes });
    }

    /// The walk ends here.
    fn end(self) -> Vec<Way> {
        vec![self.way]
    }

    fn resolve(&mut self, party: &Party, address: Ipv4Addr, name: Option<&str>) {
        let Some(name) = name else { return };
        let vpc = self.world.find::<Vpc>(party.vpc.as_str());
        if vpc.is_some_and(|vpc| !vpc.dns_support) {
            let mend = format!("aws ec2 modify-vpc-attribute --vpc-id {} --enable-dns-support", party.vpc);
            let problem = format!("its resolver is switched off, so nobody there can look up {name}");
            return self.blocked(Code::NoResolver, &party.vpc, problem, vec![crate::mend::run(&party.account, mend)]);
        }
        self.passes(name, format!("resolves to {address}"));
    }

    /// The blocks of a VPC hold the address.
    fn is_inside(&self, vpc: &VpcId, address: Ipv4Addr) -> bool {
        self.world.find::<Vpc>(vpc.as_str()).is_some_and(|vpc| vpc.cidrs.iter().any(|block| block.cidr.contains(&address)))
    }

    /// Everything of a kind in a VPC.
    fn in_vpc<R: Resource>(&self, vpc: &VpcId) -> impl Iterator<Item = std::sync::Arc<R>> + '_ {
        self.world.linked::<R>(Vpc::KIND, vpc.as_str())
    }
}
