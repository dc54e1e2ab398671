//! Associations of rules with VPCs, whose resolvers go by them.

use resource::{ResolverDirection, ResolverEndpoint, ResolverRule, Resource, Vpc, VpcId};
use store::Snapshot;

use super::refusal::request;
use crate::operation::operation;
use crate::{Error, Operation};

mod associate_resolver_rule;
mod disassociate_resolver_rule;
mod get_resolver_rule_association;
mod list_resolver_rule_associations;

/// The operations.
pub const OPERATIONS: &[Operation] = &[
    operation!(write "AssociateResolverRule" associate_resolver_rule::associate_resolver_rule),
    operation!(write "DisassociateResolverRule" disassociate_resolver_rule::disassociate_resolver_rule),
    operation!(read "GetResolverRuleAssociation" get_resolver_rule_association::get_resolver_rule_association),
    operation!(read "ListResolverRuleAssociations" list_resolver_rule_associations::list_resolver_rule_associations),
];

/// Refuses a rule that would have the resolver of `vpc` ask itself.
///
/// # Errors
/// `InvalidRequestException`.
pub fn check_loop(world: &Snapshot, rule: &ResolverRule, vpc: &VpcId) -> Result<(), Error> {
    let inbound =
        world.linked::<ResolverEndpoint>(Vpc::KIND, vpc).filter(|endpoint| endpoint.direction == ResolverDirection::Inbound);
    let own: Vec<_> = inbound.flat_map(|endpoint| endpoint.addresses.clone()).map(|at| at.address).collect();
    match rule.targets().iter().any(|target| own.contains(target.ip())) {
        true => Err(request(format!(
            "Cannot associate rule {} to VPC {vpc} because the VPC include an INBOUND resolver endpoints with rule's target IP. \
             Please try a different rule or update rule's target IP.",
            rule.id
        ))),
        false => Ok(()),
    }
}
