//! Resolver rules in the VPCs that go by them, with the domains that a VPC's resolver keeps to itself when a rule is about one
//! above them (Route 53 Developer Guide, "Domain names that Resolver creates autodefined system rules for").

use resource::{ResolverRule, RuleAssociation, RuleAssociationState, RuleWay, Vpc, VpcId, private_domain};
use store::Snapshot;

use super::entry::{Entry, Says, Scope};

/// Domains that nobody asks others for (RFC 6303, RFC 6761). Of those between 16.172 and 31.172 there is one each.
const LOCAL: [&str; 6] =
    ["localhost.", "localdomain.", "127.in-addr.arpa.", "10.in-addr.arpa.", "168.192.in-addr.arpa.", "169.in-addr.arpa."];
/// The domains of public host names.
const HOSTS: [&str; 2] = ["compute-1.amazonaws.com.", "compute.amazonaws.com."];

/// What the association of a rule with a VPC comes to.
pub(super) fn of_association(world: &Snapshot, id: &str) -> Vec<Entry> {
    let association = world.find::<RuleAssociation>(id);
    let association = association.filter(|association| association.state != RuleAssociationState::Deleting);
    let rule = association.as_ref().and_then(|association| world.find::<ResolverRule>(&association.rule));
    let (Some(association), Some(rule)) = (association, rule) else { return Vec::new() };
    let says = match &rule.way {
        RuleWay::System => Says::Here,
        RuleWay::Forward { endpoint, targets } => Says::Elsewhere(endpoint.clone(), targets.clone()),
    };
    let own = Entry::domain(Scope::Private(association.vpc.clone()), &rule.domain, says);
    let here = |domain: String| Entry::domain(Scope::Vpc(association.vpc.clone()), &domain, Says::Here);
    std::iter::once(own).chain(kept_from(world, &association.vpc, &rule).into_iter().map(here)).collect()
}

/// The domains below that of a rule which the resolver of a VPC with host names keeps to itself, unless another rule is about
/// just them. Each has its final dot.
fn kept_from(world: &Snapshot, vpc: &VpcId, rule: &ResolverRule) -> Vec<String> {
    let vpc = world.find::<Vpc>(vpc.as_str()).filter(|vpc| vpc.has_host_names());
    let Some(vpc) = vpc.filter(|_| rule.way != RuleWay::System) else { return Vec::new() };
    let private = (16..32).map(|byte| format!("{byte}.172.in-addr.arpa."));
    let own = format!("{}.", private_domain(&vpc.owner.region));
    let domains = LOCAL.into_iter().chain(HOSTS).map(str::to_owned).chain(private).chain([own]);
    domains.filter(|domain| rule.covers(domain) && *domain != rule.domain).collect()
}
