//! Which resolver rule a VPC's resolver goes by: the one about the most specific domain, but for what AWS keeps to itself
//! (Route 53 Developer Guide, "Domain names that Resolver creates autodefined system rules for").

use std::sync::Arc;

use resource::{ResolverRule, Resource, RuleAssociation, RuleAssociationState, RuleWay, Vpc, VpcId, private_domain};
use store::Snapshot;

/// Domains that nobody asks others for (RFC 6303, RFC 6761). Of those between 16.172 and 31.172 there is one each.
const LOCAL: [&str; 6] =
    ["localhost.", "localdomain.", "127.in-addr.arpa.", "10.in-addr.arpa.", "168.192.in-addr.arpa.", "169.in-addr.arpa."];
/// The domains of public host names.
const HOSTS: [&str; 2] = ["compute-1.amazonaws.com.", "compute.amazonaws.com."];

/// The rule by which the resolver of a VPC goes for `name`, which has its final dot.
pub fn rule_for(world: &Snapshot, vpc: &VpcId, name: &str) -> Option<Arc<ResolverRule>> {
    let associations = world.linked::<RuleAssociation>(Vpc::KIND, vpc);
    let associations = associations.filter(|association| association.state != RuleAssociationState::Deleting);
    let rules = associations.filter_map(|association| world.find::<ResolverRule>(&association.rule));
    let nearest = rules.filter(|rule| rule.covers(name)).max_by_key(|rule| (rule.domain != ".", rule.domain.len()))?;
    let kept = kept_from(world, vpc, &nearest).iter().any(|domain| lies_in(name, domain));
    (!kept).then_some(nearest)
}

/// The domains below that of a rule which the resolver of a VPC with host names keeps to itself, unless another rule is about
/// just them. Each has its final dot.
pub fn kept_from(world: &Snapshot, vpc: &VpcId, rule: &ResolverRule) -> Vec<String> {
    let vpc = world.find::<Vpc>(vpc.as_str()).filter(|vpc| vpc.dns_support && vpc.dns_hostnames);
    let Some(vpc) = vpc.filter(|_| rule.way != RuleWay::System) else { return Vec::new() };
    let private = (16..32).map(|byte| format!("{byte}.172.in-addr.arpa."));
    let own = format!("{}.", private_domain(&vpc.owner.region));
    let domains = LOCAL.into_iter().chain(HOSTS).map(str::to_owned).chain(private).chain([own]);
    domains.filter(|domain| rule.covers(domain) && *domain != rule.domain).collect()
}

fn lies_in(name: &str, domain: &str) -> bool {
    name.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}
