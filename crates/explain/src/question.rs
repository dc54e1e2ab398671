//! The question: who would send what to whom.

use std::fmt::{self, Display, Formatter};
use std::net::{Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use resource::{EndpointId, GroupId, InstanceId, InterfaceId, SubnetId, TimeScale, VpcId};

use crate::Packet;

/// Whether a connection from one point to another would pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// The account that asks, if any does: fixes for others' accounts are marked.
    pub account: Option<String>,
    /// Who sends.
    pub source: Source,
    /// To whom.
    pub destination: Destination,
    /// What.
    pub packet: Packet,
    /// Which call of a service of AWS's, as policies name it (`ec2:DescribeVpcs`); none when it may be any.
    pub action: Option<String>,
    /// With which address as source; none leaves it to who sends.
    pub from: Option<Ipv4Addr>,
    /// From which ports, so that answers go there; none means those that clients have.
    pub from_ports: Option<(u16, u16)>,
    /// How much faster than on AWS long periods pass where packets are sent.
    pub scale: TimeScale,
}

/// Who sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// An instance, from its primary interface.
    Instance(InstanceId),
    /// A network interface.
    Interface(InterfaceId),
    /// A program in a subnet with these groups, whether or not there is one; no groups mean the VPC's default group.
    Subnet(SubnetId, Vec<GroupId>),
    /// An interface endpoint: what comes through it.
    Endpoint(EndpointId),
    /// A host on the simulated internet.
    Internet,
}

/// Who shall be reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// An instance, at its primary interface.
    Instance(InstanceId),
    /// A network interface.
    Interface(InterfaceId),
    /// A program in a subnet with these groups, as of a source.
    Subnet(SubnetId, Vec<GroupId>),
    /// An interface endpoint.
    Endpoint(EndpointId),
    /// A load balancer, by ARN or by name.
    Balancer(String),
    /// An address.
    Address(Ipv4Addr),
    /// A name, as the source's resolver answers for it.
    Name(String),
    /// A service that endpoints lead to, by its name: `com.amazonaws.…`.
    Service(String),
    /// A host on the simulated internet.
    Internet,
}

/// Why a question has no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QuestionError {
    /// Not a point that packets can come from.
    #[error(
        "{0:?} is no source: give an instance, a network interface, a subnet (with groups: subnet-…+sg-…,sg-…), an endpoint or `internet`"
    )]
    Source(String),
    /// Not a point that packets can go to.
    #[error(
        "{0:?} is no destination: give an instance, a network interface, a subnet (with groups), an endpoint, a load balancer, an IPv4 address, a DNS name or `internet`"
    )]
    Destination(String),
    /// Not a protocol that can be asked about.
    #[error("{0:?} is no protocol: give tcp, udp or icmp")]
    Protocol(String),
    /// Not a call that policies can speak of.
    #[error("{0:?} is no action: write it as policies do, as in ec2:DescribeVpcs")]
    Action(String),
    /// TCP and UDP go to a port.
    #[error("{0} goes to a port: write it behind the destination, as in {1}:443")]
    NoPort(&'static str, String),
    /// Not a port.
    #[error("{0:?} is no port: give one from 1 to 65535, as in {1}:443")]
    Port(String, String),
    /// An address of IPv6, which no VPC has here.
    #[error("{0} is an address of IPv6: only IPv4 is carried")]
    SixthVersion(String),
    /// Something that packets do not go to.
    #[error("{0} is {1}, and packets do not go there: give an instance, a network interface or a load balancer")]
    NoPlace(String, &'static str),
    /// It does not exist, or not for the one who asks.
    #[error("there is no {0}")]
    Unknown(String),
    /// Another resolver answers for the name, and nobody here knows what.
    #[error("what {0} is for {1} is answered by the resolvers that {2} forwards to, which are not ours: give an address")]
    AnsweredElsewhere(String, String, String),
    /// The name has no addresses for the source.
    #[error("the name {0} does not exist for {1}")]
    NoSuchName(String, String),
}

impl Question {
    /// Reads a question: `destination` ends in `:PORT` for `tcp` and `udp`.
    ///
    /// # Errors
    /// When a part is not of a form that is known.
    pub fn parse(source: &str, destination: &str, protocol: &str) -> Result<Self, QuestionError> {
        let (host, port) = split_port(destination)?;
        let port = |name| port.ok_or_else(|| QuestionError::NoPort(name, host.to_owned()));
        let packet = match protocol {
            "tcp" => Packet::Tcp(port("tcp")?, port("tcp")?),
            "udp" => Packet::Udp(port("udp")?, port("udp")?),
            "icmp" => Packet::Icmp(8),
            other => return Err(QuestionError::Protocol(other.to_owned())),
        };
        Ok(Self {
            account: None,
            source: source.parse()?,
            destination: host.parse()?,
            packet,
            action: None,
            from: None,
            from_ports: None,
            scale: TimeScale::default(),
        })
    }

    /// The same question about one call of a service of AWS's.
    ///
    /// # Errors
    /// When it is not of the form `service:Operation`.
    pub fn about(self, action: Option<&str>) -> Result<Self, QuestionError> {
        let is_word = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        let is_action = |text: &str| text.split_once(':').is_some_and(|(service, name)| is_word(service) && is_word(name));
        match action {
            Some(text) if !is_action(text) => Err(QuestionError::Action(text.to_owned())),
            action => Ok(Self { action: action.map(str::to_owned), ..self }),
        }
    }
}

/// A destination and the port behind it. Only ARNs have colons of their own.
fn split_port(text: &str) -> Result<(&str, Option<u16>), QuestionError> {
    if text.trim_matches(['[', ']']).parse::<Ipv6Addr>().is_ok() || text.starts_with('[') {
        return Err(QuestionError::SixthVersion(text.to_owned()));
    }
    match text.rsplit_once(':') {
        None => Ok((text, None)),
        Some((_, end)) if text.starts_with("arn:") && end.parse::<u16>().is_err() => Ok((text, None)),
        Some((host, port)) => match port.parse() {
            Ok(port) if port > 0 => Ok((host, Some(port))),
            _ => Err(QuestionError::Port(port.to_owned(), host.to_owned())),
        },
    }
}

/// What something is that no packets go to, though others may have to do with those that do.
fn nowhere(text: &str) -> Option<&'static str> {
    let id = [
        ("a security group", GroupId::parse(text).is_ok()),
        ("a VPC", VpcId::parse(text).is_ok()),
        ("a target group", text.starts_with("arn:") && text.contains(":targetgroup/")),
        ("a listener", text.starts_with("arn:") && text.contains(":listener/")),
    ];
    id.into_iter().find_map(|(what, is)| is.then_some(what))
}

/// Whether a name is of a form that resolvers are asked for.
fn is_name(text: &str) -> bool {
    let of_name = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
    text.trim_end_matches('.').split('.').all(|label| !label.is_empty() && label.bytes().all(of_name))
}

impl FromStr for Source {
    type Err = QuestionError;

    fn from_str(text: &str) -> Result<Self, QuestionError> {
        let bad = || QuestionError::Source(text.to_owned());
        if let Some(program) = program(text) {
            return program.map(|(subnet, groups)| Self::Subnet(subnet, groups)).ok_or_else(bad);
        }
        if text == "internet" {
            return Ok(Self::Internet);
        }
        let instance = InstanceId::parse(text).map(Self::Instance);
        let instance = instance.or_else(|_| InterfaceId::parse(text).map(Self::Interface));
        instance.or_else(|_| EndpointId::parse(text).map(Self::Endpoint)).map_err(|_| bad())
    }
}

/// A subnet with groups; the inner nothing when the groups are none.
fn program(text: &str) -> Option<Option<(SubnetId, Vec<GroupId>)>> {
    let (head, groups) = text.split_once('+').map_or((text, None), |(head, groups)| (head, Some(groups)));
    let subnet = SubnetId::parse(head).ok()?;
    let groups: Result<_, _> = groups.into_iter().flat_map(|list| list.split(',')).map(GroupId::parse).collect();
    Some(groups.ok().map(|groups| (subnet, groups)))
}

impl FromStr for Destination {
    type Err = QuestionError;

    fn from_str(text: &str) -> Result<Self, QuestionError> {
        if let Some(program) = program(text) {
            let bad = || QuestionError::Destination(text.to_owned());
            return program.map(|(subnet, groups)| Self::Subnet(subnet, groups)).ok_or_else(bad);
        }
        let id = InstanceId::parse(text).map(Self::Instance);
        let id = id
            .or_else(|_| InterfaceId::parse(text).map(Self::Interface))
            .or_else(|_| EndpointId::parse(text).map(Self::Endpoint));
        if let Ok(id) = id {
            return Ok(id);
        }
        if let Ok(address) = text.parse() {
            return Ok(Self::Address(address));
        }
        if let Some(what) = nowhere(text) {
            return Err(QuestionError::NoPlace(text.to_owned(), what));
        }
        match text {
            "internet" => Ok(Self::Internet),
            arn if arn.starts_with("arn:") => Ok(Self::Balancer(arn.to_owned())),
            service if service.starts_with("com.amazonaws.") => Ok(Self::Service(service.to_owned())),
            name if name.contains('.') && is_name(name) => Ok(Self::Name(name.trim_end_matches('.').to_ascii_lowercase())),
            name if !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') => {
                Ok(Self::Balancer(name.to_owned()))
            }
            _ => Err(QuestionError::Destination(text.to_owned())),
        }
    }
}

impl Display for Source {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Instance(id) => id.fmt(f),
            Self::Interface(id) => id.fmt(f),
            Self::Subnet(id, groups) => f.write_str(&program_name(id, groups)),
            Self::Endpoint(id) => id.fmt(f),
            Self::Internet => f.write_str("the internet"),
        }
    }
}

fn program_name(id: &SubnetId, groups: &[GroupId]) -> String {
    let groups: Vec<&str> = groups.iter().map(GroupId::as_str).collect();
    match groups.as_slice() {
        [] => format!("a program in {id}"),
        groups => format!("a program in {id} with {}", groups.join(", ")),
    }
}

impl Display for Destination {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Instance(id) => id.fmt(f),
            Self::Interface(id) => id.fmt(f),
            Self::Subnet(id, groups) => f.write_str(&program_name(id, groups)),
            Self::Endpoint(id) => id.fmt(f),
            Self::Balancer(name) | Self::Name(name) | Self::Service(name) => f.write_str(name),
            Self::Address(address) => address.fmt(f),
            Self::Internet => f.write_str("the internet"),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_port_stands_behind_the_last_colon_also_of_an_arn() {
        let arn = "arn:aws:elasticloadbalancing:us-east-1:111111111111:loadbalancer/net/b1/0123456789abcdef";
        assert_eq!(split_port(arn), Ok((arn, None)));
        assert_eq!(split_port(&format!("{arn}:443")), Ok((arn, Some(443))));
        assert_eq!(split_port("10.0.0.4:80"), Ok(("10.0.0.4", Some(80))));
    }

    #[test]
    fn what_is_no_port_and_what_is_no_place_is_said_as_it_is() {
        let failed = |destination: &str| Question::parse("internet", destination, "tcp").unwrap_err().to_string();
        for (port, host) in [("99999", "10.0.0.4"), ("abc", "i-0123456789abcdef0"), ("0", "www.example.com")] {
            assert_eq!(
                failed(&format!("{host}:{port}")),
                format!("{port:?} is no port: give one from 1 to 65535, as in {host}:443")
            );
        }
        assert_eq!(failed("::1"), "::1 is an address of IPv6: only IPv4 is carried");
        assert!(failed("[::1]:80").contains("IPv6"));
        assert!(failed("sg-0123456789abcdef0:80").starts_with("sg-0123456789abcdef0 is a security group"));
        let group = "arn:aws:elasticloadbalancing:us-east-1:111111111111:targetgroup/t1/0123456789abcdef";
        assert!(failed(&format!("{group}:80")).starts_with(&format!("{group} is a target group")));
        assert!(failed("10.0.1.0/24:80").contains("is no destination"));
        assert!(failed("a..b:80").contains("is no destination"));
        assert!(Question::parse("internet", "_x.a-b.example.com.:80", "tcp").is_ok());
    }

    #[test]
    fn a_subnet_may_name_groups() {
        let source: Source = "subnet-0123456789abcdef0+sg-0123456789abcdef0,sg-0123456789abcdef1".parse().unwrap();
        assert!(matches!(source, Source::Subnet(_, groups) if groups.len() == 2));
        assert!("subnet-0123456789abcdef0+sg-1".parse::<Source>().is_err());
        assert!("vpc-0123456789abcdef0".parse::<Source>().is_err());
    }

    #[test]
    fn what_is_wrong_with_a_question_is_said() {
        let failed = |source, destination, protocol| Question::parse(source, destination, protocol).unwrap_err().to_string();
        assert_eq!(
            failed("internet", "10.0.0.4", "tcp"),
            "tcp goes to a port: write it behind the destination, as in 10.0.0.4:443"
        );
        assert_eq!(failed("internet", "10.0.0.4:1", "sctp"), "\"sctp\" is no protocol: give tcp, udp or icmp");
        assert!(failed("internet", "a b:1", "tcp").contains("is no destination"));
        let question = Question::parse("internet", "10.0.0.4", "icmp").unwrap();
        assert!(question.clone().about(Some("ec2:DescribeVpcs")).is_ok());
        assert_eq!(question.about(Some("ec2:*")).unwrap_err(), QuestionError::Action("ec2:*".to_owned()));
    }
}
