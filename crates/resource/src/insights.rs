//! Paths that somebody wants to know about, and what was found out (VPC Reachability Analyzer).

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;
use serde::{Deserialize, Serialize};

use crate::{
    EndpointId, EndpointServiceId, GroupId, InsightsAnalysisId, InsightsPathId, InstanceId, InterfaceId, InternetGatewayId, Kind,
    Link, Owner, PeeringId, PrefixListId, Resource, SubnetId, Tags, Timestamp, Traffic, VpcId,
};

/// A path to be analysed: who would send what to whom.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InsightsPath {
    /// Its id.
    pub id: InsightsPathId,
    /// Who owns it.
    pub owner: Owner,
    /// Who sends.
    pub source: PathEnd,
    /// To whom; none when an address says it.
    pub destination: Option<PathEnd>,
    /// With which source address; none leaves it to the source.
    #[serde(default)]
    pub source_address: Option<Ipv4Addr>,
    /// To which address; none leaves it to the destination.
    pub destination_address: Option<Ipv4Addr>,
    /// Whether it is UDP and not TCP.
    pub udp: bool,
    /// To which port; none means any, or those of the filter at the source.
    pub port: Option<u16>,
    /// What packets must look like where they leave.
    #[serde(default)]
    pub at_source: Option<PathFilter>,
    /// What packets must look like where they arrive.
    #[serde(default)]
    pub at_destination: Option<PathFilter>,
    /// When it was made.
    pub created: Timestamp,
    /// Its tags.
    pub tags: Tags,
}

/// What packets must look like at an end of a path.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PathFilter {
    /// Their source.
    pub from: Option<Ipv4Addr>,
    /// The ports that they come from.
    pub from_ports: Option<(u16, u16)>,
    /// Their destination.
    pub to: Option<Ipv4Addr>,
    /// The ports that they go to.
    pub to_ports: Option<(u16, u16)>,
}

/// An end of a path, as it was given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PathEnd {
    /// What it is.
    pub point: PathPoint,
    /// The ARN, when that was given.
    pub arn: Option<String>,
}

/// What may be an end of a path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PathPoint {
    /// An instance, by its primary interface.
    Instance(InstanceId),
    /// A network interface.
    Interface(InterfaceId),
    /// The internet, behind a gateway.
    Gateway(InternetGatewayId),
    /// An interface endpoint.
    Endpoint(EndpointId),
    /// An endpoint service.
    Service(EndpointServiceId),
    /// A peering connection.
    Peering(PeeringId),
    /// An address.
    Address(Ipv4Addr),
}

impl PathPoint {
    /// Reads an id, the id at the end of an ARN, or an address.
    pub fn parse(text: &str) -> Option<Self> {
        let id = text.rsplit('/').next().unwrap_or(text);
        let found = InstanceId::parse(id).map(Self::Instance).or_else(|_| InterfaceId::parse(id).map(Self::Interface));
        let found = found.or_else(|_| InternetGatewayId::parse(id).map(Self::Gateway));
        let found = found.or_else(|_| EndpointServiceId::parse(id).map(Self::Service));
        let found = found.or_else(|_| EndpointId::parse(id).map(Self::Endpoint));
        let found = found.or_else(|_| PeeringId::parse(id).map(Self::Peering));
        found.ok().or_else(|| id.parse().ok().map(Self::Address))
    }

    /// The id, or the address.
    pub fn text(&self) -> String {
        match self {
            Self::Instance(id) => id.to_string(),
            Self::Interface(id) => id.to_string(),
            Self::Gateway(id) => id.to_string(),
            Self::Endpoint(id) => id.to_string(),
            Self::Service(id) => id.to_string(),
            Self::Peering(id) => id.to_string(),
            Self::Address(address) => address.to_string(),
        }
    }
}

impl Resource for InsightsPath {
    const KIND: Kind = Kind("insights-path");

    fn key(&self) -> String {
        self.id.to_string()
    }

    fn owner(&self) -> Option<&Owner> {
        Some(&self.owner)
    }
}

/// One analysis of a path.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InsightsAnalysis {
    /// Its id.
    pub id: InsightsAnalysisId,
    /// Who owns it.
    pub owner: Owner,
    /// The path.
    pub path: InsightsPathId,
    /// What a way must meet, by ARN.
    pub through: Vec<String>,
    /// What a way must not meet, by ARN.
    pub around: Vec<String>,
    /// Accounts besides the owner's through which it may lead.
    #[serde(default)]
    pub accounts: Vec<String>,
    /// When it was started.
    pub started: Timestamp,
    /// What came of it.
    pub state: AnalysisState,
    /// Its tags.
    pub tags: Tags,
}

/// Where an analysis stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum AnalysisState {
    /// It has not been done yet.
    Running,
    /// It could not be done.
    Failed(String),
    /// It was done.
    Succeeded(Finding),
}

impl AnalysisState {
    /// AWS's word for it.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Failed(_) => "failed",
            Self::Succeeded(_) => "succeeded",
        }
    }
}

/// What an analysis found.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// What packets meet on the way that was found; nothing when there is none.
    pub forward: Vec<PathStep>,
    /// What the answers meet.
    pub back: Vec<PathStep>,
    /// Everything that is in the way, when no way was found.
    pub reasons: Vec<PathReason>,
    /// What other ways lead over.
    #[serde(default)]
    pub hints: Vec<PathComponent>,
    /// Accounts through which it leads and that were not named.
    #[serde(default)]
    pub accounts: Vec<String>,
}

impl Finding {
    /// Whether a way was found.
    pub fn found(&self) -> bool {
        self.reasons.is_empty()
    }
}

/// Something on a path.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PathStep {
    /// What it is.
    pub component: PathComponent,
    /// What it is attached to.
    pub attached_to: Option<PathComponent>,
    /// The VPC in which it is.
    pub vpc: Option<VpcId>,
    /// The subnet in which it is.
    pub subnet: Option<SubnetId>,
    /// By which rule it decides.
    pub rule: Option<PathRule>,
    /// What leaves it, where that is known.
    pub header: Option<PathHeader>,
    /// What comes to it, where that is known.
    #[serde(default)]
    pub inbound: Option<PathHeader>,
}

/// A resource on a path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PathComponent {
    /// Its id.
    pub id: String,
    /// Its ARN, where it has one.
    pub arn: Option<String>,
}

/// The rule by which something on a path decides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PathRule {
    /// A rule of a group.
    Group {
        /// Whether it speaks of what goes out.
        egress: bool,
        /// The traffic.
        traffic: Traffic,
        /// The other side.
        peer: PathPeer,
    },
    /// A rule of a network ACL.
    Acl {
        /// Whether it speaks of what goes out.
        egress: bool,
        /// Its number.
        number: u16,
        /// The traffic.
        traffic: Traffic,
        /// The other side.
        cidr: Ipv4Net,
        /// Whether it allows.
        allow: bool,
    },
    /// A route.
    Route {
        /// The prefix.
        prefix: Ipv4Net,
        /// The id of its target, or `local`.
        target: String,
    },
}

/// The other side of a group's rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PathPeer {
    /// A block.
    Cidr(Ipv4Net),
    /// Everybody in a group.
    Group(GroupId),
    /// A prefix list.
    List(PrefixListId),
}

/// Where a packet comes from and goes to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PathHeader {
    /// Its source.
    pub from: Ipv4Addr,
    /// Its destination.
    pub to: Ipv4Addr,
    /// The port.
    pub port: u16,
    /// The ports that it comes from, where they are known.
    #[serde(default)]
    pub from_ports: Option<(u16, u16)>,
    /// Whether it is UDP and not TCP.
    pub udp: bool,
}

/// Why there is no way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PathReason {
    /// The explanation code.
    pub code: String,
    /// What stops the packet; none when that is another account's.
    pub component: Option<PathComponent>,
    /// The account in whose network that is, when it is another's.
    #[serde(default)]
    pub account: Option<String>,
    /// In which direction, where it has one.
    pub egress: Option<bool>,
    /// The interface whose groups they are.
    pub interface: Option<PathComponent>,
    /// The groups that let nothing pass.
    pub groups: Vec<PathComponent>,
    /// The rule that stops it.
    pub rule: Option<PathRule>,
    /// The VPC in which that is.
    pub vpc: Option<VpcId>,
    /// The subnet in which that is.
    pub subnet: Option<SubnetId>,
    /// The VPC of who sends, where nothing connects two.
    #[serde(default)]
    pub source_vpc: Option<VpcId>,
    /// The VPC of who shall be reached, where nothing connects two.
    #[serde(default)]
    pub destination_vpc: Option<VpcId>,
}

impl Resource for InsightsAnalysis {
    const KIND: Kind = Kind("insights-analysis");

    fn key(&self) -> String {
        self.id.to_string()
    }

    fn owner(&self) -> Option<&Owner> {
        Some(&self.owner)
    }

    fn links(&self) -> Vec<Link> {
        vec![Link::to(InsightsPath::KIND, &self.path)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_is_an_id_an_arn_or_an_address() {
        let arn = "arn:aws:ec2:us-east-1:111111111111:vpc-endpoint-service/vpce-svc-0123456789abcdef0";
        assert!(matches!(PathPoint::parse(arn), Some(PathPoint::Service(_))));
        assert!(matches!(PathPoint::parse("vpce-0123456789abcdef0"), Some(PathPoint::Endpoint(_))));
        assert!(matches!(PathPoint::parse("198.18.0.1"), Some(PathPoint::Address(_))));
        assert_eq!(PathPoint::parse("tgw-0123456789abcdef0"), None);
        assert_eq!(PathPoint::parse(arn).map(|point| point.text()).as_deref(), Some("vpce-svc-0123456789abcdef0"));
    }
}
