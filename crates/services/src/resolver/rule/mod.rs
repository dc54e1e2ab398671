//! Rules: those that users make, and the one by which every account's resolvers answer what nothing else says anything of.

use std::net::{Ipv4Addr, SocketAddrV4};

use resource::{DNS_PORT, Owner, ResolverDirection, ResolverEndpointState};
use serde::Deserialize;
use store::Snapshot;

use super::find;
use super::refusal::{limit, parameter, unsupported};
use super::view::RuleView;
use crate::operation::operation;
use crate::quotas::known::RULE_TARGETS;
use crate::{Error, Operation};

mod create_resolver_rule;
mod delete_resolver_rule;
mod get_resolver_rule;
mod list_resolver_rules;
mod update_resolver_rule;

/// The operations.
pub const OPERATIONS: &[Operation] = &[
    operation!(write "CreateResolverRule" create_resolver_rule::create_resolver_rule),
    operation!(read "GetResolverRule" get_resolver_rule::get_resolver_rule),
    operation!(read "ListResolverRules" list_resolver_rules::list_resolver_rules),
    operation!(write "UpdateResolverRule" update_resolver_rule::update_resolver_rule),
    operation!(write "DeleteResolverRule" delete_resolver_rule::delete_resolver_rule),
];

/// The id of the rule that is there from the start.
pub const INTERNET: &str = "rslvr-autodefined-rr-internet-resolver";
/// The rule that is there from the start.
fn internet(region: &str) -> RuleView {
    RuleView {
        id: INTERNET.to_owned(),
        arn: format!("arn:aws:route53resolver:{region}::autodefined-rule/{INTERNET}"),
        domain_name: ".".to_owned(),
        status: "COMPLETE",
        rule_type: "RECURSIVE",
        name: Some("Internet Resolver".to_owned()),
        owner_id: "Route 53 Resolver".to_owned(),
        share_status: "NOT_SHARED",
        ..RuleView::default()
    }
}

/// Another resolver, as requests name it.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Target {
    ip: Option<String>,
    port: Option<u16>,
    protocol: Option<String>,
}

/// The addresses of other resolvers.
fn targets(operation: &str, wanted: &[Target]) -> Result<Vec<SocketAddrV4>, Error> {
    let mut targets = Vec::new();
    for Target { ip, port, protocol } in wanted {
        if let Some(other) = protocol.as_deref().filter(|protocol| *protocol != "Do53") {
            return Err(unsupported(&format!("{operation}.TargetIps.Protocol {other}"), "use Do53"));
        }
        let ip = ip.as_deref().ok_or_else(|| parameter("A target needs an IP address."))?;
        let address: Ipv4Addr = ip.parse().map_err(|_| parameter(format!("'{ip}' is not an IPv4 address.")))?;
        let target = match port.unwrap_or(DNS_PORT) {
            0 => return Err(parameter("A target cannot have the port 0.")),
            port => SocketAddrV4::new(address, port),
        };
        if targets.contains(&target) {
            return Err(parameter(format!("The target {target} is named twice.")));
        }
        targets.push(target);
    }
    let most = RULE_TARGETS.default as usize;
    match targets.len() {
        0 => Err(parameter("A rule that forwards needs at least one target.")),
        count if count <= most => Ok(targets),
        _ => Err(limit(format!("A rule may have at most {most} target IP addresses."))),
    }
}

/// The endpoint through which a rule may forward.
fn outbound(world: &Snapshot, owner: &Owner, id: &str) -> Result<String, Error> {
    let endpoint = find::endpoint(world, owner, id)?;
    if endpoint.direction != ResolverDirection::Outbound {
        return Err(parameter(format!("The resolver endpoint \"{id}\" is not an OUTBOUND one.")));
    }
    match endpoint.state {
        ResolverEndpointState::Deleting => {
            Err(Error::new("ResourceUnavailableException", format!("The resolver endpoint \"{id}\" is being deleted.")))
        }
        _ => Ok(endpoint.id.clone()),
    }
}
