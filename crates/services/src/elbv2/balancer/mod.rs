//! Network Load Balancers.

use crate::Operation;
use crate::operation::operation;

mod access_log;
mod attributes;
mod create_load_balancer;
mod delete_load_balancer;
mod describe_account_limits;
mod describe_capacity_reservation;
mod describe_load_balancer_attributes;
mod describe_load_balancers;
mod groups;
mod modify_load_balancer_attributes;
mod node;
mod set_ip_address_type;
mod set_security_groups;
mod set_subnets;
mod view;

/// The operations.
pub const OPERATIONS: &[Operation] = &[
    operation!(write "CreateLoadBalancer" create_load_balancer::create_load_balancer),
    operation!(read "DescribeLoadBalancers" describe_load_balancers::describe_load_balancers),
    operation!(write "DeleteLoadBalancer" delete_load_balancer::delete_load_balancer),
    operation!(read "DescribeLoadBalancerAttributes" describe_load_balancer_attributes::describe_load_balancer_attributes),
    operation!(write "ModifyLoadBalancerAttributes" modify_load_balancer_attributes::modify_load_balancer_attributes),
    operation!(write "SetIpAddressType" set_ip_address_type::set_ip_address_type),
    operation!(write "SetSecurityGroups" set_security_groups::set_security_groups),
    operation!(write "SetSubnets" set_subnets::set_subnets),
    operation!(read "DescribeCapacityReservation" describe_capacity_reservation::describe_capacity_reservation),
    operation!(read "DescribeAccountLimits" describe_account_limits::describe_account_limits),
];
