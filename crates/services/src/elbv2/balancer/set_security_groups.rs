//! SetSecurityGroups: replaces the groups of a balancer that was made with some.

use resource::{LoadBalancer, NetworkInterface};
use serde::{Deserialize, Serialize};

use super::super::{find, refusal};
use super::{groups, view};
use crate::{Error, Write};

/// What is asked.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    load_balancer_arn: String,
    security_groups: Vec<String>,
    enforce_security_group_inbound_rules_on_private_link_traffic: Option<String>,
}

/// The answer.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    security_group_ids: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    enforce_security_group_inbound_rules_on_private_link_traffic: Option<&'static str>,
}

/// Replaces the groups, on the nodes' interfaces too.
pub fn set_security_groups(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let mut balancer = LoadBalancer::clone(&*find::balancer(cx.txn, cx.owner(), &input.load_balancer_arn)?);
    if balancer.groups.is_empty() {
        return Err(refusal::configuration(
            "You cannot add security groups to a Network Load Balancer that was created without any",
        ));
    }
    balancer.groups = groups::parse(cx.txn, cx.owner(), &balancer.vpc, &input.security_groups)?;
    if balancer.groups.is_empty() {
        return Err(refusal::configuration("You cannot remove all security groups of a Network Load Balancer"));
    }
    if let Some(word) = &input.enforce_security_group_inbound_rules_on_private_link_traffic {
        balancer.enforce_on_private_link = word == "on";
    }
    for zone in &balancer.zones {
        cx.txn.update::<NetworkInterface>(zone.interface.as_str(), |interface| interface.groups = balancer.groups.clone());
    }
    let output = Output {
        security_group_ids: balancer.groups.iter().map(ToString::to_string).collect(),
        enforce_security_group_inbound_rules_on_private_link_traffic: view::enforcement(&balancer),
    };
    cx.txn.put(balancer);
    Ok(output)
}
