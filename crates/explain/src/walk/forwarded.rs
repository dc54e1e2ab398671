//! The question for a name, on its way to the resolvers that a rule sends it to.

use resource::{ResolverEndpoint, ResolverRule};

use super::Walk;
use crate::explanation::Way;
use crate::find::interface;
use crate::party::Party;
use crate::{Code, Packet};

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
}
