//! EC2: the network, the machines in it, and PrivateLink.

pub mod address;
pub mod cidr;
pub mod defaults;
pub mod find;
pub mod public_address;

mod compute;
mod firewall;
mod insights;
mod network;
mod peering;
mod privatelink;
mod public_access;
mod routing;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

pub(crate) use compute::template as launch_template;
#[cfg(test)]
pub(crate) use compute::testing as compute_testing;
pub(crate) use firewall::security_group;
pub(crate) use privatelink::endpoint_names;

use crate::Service;

/// EC2.
pub const SERVICE: Service = Service {
    name: "ec2",
    action_prefix: "ec2",
    operations: &[
        network::OPERATIONS,
        routing::OPERATIONS,
        firewall::OPERATIONS,
        compute::OPERATIONS,
        privatelink::OPERATIONS,
        peering::OPERATIONS,
        insights::OPERATIONS,
        public_access::OPERATIONS,
    ],
};
