//! Target groups, their targets, and what health checks found (Elastic Load Balancing, "Target groups").

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};

use crate::{Instance, InstanceId, Kind, Link, LoadBalancer, Owner, Resource, Tags, Timestamp, Vpc, VpcId};

/// The namespace of links from a target group to its name: key `{account}/{region}/{name}`.
pub const TARGET_GROUP_NAME: &str = "target-group-name";

/// The attribute that says for how long an unhealthy target keeps its connections.
pub const DRAINING_INTERVAL: &str = "target_health_state.unhealthy.draining_interval_seconds";

/// Targets that serve the same thing, and how to know that they do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TargetGroup {
    /// `arn:aws:elasticloadbalancing:…:targetgroup/{name}/{id}`.
    pub arn: String,
    /// Who owns it.
    pub owner: Owner,
    /// Unique in the account and Region.
    pub name: String,
    /// The VPC of its targets.
    pub vpc: VpcId,
    /// What its targets are.
    pub target_type: TargetType,
    /// `TCP`, `UDP` or `TCP_UDP`.
    pub protocol: String,
    /// The port of a target that names none.
    pub port: u16,
    /// How its targets are checked.
    pub health_check: HealthCheck,
    /// Attributes that were set, by key.
    pub attributes: BTreeMap<String, String>,
    /// Its targets.
    pub targets: Vec<Target>,
    /// Its tags.
    pub tags: Tags,
}

/// What the targets of a group are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TargetType {
    /// Instances, by id.
    Instance,
    /// Addresses.
    Ip,
}

impl TargetType {
    /// AWS's spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Instance => "instance",
            Self::Ip => "ip",
        }
    }
}

/// A registered target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// Who it is.
    pub id: TargetId,
    /// Its port.
    pub port: u16,
    /// The zone that the user gave for an address (`all`, or a zone's name).
    pub zone: Option<String>,
    /// Since when it drains: it gets no new flows and leaves after the deregistration delay.
    pub draining_since: Option<Timestamp>,
}

/// Who a target is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum TargetId {
    /// An instance: its primary address.
    Instance(InstanceId),
    /// An address.
    Ip(Ipv4Addr),
}

impl std::fmt::Display for TargetId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Instance(id) => id.fmt(f),
            Self::Ip(ip) => ip.fmt(f),
        }
    }
}

/// How a group's targets are checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HealthCheck {
    /// `TCP`, `HTTP` or `HTTPS`.
    pub protocol: String,
    /// None is `traffic-port`: the target's own.
    pub port: Option<u16>,
    /// HTTP: the path.
    pub path: Option<String>,
    /// Seconds between checks.
    pub interval: u32,
    /// Seconds until a check has failed.
    pub timeout: u32,
    /// Successes in a row that make a target healthy.
    pub healthy_threshold: u32,
    /// Failures in a row that make it unhealthy.
    pub unhealthy_threshold: u32,
    /// HTTP: the codes that count as success, `200-399`.
    pub matcher: Option<String>,
}

impl TargetGroup {
    /// The value of an attribute, or AWS's default for this group.
    pub fn attribute(&self, key: &str) -> Option<&str> {
        self.attributes.get(key).map(String::as_str).or_else(|| self.default_attribute(key))
    }

    /// Seconds that a deregistered target keeps its flows.
    pub fn deregistration_delay(&self) -> u64 {
        self.attribute("deregistration_delay.timeout_seconds").and_then(|v| v.parse().ok()).unwrap_or(300)
    }

    /// Whether targets see the client's address (not through PrivateLink, where they never do).
    pub fn preserve_client_ip(&self) -> bool {
        self.attribute("preserve_client_ip.enabled") == Some("true")
    }

    /// Whether connections open with a PROXY protocol version 2 header.
    pub fn proxy_protocol(&self) -> bool {
        self.attribute("proxy_protocol_v2.enabled") == Some("true")
    }

    /// Whether all flows of a client's address go to one target.
    pub fn is_sticky(&self) -> bool {
        self.attribute("stickiness.enabled") == Some("true")
    }

    /// Whether nodes of `balancer` may use targets of other zones.
    pub fn crosses_zones(&self, balancer: &LoadBalancer) -> bool {
        match self.attribute("load_balancing.cross_zone.enabled") {
            Some("true") => true,
            Some("false") => false,
            _ => balancer.cross_zone(),
        }
    }

    /// Whether connections to targets that have left, and flows of datagrams, are ended when the deregistration delay is over.
    pub fn ends_what_left(&self) -> bool {
        self.attribute("deregistration_delay.connection_termination.enabled") == Some("true")
    }

    /// Whether connections to targets that are unhealthy for good do not go on: they are ended at once, or were let go on for
    /// a while.
    pub fn cuts_unhealthy(&self) -> bool {
        self.ends_unhealthy() || self.unhealthy_draining() > 0
    }

    /// Whether connections to targets that became unhealthy are ended at once.
    pub fn ends_unhealthy(&self) -> bool {
        self.attribute("target_health_state.unhealthy.connection_termination.enabled") == Some("true")
    }

    /// For how many seconds an unhealthy target keeps its connections before they are ended; 0 is for good, or not at all.
    pub fn unhealthy_draining(&self) -> u64 {
        self.attribute(DRAINING_INTERVAL).and_then(|seconds| seconds.parse().ok()).unwrap_or(0)
    }

    /// How many of so many targets must be healthy for one of AWS's purposes, `dns_failover` or `unhealthy_state_routing`: the
    /// larger of a number and a share, each of which may be off.
    pub fn minimum_healthy(&self, purpose: &str, of: usize) -> usize {
        let value = |form: &str| {
            let key = format!("target_group_health.{purpose}.minimum_healthy_targets.{form}");
            self.attribute(&key).and_then(|value| value.parse::<usize>().ok())
        };
        let share = value("percentage").map_or(0, |percentage| (of * percentage).div_ceil(100));
        value("count").unwrap_or(0).max(share)
    }

    /// Whether its targets take datagrams. Those see the clients' addresses, which cannot be turned off.
    pub fn takes_datagrams(&self) -> bool {
        matches!(self.protocol.as_str(), "UDP" | "TCP_UDP")
    }

    /// The value of an attribute until it is set; none for one that such a group does not have.
    pub fn default_attribute(&self, key: &str) -> Option<&'static str> {
        let flag = |on: bool| Some(if on { "true" } else { "false" });
        match key {
            "deregistration_delay.timeout_seconds" => Some("300"),
            "deregistration_delay.connection_termination.enabled" => flag(self.takes_datagrams()),
            "stickiness.enabled" | "proxy_protocol_v2.enabled" => Some("false"),
            "stickiness.type" => Some("source_ip"),
            "preserve_client_ip.enabled" => flag(self.target_type == TargetType::Instance || self.takes_datagrams()),
            "load_balancing.cross_zone.enabled" => Some("use_load_balancer_configuration"),
            "target_group_health.dns_failover.minimum_healthy_targets.count"
            | "target_group_health.unhealthy_state_routing.minimum_healthy_targets.count" => Some("1"),
            "target_group_health.dns_failover.minimum_healthy_targets.percentage"
            | "target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage" => Some("off"),
            "target_health_state.unhealthy.connection_termination.enabled" => Some("true"),
            DRAINING_INTERVAL => Some("0"),
            _ => None,
        }
    }
}

impl Resource for TargetGroup {
    const KIND: Kind = Kind("target-group");

    fn key(&self) -> String {
        self.arn.clone()
    }

    fn owner(&self) -> Option<&Owner> {
        Some(&self.owner)
    }

    fn links(&self) -> Vec<Link> {
        let mut links = vec![Link::to(Vpc::KIND, &self.vpc)];
        links.push(Link::name(TARGET_GROUP_NAME, format!("{}/{}/{}", self.owner.account, self.owner.region, self.name)));
        links.extend(self.targets.iter().filter_map(|target| match &target.id {
            TargetId::Instance(id) => Some(Link::to(Instance::KIND, id)),
            TargetId::Ip(_) => None,
        }));
        links
    }
}

/// What the checks of a target from the balancer's nodes have found. Written by health checking only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetHealth {
    /// The target group's ARN.
    pub group: String,
    /// The target.
    pub target: TargetId,
    /// The target's port.
    pub port: u16,
    /// Where it stands.
    pub state: HealthState,
    /// Since when.
    #[serde(default)]
    pub since: Timestamp,
    /// AWS's reason code, such as `Target.Timeout`.
    pub reason: Option<String>,
    /// The reason in words.
    pub description: Option<String>,
}

/// Where a checked target stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HealthState {
    /// Too few checks yet.
    Initial,
    /// Enough successes in a row.
    Healthy,
    /// Enough failures in a row, a moment ago: connections go on.
    UnhealthyDraining,
    /// Enough failures in a row.
    Unhealthy,
}

impl HealthState {
    /// Whether checks found it unhealthy.
    pub fn is_unhealthy(self) -> bool {
        matches!(self, Self::UnhealthyDraining | Self::Unhealthy)
    }
}

impl TargetHealth {
    /// The key of the health of a target.
    pub fn key_of(group: &str, target: &TargetId, port: u16) -> String {
        format!("{group}|{target}|{port}")
    }
}

impl Resource for TargetHealth {
    const KIND: Kind = Kind("target-health");

    fn key(&self) -> String {
        Self::key_of(&self.group, &self.target, self.port)
    }

    fn owner(&self) -> Option<&Owner> {
        None
    }

    fn links(&self) -> Vec<Link> {
        vec![Link::to(TargetGroup::KIND, &self.group)]
    }
}
