//! Listeners: the ports of a balancer and where their flows go.

use crate::Operation;
use crate::operation::operation;

pub mod action;
mod attributes;
mod certificate;
mod create_listener;
mod delete_listener;
mod describe_listener_attributes;
mod describe_listeners;
mod describe_ssl_policies;
mod modify_listener;
mod modify_listener_attributes;
mod protocol;
mod tls;
mod view;

use certificate::{add_listener_certificates, describe_listener_certificates, remove_listener_certificates};

/// The operations.
pub const OPERATIONS: &[Operation] = &[
    operation!(write "CreateListener" create_listener::create_listener),
    operation!(read "DescribeListeners" describe_listeners::describe_listeners),
    operation!(write "ModifyListener" modify_listener::modify_listener),
    operation!(write "DeleteListener" delete_listener::delete_listener),
    operation!(read "DescribeListenerAttributes" describe_listener_attributes::describe_listener_attributes),
    operation!(write "ModifyListenerAttributes" modify_listener_attributes::modify_listener_attributes),
    operation!(read "DescribeSSLPolicies" describe_ssl_policies::describe_ssl_policies),
    operation!(write "AddListenerCertificates" add_listener_certificates::add_listener_certificates),
    operation!(read "DescribeListenerCertificates" describe_listener_certificates::describe_listener_certificates),
    operation!(write "RemoveListenerCertificates" remove_listener_certificates::remove_listener_certificates),
];
