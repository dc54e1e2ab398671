//! The question for a name, on its way to the resolvers that a rule sends it to.

use std::net::SocketAddrV4;
use std::sync::Arc;

use resource::{PeeringConnection, ResolverDirection, ResolverEndpoint, ResolverRule, Subnet, TimeScale, Vpc};
use store::Snapshot;

use super::Walk;
use super::peering::live_to;
use crate::explanation::{Fix, Way};
use crate::find::interface;
use crate::mend::run;
use crate::party::Party;
use crate::zones::{Decider, Named};
use crate::{Code, Packet};

/// What becomes of the questions for a name.
enum Questions {
    /// All are answered: every address of the endpoint reaches a target, the same one.
    Answered(Way),
    /// Some are, and some are lost.
    Partly { answered: Way, lost: Way },
    /// None is.
    Lost(Way),
}

/// What ways to each target come to. One target that every address reaches is enough; where none is, everything that is in the
/// way counts, but for targets that no command mends while another's ways can be mended.
fn outcome(targets: Vec<Vec<Way>>) -> Questions {
    let open = |way: &&Way| way.blockers.is_empty();
    if let Some(way) = targets.iter().filter(|ways| ways.iter().all(|way| open(&way))).find_map(|ways| ways.first()) {
        return Questions::Answered(way.clone());
    }
    let answered = targets.iter().flatten().find(open).cloned();
    let can_be_mended = |ways: &&Vec<Way>| ways.iter().flat_map(|way| &way.blockers).all(|blocker| !blocker.fixes.is_empty());
    let mendable: Vec<&Vec<Way>> = targets.iter().filter(can_be_mended).collect();
    let counted = if mendable.is_empty() { targets.iter().collect() } else { mendable };
    let lost = merged(counted.into_iter().flatten().filter(|way| !open(way)));
    match answered {
        Some(answered) => Questions::Partly { answered, lost },
        None => Questions::Lost(lost),
    }
}

/// Several ways as one, what they share told once, whichever interface it was met at.
fn merged<'w>(ways: impl Iterator<Item = &'w Way>) -> Way {
    let mut merged = Way::default();
    for way in ways {
        for hop in &way.hops {
            if !merged.hops.iter().any(|met| (&met.component, &met.does) == (&hop.component, &hop.does)) {
                merged.hops.push(hop.clone());
            }
        }
        for blocker in &way.blockers {
            if !merged.blockers.iter().any(|met| (&met.component, &met.problem) == (&blocker.component, &blocker.problem)) {
                merged.blockers.push(blocker.clone());
            }
        }
    }
    merged
}

/// The way of a question for a name to the resolvers that a rule has asked, if something stops it.
pub(crate) fn unasked(world: &Snapshot, party: &Party, rule: &ResolverRule, name: &str) -> Option<Way> {
    let way = Way { from: Some(party.address), ..Way::default() };
    let (packet, scale) = (Packet::Udp(53, 53), TimeScale::default());
    let mut walk = Walk { world, packet, action: None, name: None, from_ports: None, scale, guests: Vec::new(), way };
    if walk.has_resolver(party, name) {
        walk.forwarded(rule, name);
    }
    Some(walk.way).filter(|way| !way.blockers.is_empty())
}

impl Walk<'_> {
    /// From the rule's outbound endpoint to its targets, if something stops every question; a question that passes where others
    /// are lost has a way of its own ([`Walk::lost`]).
    pub(super) fn forwarded(&mut self, rule: &ResolverRule, name: &str) {
        let Some(endpoint) = self.asking(rule, name) else { return };
        let way = match self.questions(rule, &endpoint) {
            Questions::Answered(way) | Questions::Partly { answered: way, .. } | Questions::Lost(way) => way,
        };
        self.join(way);
    }

    /// The way of those questions for a name that are lost, while others are answered.
    pub(super) fn lost(&self, party: &Party, named: &Named) -> Option<Way> {
        let Some(Decider::Rule(rule)) = &named.by else { return None };
        let mut walk = Walk { way: Way { from: Some(party.address), ..Way::default() }, ..self.clone() };
        let endpoint = walk.asking(rule, &named.name)?;
        let Questions::Partly { lost, .. } = walk.questions(rule, &endpoint) else { return None };
        walk.join(lost);
        walk.way.answered = Some(false);
        Some(walk.way)
    }

    /// The rule's outbound endpoint, if questions leave it and their targets may answer.
    fn asking(&mut self, rule: &ResolverRule, name: &str) -> Option<Arc<ResolverEndpoint>> {
        let endpoint = self.world.find::<ResolverEndpoint>(rule.endpoint()?)?;
        let targets: Vec<String> = rule.targets().iter().map(ToString::to_string).collect();
        self.passes(&rule.id, format!("has {} asked for {name}, through {}", targets.join(" or "), endpoint.id));
        if !endpoint.served {
            let problem = format!("is {}: nothing leaves it yet", endpoint.state.as_str());
            self.blocked(Code::BadState, &endpoint.id, problem, Vec::new());
            return None;
        }
        if let Some((peering, far)) = self.own_resolver(rule, &endpoint) {
            let problem = format!(
                "does not lead to the resolver of {}: it answers its own VPC only, and others at an inbound endpoint",
                far.id
            );
            let fixes = self.inbound(&far, rule, &self.legs(&endpoint));
            self.blocked(Code::PeerAddress, &peering.id, problem, fixes);
            return None;
        }
        Some(endpoint)
    }

    fn legs(&self, endpoint: &ResolverEndpoint) -> Vec<Party> {
        endpoint.addresses.iter().filter_map(|at| interface(self.world, &at.interface)).collect()
    }

    /// What becomes of questions: each leaves from one of the endpoint's addresses, as chance picks it, to one target after the
    /// other.
    fn questions(&self, rule: &ResolverRule, endpoint: &ResolverEndpoint) -> Questions {
        let legs = self.legs(endpoint);
        let to = |target: &SocketAddrV4| -> Vec<Way> {
            let packet = Packet::Udp(target.port(), target.port());
            let question = Walk { packet, action: None, guests: Vec::new(), way: Way::default(), ..self.clone() };
            legs.iter().flat_map(|leg| question.clone().leave(leg, *target.ip())).collect()
        };
        outcome(rule.targets().iter().map(to).collect())
    }

    fn join(&mut self, way: Way) {
        self.way.hops.extend(way.hops);
        self.way.blockers.extend(way.blockers);
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
