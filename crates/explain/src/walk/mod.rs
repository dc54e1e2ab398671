//! Follows a connection through the VPCs, one file per stretch of the way. What stops it is noted, and the walk goes on as if it
//! were mended, so that everything in the way is found at once.

mod balancer;
mod boundary;
mod connect;
mod door;
mod endpoint;
mod forwarded;
mod inside;
mod internet;
mod leave;
mod listener;
mod name;
pub(crate) mod peering;
mod policy;
mod promised;
mod public_access;
mod resolver;
mod route;
mod service;

pub(crate) use forwarded::unasked;

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;
use resource::{Resource, TimeScale, Vpc, VpcId};
use store::Snapshot;

use crate::explanation::{Arrival, Blocker, Fix, Hop, Way};
use crate::find::{INTERNET_HOST, Start};
use crate::party::Party;
use crate::resolve::Goal;
use crate::{Code, Ground, Packet, Question};

/// A connection on its way.
#[derive(Clone)]
pub(crate) struct Walk<'a> {
    world: &'a Snapshot,
    packet: Packet,
    /// Which call of a service of AWS's is to be made; none when it may be any.
    action: Option<&'a str>,
    /// The name that led to the destination, if one did.
    name: Option<&'a str>,
    /// From which ports packets come, and to which their answers go.
    from_ports: Option<(u16, u16)>,
    /// How much faster than on AWS long periods pass.
    scale: TimeScale,
    /// Who takes part and has no interface yet.
    guests: Vec<Party>,
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
    /// The node that passes its packets on with its address: its groups count, and answers go to it.
    pub by: Option<Box<Party>>,
}

impl Sender {
    /// One of the VPC's own.
    pub fn of(party: &Party) -> Self {
        Self { address: party.address, party: Some(party.clone()), away: None, by: None }
    }

    /// One outside the VPC, perhaps known.
    pub fn from_away(address: Ipv4Addr, party: Option<Party>, away: Away) -> Self {
        Self { address, party, away: Some(away), by: None }
    }

    /// Whose groups those are that it comes with.
    pub fn member(&self) -> Ipv4Addr {
        self.by.as_ref().map_or(self.address, |node| node.address)
    }
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
pub(crate) fn ways<'a>(world: &'a Snapshot, start: &Start, goal: &'a Goal, question: &'a Question) -> Vec<Way> {
    let mut ways = ways_to(world, start, goal, question);
    if goal.is_unanswered() {
        ways.iter_mut().for_each(|way| way.answered = Some(false));
    }
    ways
}

fn ways_to<'a>(world: &'a Snapshot, start: &Start, goal: &'a Goal, question: &'a Question) -> Vec<Way> {
    let from = if let Start::Party(party) = start { Some(party.address) } else { None };
    let (packet, action, from_ports) = (question.packet, question.action.as_deref(), question.from_ports);
    let way = Way { from, ..Way::default() };
    let name = if let Goal::Address(_, Some(named)) = goal { Some(named.name.as_str()) } else { None };
    if let Goal::Alias(name, other, goal) = goal {
        let mut ways = ways(world, start, goal, question);
        let does = format!("is another name for {other}");
        let hop = Hop { component: name.clone(), does, passes: true, otherwise: Vec::new(), ground: None, back: None };
        ways.iter_mut().for_each(|way| way.hops.insert(0, hop.clone()));
        return ways;
    }
    let mut walk = Walk { world, packet, action, name, from_ports, scale: question.scale, guests: Vec::new(), way };
    if let Goal::Program(party) = goal {
        walk.guests.push((**party).clone());
    }
    match (start, goal) {
        (Start::Endpoint(endpoint), goal) => walk.leave_endpoint(endpoint, goal.party()),
        (Start::Party(party), Goal::Address(address, named)) => {
            walk.guests.extend(party.interface.is_none().then(|| (**party).clone()));
            walk.resolve(party, *address, named.as_ref());
            walk.way.answered = named.as_ref().map(|_| walk.way.hops.iter().all(|hop| hop.passes));
            let lost = named.as_ref().and_then(|named| walk.lost(party, named));
            let over = named.as_ref().and_then(|named| walk.taken_over(party, *address, named));
            let mut ways = walk.leave(party, *address);
            for way in ways.iter_mut().filter(|way| !way.blockers.is_empty()) {
                way.blockers.extend(over.clone());
            }
            ways.extend(lost);
            ways
        }
        (Start::Internet, Goal::Address(address, named)) => {
            walk.way.answered = named.as_ref().map(|_| true);
            walk.onto_internet(question.from.unwrap_or(INTERNET_HOST), *address)
        }
        (Start::Party(party), Goal::Program(other)) if party.vpc == other.vpc => {
            walk.guests.extend(party.interface.is_none().then(|| (**party).clone()));
            walk.leave(party, other.address)
        }
        (Start::Party(party), Goal::Elsewhere(other) | Goal::Program(other)) => walk.disconnected(party, other),
        (Start::Internet, Goal::Elsewhere(other) | Goal::Program(other)) => walk.not_public(other),
        (Start::Party(party), Goal::Hidden(named, outside)) => walk.hidden(party, named, outside),
        (Start::Party(party), Goal::Promised(name, endpoint)) => {
            walk.guests.extend(party.interface.is_none().then(|| (**party).clone()));
            walk.promised(party, name, endpoint)
        }
        (Start::Party(party), Goal::Service(name)) => walk.towards_service(party, name),
        (Start::Party(party), Goal::Unasked(name, rule)) => unasked(world, party, rule, name).into_iter().collect(),
        (Start::Party(party), Goal::Unseen(name, zone, addresses)) => {
            walk.guests.extend(party.interface.is_none().then(|| (**party).clone()));
            walk.unseen(party, name, zone, addresses)
        }
        (Start::Party(party), Goal::Nowhere(named, why)) => walk.nowhere(Some(party), named, why),
        (Start::Internet, Goal::Nowhere(named, why)) => walk.nowhere(None, named, why),
        (Start::Internet, Goal::Hidden(..) | Goal::Promised(..) | Goal::Service(_) | Goal::Unasked(..)) => walk.end(),
        (Start::Internet, Goal::Unseen(..)) | (_, Goal::Alias(..)) => walk.end(),
    }
}

impl Walk<'_> {
    fn passes(&mut self, component: impl ToString, does: impl Into<String>) {
        self.hop(component.to_string(), does.into(), true);
    }

    /// What was met last does otherwise after this.
    fn otherwise(&mut self, fix: Fix) {
        if let Some(hop) = self.way.hops.last_mut() {
            hop.otherwise.push(fix);
        }
    }

    fn blocked(&mut self, code: Code, component: impl ToString, problem: impl Into<String>, fixes: Vec<Fix>) {
        let (component, problem) = (component.to_string(), problem.into());
        self.hop(component.clone(), problem.clone(), false);
        self.way.blockers.push(Blocker { code, component, problem, fixes, ground: None });
    }

    /// Packets arrive, and what is asked for over the connection is refused.
    fn refused(&mut self, code: Code, component: impl ToString, problem: impl Into<String>, fixes: Vec<Fix>) {
        let (component, problem) = (component.to_string(), problem.into());
        self.hop(component.clone(), problem.clone(), false);
        self.way.refusals.push(Blocker { code, component, problem, fixes, ground: None });
    }

    fn hop(&mut self, component: String, does: String, passes: bool) {
        self.way.hops.push(Hop { component, does, passes, otherwise: Vec::new(), ground: None, back: None });
    }

    /// Names the rule by which the last hop decided.
    fn by(&mut self, ground: Ground) {
        let Some(hop) = self.way.hops.last_mut() else { return };
        if let Some(blocker) = self.way.blockers.last_mut().filter(|_| !hop.passes) {
            blocker.ground = Some(ground.clone());
        }
        hop.ground = Some(ground);
    }

    /// Names the rule by which the last hop decides about answers.
    fn answered_by(&mut self, ground: Ground) {
        if let Some(hop) = self.way.hops.last_mut() {
            hop.back = Some(ground);
        }
    }

    /// Who has an address in a VPC, or would have it.
    fn holder(&self, vpc: &VpcId, address: Ipv4Addr) -> Option<Party> {
        let guest = || self.guests.iter().find(|party| party.vpc == *vpc && party.address == address).cloned();
        crate::party::holder(self.world, vpc, address).or_else(guest)
    }

    /// Packets have come to an address.
    fn arrived(&mut self, from: Ipv4Addr, to: Ipv4Addr) {
        self.way.arrival = Some(Arrival { from, to, port: self.packet.ports().0 });
    }

    /// The walk ends here.
    fn end(self) -> Vec<Way> {
        vec![self.way]
    }

    /// The blocks of a VPC hold the address.
    fn is_inside(&self, vpc: &VpcId, address: Ipv4Addr) -> bool {
        self.block_of(vpc, address).is_some()
    }

    /// The block of a VPC that holds the address.
    fn block_of(&self, vpc: &VpcId, address: Ipv4Addr) -> Option<Ipv4Net> {
        let vpc = self.world.find::<Vpc>(vpc.as_str())?;
        vpc.cidrs.iter().map(|block| block.cidr).find(|cidr| cidr.contains(&address))
    }

    /// Everything of a kind in a VPC.
    fn in_vpc<R: Resource>(&self, vpc: &VpcId) -> impl Iterator<Item = std::sync::Arc<R>> + '_ {
        self.world.linked::<R>(Vpc::KIND, vpc.as_str())
    }
}
