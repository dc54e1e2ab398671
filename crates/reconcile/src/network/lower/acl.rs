//! A network ACL: a chain for each direction, entered where packets cross the boundary of one of its subnets.

use ipnet::Ipv4Net;
use kernel::Object;
use kernel::nft::{Action, Field, Match, Rule, Verdict};
use plan::{Acl, AclRule};
use resource::AclId;

use super::group::{from_net, traffic};
use super::in_namespace;
use crate::network::ledger::Placed;
use crate::network::ruleset::{acls, chain, drop_if, set};

/// The chain to which `map` leads packets of what is in a subnet.
pub(super) fn boundary_chain(map: &str, subnet: Ipv4Net) -> String {
    format!("{map}-{}-{}", subnet.network(), subnet.prefix_len())
}

/// The chain of packets into the ACL's subnets.
fn chain_in(id: &AclId) -> String {
    format!("{id}-in")
}

/// The chain of packets out of the ACL's subnets.
fn chain_out(id: &AclId) -> String {
    format!("{id}-out")
}

pub(super) fn lower(acl: &Acl) -> Vec<Placed> {
    let mut objects = Vec::from(acls());
    objects.extend([
        Object::Chain(chain(&chain_in(&acl.id), judging(&acl.ingress, &Field::Saddr))),
        Object::Chain(chain(&chain_out(&acl.id), judging(&acl.egress, &Field::Daddr))),
    ]);
    for subnet in &acl.subnets {
        objects.push(boundary(*subnet, set::ACL_IN, &Field::Saddr, &chain_in(&acl.id)));
        objects.push(boundary(*subnet, set::ACL_OUT, &Field::Daddr, &chain_out(&acl.id)));
    }
    in_namespace(acl.vpc.as_str(), objects)
}

/// Packets that do not leave the subnet are not judged. Interfaces lead here, by their devices or the addresses that the
/// router holds for them.
fn boundary(subnet: Ipv4Net, map: &str, peer: &Field, judge: &str) -> Object {
    let inside = Rule::new([Match::within(peer.clone(), subnet)], [Action::Verdict(Verdict::Return)]);
    let outside = Rule::new([], [Action::Verdict(Verdict::Goto(judge.to_owned()))]);
    Object::Chain(chain(&boundary_chain(map, subnet), vec![inside, outside]))
}

/// The first match decides: back to the caller, or gone. The end is gone.
fn judging(rules: &[AclRule], peer: &Field) -> Vec<Rule> {
    let judged = rules.iter().filter_map(|rule| {
        let verdict = if rule.allow { Verdict::Return } else { Verdict::Drop };
        let matches: Vec<Match> = traffic(rule.traffic)?.into_iter().chain(from_net(peer, rule.cidr)).collect();
        Some(Rule::new(matches, [Action::Verdict(verdict)]))
    });
    judged.chain([drop_if(vec![])]).collect()
}
