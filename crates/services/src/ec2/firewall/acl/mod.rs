//! Network ACLs: numbered, stateless rules at the boundary of subnets.

pub mod create_network_acl;
pub mod delete_network_acl;
pub mod delete_network_acl_entry;
pub mod describe_network_acls;
mod entry;
pub mod replace_network_acl_association;
mod view;
pub mod write_network_acl_entry;
