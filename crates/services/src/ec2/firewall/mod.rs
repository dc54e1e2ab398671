//! Security groups, network ACLs and prefix lists.

mod acl;
mod authorize;
mod create_security_group;
mod delete_security_group;
mod describe_security_group_rules;
mod describe_security_groups;
mod get_security_groups_for_vpc;
mod modify_security_group_rules;
pub mod permission;
pub mod prefix_list;
mod revoke;
mod rule_view;
pub mod security_group;
#[cfg(test)]
mod testing;
mod traffic;
mod update_rule_descriptions;
pub mod vpc_association;

use serde::Serialize;

use crate::Operation;
use crate::operation::operation;

/// The answer of operations that say nothing but that they were done.
#[derive(Serialize)]
pub struct Done {}

/// The operations.
pub const OPERATIONS: &[Operation] = &[
    operation!(write "CreateSecurityGroup" create_security_group::create_security_group),
    operation!(read "DescribeSecurityGroups" describe_security_groups::describe_security_groups),
    operation!(write "DeleteSecurityGroup" delete_security_group::delete_security_group),
    operation!(write "AuthorizeSecurityGroupIngress" authorize::ingress),
    operation!(write "AuthorizeSecurityGroupEgress" authorize::egress),
    operation!(write "RevokeSecurityGroupIngress" revoke::ingress),
    operation!(write "RevokeSecurityGroupEgress" revoke::egress),
    operation!(read "DescribeSecurityGroupRules" describe_security_group_rules::describe_security_group_rules),
    operation!(write "ModifySecurityGroupRules" modify_security_group_rules::modify_security_group_rules),
    operation!(write "UpdateSecurityGroupRuleDescriptionsIngress" update_rule_descriptions::ingress),
    operation!(write "UpdateSecurityGroupRuleDescriptionsEgress" update_rule_descriptions::egress),
    operation!(write "AssociateSecurityGroupVpc" vpc_association::associate),
    operation!(write "DisassociateSecurityGroupVpc" vpc_association::disassociate),
    operation!(read "DescribeSecurityGroupVpcAssociations" vpc_association::describe),
    operation!(read "GetSecurityGroupsForVpc" get_security_groups_for_vpc::get_security_groups_for_vpc),
    operation!(write "CreateNetworkAcl" acl::create_network_acl::create_network_acl),
    operation!(read "DescribeNetworkAcls" acl::describe_network_acls::describe_network_acls),
    operation!(write "DeleteNetworkAcl" acl::delete_network_acl::delete_network_acl),
    operation!(write "CreateNetworkAclEntry" acl::write_network_acl_entry::create),
    operation!(write "ReplaceNetworkAclEntry" acl::write_network_acl_entry::replace),
    operation!(write "DeleteNetworkAclEntry" acl::delete_network_acl_entry::delete_network_acl_entry),
    operation!(write "ReplaceNetworkAclAssociation" acl::replace_network_acl_association::replace_network_acl_association),
    operation!(read "DescribePrefixLists" prefix_list::describe_prefix_lists::describe_prefix_lists),
    operation!(read "DescribeManagedPrefixLists" prefix_list::describe_managed_prefix_lists::describe_managed_prefix_lists),
    operation!(read "GetManagedPrefixListEntries" prefix_list::get_managed_prefix_list_entries::get_managed_prefix_list_entries),
    operation!(
        read "GetManagedPrefixListAssociations"
        prefix_list::get_managed_prefix_list_associations::get_managed_prefix_list_associations
    ),
    operation!(
        write "RestoreManagedPrefixListVersion"
        prefix_list::restore_managed_prefix_list_version::restore_managed_prefix_list_version
    ),
    operation!(write "CreateManagedPrefixList" prefix_list::create_managed_prefix_list::create_managed_prefix_list),
    operation!(write "ModifyManagedPrefixList" prefix_list::modify_managed_prefix_list::modify_managed_prefix_list),
    operation!(write "DeleteManagedPrefixList" prefix_list::delete_managed_prefix_list::delete_managed_prefix_list),
];
