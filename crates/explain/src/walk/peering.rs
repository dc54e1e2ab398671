//! Over a peering connection: each VPC's own packets pass, nobody else's, and nothing goes through a VPC to a third.

use std::net::Ipv4Addr;
use std::sync::Arc;

use ipnet::Ipv4Net;
use plan::Table;
use resource::{PeeringConnection, PeeringState, Resource, RouteDestination, RouteTable, RulePeer, SecurityGroup, Vpc, VpcId};
use store::Snapshot;

use super::route::listed;
use super::{Away, Sender, Walk};
use crate::explanation::{Fix, Way};
use crate::party::{Party, holder};
use crate::{Code, mend};

impl Walk<'_> {
    /// To the peered VPC whose router has a number. `from` is the sender's address there: its own, or a NAT gateway's.
    pub(super) fn over_peering(mut self, party: &Party, from: Ipv4Addr, router: u32, to: Ipv4Addr) -> Vec<Way> {
        let mut all = self.in_vpc::<PeeringConnection>(&party.vpc).filter(|peering| peering.state.is_live());
        let found = all.find_map(|peering| {
            let far = peering.sides_from(&party.vpc)?.1.vpc.clone();
            self.world.find::<Vpc>(far.as_str()).filter(|far| far.router == router).map(|far| (peering, far))
        });
        drop(all);
        let Some((peering, far)) = found else { return self.end() };
        if !far.cidrs.iter().any(|block| block.cidr.contains(&to)) {
            let problem = format!(
                "carries only packets for {}'s own blocks ({}), and {to} is elsewhere: peering does not lead through a VPC, \
                 nor to its gateways",
                far.id,
                blocks(&far)
            );
            let fixes = self.direct(party, to);
            self.blocked(Code::PeerAddress, &peering.id, problem, fixes);
            return self.end();
        }
        if far.dns_support && far.resolver() == Some(to) {
            let problem = format!("does not lead to the resolver of {}: it answers its own VPC only", far.id);
            self.blocked(Code::PeerAddress, &peering.id, problem, Vec::new());
            return self.end();
        }
        self.passes(&peering.id, format!("leads to {}", far.id));
        let own = self.world.find::<Vpc>(party.vpc.as_str()).map_or(0, |vpc| vpc.router);
        let known = (from == party.address).then(|| party.clone());
        self.inside(&far.id, Sender::from_away(from, known, Away::Peer(from, own)), to)
    }

    /// A peering of the sender's own with the VPC that has the address, if one can be.
    fn direct(&self, party: &Party, to: Ipv4Addr) -> Vec<Fix> {
        let near = region(self.world, &party.vpc);
        let may = |vpc: &Arc<Vpc>| {
            vpc.id != party.vpc && vpc.owner.region == near && vpc.cidrs.iter().any(|block| block.cidr.contains(&to))
        };
        let all: Vec<Arc<Vpc>> = self.world.all::<Vpc>().filter(may).collect();
        let other = all.iter().find(|vpc| holder(self.world, &vpc.id, to).is_some()).or(all.first());
        other.map(|other| propose(self.world, party, other)).unwrap_or_default()
    }

    /// What keeps a table from leading over a peering that there is with the VPC that has an address: that VPC, if there is one.
    /// `does` is what the table does instead.
    pub(super) fn unused_peering(&mut self, party: &Party, table: &Table, to: Ipv4Addr, does: &str) -> Option<Arc<Vpc>> {
        let (peering, far) = live_to(self.world, &party.vpc, to)?;
        let mut fixes = accepting(&peering);
        let block = far.cidrs.iter().map(|block| block.cidr).find(|cidr| cidr.contains(&to))?;
        fixes.push(lead(party, table, block, &peering));
        let problem = format!("{does}, which is in {}: {} connects the two", far.id, peering.id);
        self.blocked(Code::NoRoute, &table.id, problem, fixes);
        self.pending(&peering);
        Some(far)
    }

    /// A route over a peering that carries nothing.
    pub(super) fn dead_peering(&mut self, party: &Party, table: &Table, prefix: &str, id: &str, to: Ipv4Addr) {
        let peering = self.world.find::<PeeringConnection>(id);
        if let Some(peering) = peering.as_ref().filter(|peering| peering.state.is_pending()) {
            return self.pending(peering);
        }
        let state = peering.map_or("gone", |peering| peering.state.as_str());
        let other = live_to(self.world, &party.vpc, to);
        let fixes = match other {
            Some((other, _)) => {
                let mut fixes = accepting(&other);
                fixes.push(route(party, "replace-route", table, prefix, &other));
                fixes
            }
            None => {
                let mut fixes = self.direct(party, to);
                if !fixes.is_empty() {
                    fixes.retain(|fix| !fix.command.contains(&format!("-route --route-table-id {} ", table.id)));
                    let replace =
                        format!("aws ec2 replace-route --route-table-id {} --destination-cidr-block {prefix}", table.id);
                    fixes.push(mend::run(&party.account, format!("{replace} --vpc-peering-connection-id $PCX")));
                }
                fixes
            }
        };
        let problem = format!("routes {to} by {prefix} to {id}, which is {state}: the route is a blackhole");
        self.blocked(Code::Blackhole, &table.id, problem, fixes);
    }

    fn pending(&mut self, peering: &PeeringConnection) {
        if peering.state.is_pending() {
            let problem = format!("waits for account {} to accept it", peering.accepter.owner.account);
            self.blocked(Code::BadState, &peering.id, problem, accepting(peering));
        }
    }

    /// Whether a rule names a group of a peer that it does not reach: another code than that no rule matches.
    pub(super) fn peered_groups(&self, party: &Party, egress: bool) -> Option<(Code, String)> {
        let groups = party.groups.iter().filter_map(|id| self.world.find::<SecurityGroup>(id.as_str()));
        let rules: Vec<_> = groups.flat_map(|group| group.rules.clone()).filter(|rule| rule.egress == egress).collect();
        let matching = rules.iter().filter(|rule| self.packet.overlap(rule.traffic).is_some());
        matching.filter_map(|rule| self.stale(&rule.peer)).next()
    }

    fn stale(&self, peer: &RulePeer) -> Option<(Code, String)> {
        let RulePeer::PeerGroup { id, peering, .. } = peer else { return None };
        let peering = self.world.find::<PeeringConnection>(peering.as_str());
        if peering.as_ref().is_some_and(|peering| !peering.is_regional()) {
            return Some((Code::GroupReferences, format!("; a rule names {id}, and groups are not known across Regions")));
        }
        let gone = self.world.find::<SecurityGroup>(id.as_str()).is_none();
        let carries = peering.is_some_and(|peering| peering.state.carries());
        (gone || !carries).then(|| (Code::UnknownPeerGroup, format!("; a rule names {id} of a peer, which is stale")))
    }
}

/// The connection with a peer that has the address, carrying packets or not yet.
pub(crate) fn live_to(world: &Snapshot, vpc: &VpcId, to: Ipv4Addr) -> Option<(Arc<PeeringConnection>, Arc<Vpc>)> {
    world.linked::<PeeringConnection>(Vpc::KIND, vpc).filter(|peering| peering.state.is_live()).find_map(|peering| {
        let far = world.find::<Vpc>(peering.sides_from(vpc)?.1.vpc.as_str())?;
        far.cidrs.iter().any(|block| block.cidr.contains(&to)).then_some((peering, far))
    })
}

fn accepting(peering: &PeeringConnection) -> Vec<Fix> {
    let waits = matches!(peering.state, PeeringState::InitiatingRequest | PeeringState::PendingAcceptance);
    let accept = format!("aws ec2 accept-vpc-peering-connection --vpc-peering-connection-id {}", peering.id);
    waits.then(|| mend::run(&peering.accepter.owner.account, accept)).into_iter().collect()
}

/// A route of a party's table over a connection.
fn route(party: &Party, verb: &str, table: &Table, block: &str, peering: &PeeringConnection) -> Fix {
    let route = format!("aws ec2 {verb} --route-table-id {} --destination-cidr-block {block}", table.id);
    mend::run(&party.account, format!("{route} --vpc-peering-connection-id {}", peering.id))
}

/// A route of a party's table for a block over a connection, in place of the one that the block may have.
pub(super) fn lead(party: &Party, table: &Table, block: Ipv4Net, peering: &PeeringConnection) -> Fix {
    let taken = table.routes.iter().any(|(prefix, _)| *prefix == block);
    route(party, if taken { "replace-route" } else { "create-route" }, table, &block.to_string(), peering)
}

/// Whether two VPCs have addresses in common, so that no peering can connect them.
pub(super) fn overlap(one: &Vpc, two: &Vpc) -> bool {
    one.cidrs.iter().any(|a| two.cidrs.iter().any(|b| a.cidr.contains(&b.cidr) || b.cidr.contains(&a.cidr)))
}

/// From nothing to a connection with a VPC whose blocks do not overlap one's own.
pub(super) fn propose(world: &Snapshot, party: &Party, other: &Vpc) -> Vec<Fix> {
    let Some(own) = world.find::<Vpc>(party.vpc.as_str()).filter(|own| !overlap(own, other)) else { return Vec::new() };
    let Some(table) = party.table(world).and_then(|id| world.find::<RouteTable>(id.as_str())) else { return Vec::new() };
    let ask = format!(
        "PCX=$(aws ec2 create-vpc-peering-connection --vpc-id {} --peer-vpc-id {} --peer-owner-id {} --query \
         VpcPeeringConnection.VpcPeeringConnectionId --output text)",
        own.id, other.id, other.owner.account
    );
    let mut fixes = vec![
        mend::run(&party.account, ask),
        mend::run(&other.owner.account, "aws ec2 accept-vpc-peering-connection --vpc-peering-connection-id $PCX"),
    ];
    fixes.extend(routes(&table, other));
    fixes.extend(world.linked::<RouteTable>(Vpc::KIND, &other.id).flat_map(|table| routes(&table, &own)));
    fixes
}

/// The routes of a table to a VPC over the new connection, in place of those that its blocks may have.
fn routes(table: &RouteTable, to: &Vpc) -> Vec<Fix> {
    let route = |block: &resource::CidrAssociation| {
        let taken = table.routes.iter().any(|route| route.destination == RouteDestination::Cidr(block.cidr));
        let verb = if taken { "replace-route" } else { "create-route" };
        let of = format!("--route-table-id {} --destination-cidr-block {}", table.id, block.cidr);
        mend::run(&table.owner.account, format!("aws ec2 {verb} {of} --vpc-peering-connection-id $PCX"))
    };
    to.cidrs.iter().map(route).collect()
}

fn region(world: &Snapshot, vpc: &VpcId) -> String {
    world.find::<Vpc>(vpc.as_str()).map(|vpc| vpc.owner.region.clone()).unwrap_or_default()
}

fn blocks(vpc: &Vpc) -> String {
    listed(vpc.cidrs.iter().map(|block| block.cidr))
}
