//! The question for a name, on its way to the resolvers that a rule sends it to.

use std::sync::Arc;

use resource::{PeeringConnection, ResolverDirection, ResolverEndpoint, ResolverRule, Subnet, Vpc};
use store::Snapshot;

use super::Walk;
use super::peering::live_to;
use crate::explanation::{Fix, Way};
use crate::find::interface;
use crate::mend::run;
use crate::party::Party;
use crate::{Code, Packet};

/// The way of a question for a name to the resolvers that a rule has asked, if something stops it.
pub(crate) fn unasked(world: &Snapshot, party: &Party, rule: &ResolverRule, name: &str) -> Option<Way> {
    let way = Way { from: Some(party.address), ..Way::default() };
    let mut walk =
        Walk { world, packet: Packet::Udp(53, 53), action: None, name: None, from_ports: None, guests: Vec::new(), way };
    if walk.has_resolver(party, name) {
        walk.forwarded(rule, name);
    }
    Some(walk.way).filter(|way| !way.blockers.is_empty())
}

impl Walk<'_> {
    /// From the rule's outbound endpoint to its targets: resolvers ask again until one of them is reached, so only what is in
    /// the way where the least is counts.
    pub(super) fn forwarded(&mut self, rule: &ResolverRule, name: &str) {
        let Some(endpoint) = rule.endpoint().and_then(|id| self.world.find::<ResolverEndpoint>(id)) else { return };
        let targets: Vec<String> = rule.targets().iter().map(ToString::to_string).collect();
        self.passes(&rule.id, format!("has {} asked for {name}, through {}", targets.join(" or "), endpoint.id));
        if !endpoint.served {
            let problem = format!("is {}: nothing leaves it yet", endpoint.state.as_str());
            return self.blocked(Code::BadState, &endpoint.id, problem, Vec::new());
        }
        let legs = endpoint.addresses.iter().filter_map(|at| interface(self.world, &at.interface));
        let legs: Vec<Party> = legs.collect();
        if let Some((peering, far)) = self.own_resolver(rule, &endpoint) {
            let problem = format!(
                "does not lead to the resolver of {}: it answers its own VPC only, and others at an inbound endpoint",
                far.id
            );
            let fixes = self.inbound(&far, rule, &legs);
            return self.blocked(Code::PeerAddress, &peering.id, problem, fixes);
        }
        let ways = rule.targets().iter().flat_map(|target| {
            let packet = Packet::Udp(target.port(), target.port());
            let question = Walk { packet, action: None, guests: Vec::new(), way: Way::default(), ..self.clone() };
            legs.iter().flat_map(move |leg| question.clone().leave(leg, *target.ip()))
        });
        if let Some(way) = ways.min_by_key(|way| way.blockers.len()) {
            self.way.hops.extend(way.hops);
            self.way.blockers.extend(way.blockers);
        }
    }

    /// The peer at whose own resolver all targets of a rule are, if there is one.
    fn own_resolver(&self, rule: &ResolverRule, endpoint: &ResolverEndpoint) -> Option<(Arc<PeeringConnection>, Arc<Vpc>)> {
        let mut peers = rule.targets().iter().map(|target| {
            let to = *target.ip();
            live_to(self.world, &endpoint.vpc, to).filter(|(_, far)| far.resolver() == Some(to))
        });
        let first = peers.next()??;
        peers.all(|peer| peer.is_some()).then_some(first)
    }

    /// The commands that send a rule's questions to an inbound endpoint of a VPC: one that is there, or a new one.
    fn inbound(&self, far: &Vpc, rule: &ResolverRule, legs: &[Party]) -> Vec<Fix> {
        let known = self.in_vpc::<ResolverEndpoint>(&far.id).find(|known| known.direction == ResolverDirection::Inbound);
        let update = |address: &str| {
            let targets = format!("\"TargetIps=[{{Ip={address},Port=53}}]\"");
            run(
                &rule.owner.account,
                format!("aws route53resolver update-resolver-rule --resolver-rule-id {} --config {targets}", rule.id),
            )
        };
        if let Some(at) = known.as_ref().and_then(|known| known.addresses.first()) {
            return vec![update(&at.address.to_string())];
        }
        let mut subnets: Vec<String> = self.in_vpc::<Subnet>(&far.id).map(|subnet| format!("SubnetId={}", subnet.id)).collect();
        subnets.sort();
        let (Some(first), Some(last)) = (subnets.first(), subnets.last()) else { return Vec::new() };
        let mut blocks: Vec<String> = legs.iter().map(|leg| leg.cidr.to_string()).collect();
        blocks.sort();
        blocks.dedup();
        let account = |command: String| run(&far.owner.account, command);
        let group = "aws ec2 create-security-group --group-name inbound-resolver --description inbound-resolver";
        let made = "aws route53resolver create-resolver-endpoint --creator-request-id \"$(date +%s%N)\" --direction INBOUND";
        let listed = "aws route53resolver list-resolver-endpoint-ip-addresses --resolver-endpoint-id $ENDPOINT";
        let mut fixes = vec![account(format!("GROUP=$({group} --vpc-id {} --query GroupId --output text)", far.id))];
        let open = "aws ec2 authorize-security-group-ingress --group-id $GROUP --protocol udp --port 53";
        fixes.extend(blocks.iter().map(|block| account(format!("{open} --cidr {block}"))));
        fixes.push(account(format!(
            "ENDPOINT=$({made} --security-group-ids $GROUP --ip-addresses {first} {last} --query ResolverEndpoint.Id --output text)"
        )));
        fixes.push(account(format!("IP=$({listed} --query 'IpAddresses[0].Ip' --output text)")));
        fixes.push(update("$IP"));
        fixes
    }
}
