//! DHCP options: what the instances of a VPC are told about names and time.

pub mod associate_dhcp_options;
pub mod create_dhcp_options;
pub mod delete_dhcp_options;
pub mod describe_dhcp_options;
mod view;
