//! Load balancers and their listeners (Elastic Load Balancing, "User Guide for Network Load Balancers").

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use crate::{
    AllocationId, Certificate, GroupId, InterfaceId, Kind, Link, NetworkInterface, Owner, Resource, SecurityGroup, Subnet,
    SubnetId, Tags, TargetGroup, Timestamp, Vpc, VpcId,
};

/// The namespace of links from a balancer to its name: key `{account}/{region}/{name}`.
pub const BALANCER_NAME: &str = "load-balancer-name";

/// A Network Load Balancer: an address per zone that spreads flows over targets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LoadBalancer {
    /// `arn:aws:elasticloadbalancing:…:loadbalancer/net/{name}/{id}`.
    pub arn: String,
    /// Who owns it.
    pub owner: Owner,
    /// Unique in the account and Region.
    pub name: String,
    /// 16 hexadecimal digits: the end of its ARN and part of its DNS name.
    pub id: String,
    /// The VPC of its subnets.
    pub vpc: VpcId,
    /// Whether it has public addresses.
    pub internet_facing: bool,
    /// Its nodes, one per zone.
    pub zones: Vec<BalancerZone>,
    /// Its groups; empty when it was made without any, for ever.
    pub groups: Vec<GroupId>,
    /// Whether its groups filter traffic that comes through PrivateLink.
    pub enforce_on_private_link: bool,
    /// Attributes that were set, by key.
    pub attributes: BTreeMap<String, String>,
    /// Where it stands.
    pub state: BalancerState,
    /// When it was made.
    pub created: Timestamp,
    /// Its tags.
    pub tags: Tags,
}

/// One node of a balancer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BalancerZone {
    /// The zone's name.
    pub zone: String,
    /// The subnet.
    pub subnet: SubnetId,
    /// The node's interface.
    pub interface: InterfaceId,
    /// The private address, when the user chose it.
    pub chosen: Option<Ipv4Addr>,
    /// The public address, when it is internet-facing.
    pub allocation: Option<AllocationId>,
}

/// The states of a balancer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BalancerState {
    /// Wanted, not yet in the kernel.
    Provisioning,
    /// Packets pass.
    Active,
    /// Could not be made.
    Failed,
}

impl BalancerState {
    /// AWS's spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Provisioning => "provisioning",
            Self::Active => "active",
            Self::Failed => "failed",
        }
    }
}

/// The attribute that says how many secondary addresses a node has.
pub const SECONDARY_ADDRESSES: &str = "secondary_ips.auto_assigned.per_subnet";

impl LoadBalancer {
    /// Its name in public DNS.
    pub fn dns_name(&self) -> String {
        format!("{}-{}.elb.{}.amazonaws.com", self.name, self.id, self.owner.region)
    }

    /// Whether a flag attribute is on; `default` when it was never set.
    pub fn flag(&self, key: &str, default: bool) -> bool {
        self.attributes.get(key).map_or(default, |value| value == "true")
    }

    /// How many further addresses each node has, to connect to targets from.
    pub fn secondary_addresses(&self) -> usize {
        self.attributes.get(SECONDARY_ADDRESSES).and_then(|count| count.parse().ok()).unwrap_or(0)
    }

    /// Whether nodes may use targets of other zones (off by default for this kind).
    pub fn cross_zone(&self) -> bool {
        self.flag("load_balancing.cross_zone.enabled", false)
    }
}

impl Resource for LoadBalancer {
    const KIND: Kind = Kind("load-balancer");

    fn key(&self) -> String {
        self.arn.clone()
    }

    fn owner(&self) -> Option<&Owner> {
        Some(&self.owner)
    }

    fn links(&self) -> Vec<Link> {
        let mut links = vec![Link::to(Vpc::KIND, &self.vpc)];
        links.push(Link::name(BALANCER_NAME, format!("{}/{}/{}", self.owner.account, self.owner.region, self.name)));
        for zone in &self.zones {
            links.push(Link::to(Subnet::KIND, &zone.subnet));
            links.push(Link::to(NetworkInterface::KIND, &zone.interface));
            links.extend(zone.allocation.iter().map(|id| Link::to(crate::ElasticAddress::KIND, id)));
        }
        links.extend(self.groups.iter().map(|id| Link::to(SecurityGroup::KIND, id)));
        links
    }
}

/// A port of a balancer and where its flows go.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Listener {
    /// `…:listener/net/{name}/{id}/{id}`.
    pub arn: String,
    /// Who owns it.
    pub owner: Owner,
    /// The balancer's ARN.
    pub balancer: String,
    /// The port.
    pub port: u16,
    /// The protocol.
    pub protocol: ListenerProtocol,
    /// The target group's ARN.
    pub target_group: String,
    /// How it speaks TLS; none for other protocols.
    #[serde(default)]
    pub tls: Option<ListenerTls>,
    /// Attributes that were set, by key.
    pub attributes: BTreeMap<String, String>,
    /// Its tags.
    pub tags: Tags,
}

/// The attribute that says after how long a connection is idle.
pub const IDLE_TIMEOUT: &str = "tcp.idle_timeout.seconds";

/// AWS's idle time of a connection, in seconds, until a listener says otherwise; that of an endpoint always.
pub const DEFAULT_IDLE_SECONDS: u32 = 350;

/// What a listener can say of it, in seconds.
pub const IDLE_SECONDS: RangeInclusive<u32> = 60..=6000;

impl Listener {
    /// After how many seconds without packets a connection is forgotten.
    pub fn idle_seconds(&self) -> u32 {
        self.attributes.get(IDLE_TIMEOUT).and_then(|seconds| seconds.parse().ok()).unwrap_or(DEFAULT_IDLE_SECONDS)
    }

    /// The same for connections that come through an endpoint or not: endpoints forget them after their own time.
    pub fn idle_seconds_of(&self, through_endpoint: bool) -> u32 {
        let own = self.idle_seconds();
        if through_endpoint { own.min(DEFAULT_IDLE_SECONDS) } else { own }
    }
}

/// How a listener speaks TLS.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListenerTls {
    /// The ARNs of its certificates; the first is the default.
    pub certificates: Vec<String>,
    /// The security policy's name.
    pub policy: String,
    /// The ALPN policy's name.
    pub alpn: Option<String>,
}

impl ListenerTls {
    /// The protocols of the ALPN policy, the preferred first; none for a policy that there is not.
    pub fn protocols(policy: Option<&str>) -> Option<&'static [&'static str]> {
        Some(match policy {
            None | Some("None") => &[],
            Some("HTTP1Only") => &["http/1.1", "http/1.0"],
            Some("HTTP2Only") => &["h2"],
            Some("HTTP2Optional") => &["http/1.1", "http/1.0", "h2"],
            Some("HTTP2Preferred") => &["h2", "http/1.1", "http/1.0"],
            Some(_) => return None,
        })
    }
}

/// What a listener carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ListenerProtocol {
    /// TCP, by the kernel path.
    Tcp,
    /// TLS, which ends here.
    Tls,
    /// UDP, by the kernel path.
    Udp,
    /// UDP and TCP on one port, by the kernel path.
    TcpUdp,
}

impl ListenerProtocol {
    /// AWS's spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Tcp => "TCP",
            Self::Tls => "TLS",
            Self::Udp => "UDP",
            Self::TcpUdp => "TCP_UDP",
        }
    }

    /// What packets of it are.
    pub fn transports(self) -> &'static [Transport] {
        match self {
            Self::Tcp | Self::Tls => &[Transport::Tcp],
            Self::Udp => &[Transport::Udp],
            Self::TcpUdp => &[Transport::Tcp, Transport::Udp],
        }
    }
}

/// What is above IP in the packets of a listener.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Transport {
    /// A stream.
    Tcp,
    /// Datagrams.
    Udp,
}

impl Transport {
    /// The IP protocol's number.
    pub fn number(self) -> u8 {
        match self {
            Self::Tcp => 6,
            Self::Udp => 17,
        }
    }

    /// Its name, as in security group rules.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Tcp => "tcp",
            Self::Udp => "udp",
        }
    }
}

impl Resource for Listener {
    const KIND: Kind = Kind("listener");

    fn key(&self) -> String {
        self.arn.clone()
    }

    fn owner(&self) -> Option<&Owner> {
        Some(&self.owner)
    }

    fn links(&self) -> Vec<Link> {
        let mut links = vec![Link::to(LoadBalancer::KIND, &self.balancer), Link::to(TargetGroup::KIND, &self.target_group)];
        links.extend(self.tls.iter().flat_map(|tls| &tls.certificates).map(|arn| Link::to(Certificate::KIND, arn)));
        links
    }
}
