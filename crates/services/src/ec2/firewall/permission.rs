//! `IpPermission`, the wire form of security group rules: several peers under one protocol and port range.

use ipnet::Ipv6Net;
use resource::{GroupRule, PrefixListId, RulePeer, SecurityGroup, Traffic};
use serde::{Deserialize, Serialize};
use store::{Snapshot, Txn};

use super::{prefix_list, security_group, traffic};
use crate::Error;
use crate::ec2::cidr;

/// Some traffic and the peers it is allowed with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Permission {
    pub ip_protocol: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from_port: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to_port: Option<i32>,
    pub user_id_group_pairs: Vec<GroupPair>,
    pub ip_ranges: Vec<Range>,
    pub ipv6_ranges: Vec<Range6>,
    pub prefix_list_ids: Vec<ListReference>,
}

/// A group as a peer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct GroupPair {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vpc_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vpc_peering_connection_id: Option<String>,
    /// Said by answers; what a request says of it is what an answer has said, and means nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub peering_status: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// An IPv4 block as a peer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Range {
    pub cidr_ip: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// An IPv6 block as a peer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Range6 {
    pub cidr_ipv6: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// A prefix list as a peer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ListReference {
    pub prefix_list_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// What one rule says, without its id and direction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// The traffic.
    pub traffic: Traffic,
    /// The other side.
    pub peer: RulePeer,
    /// What the user wrote about it.
    pub description: Option<String>,
}

impl Permission {
    /// The older form of a permission: one block in members of the request itself.
    pub fn flat(ip_protocol: String, from_port: Option<i32>, to_port: Option<i32>, cidr_ip: String) -> Self {
        Self { ip_protocol, from_port, to_port, ip_ranges: vec![Range { cidr_ip, description: None }], ..Self::default() }
    }

    /// The permission with nothing but the traffic and peer of `statement`.
    pub fn of(statement: &Statement) -> Self {
        let mut permission = Self::about(statement.traffic);
        permission.push(&statement.peer, statement.description.clone());
        permission
    }

    fn about(traffic: Traffic) -> Self {
        let words = traffic::words(traffic);
        Self { ip_protocol: words.protocol, from_port: words.from, to_port: words.to, ..Self::default() }
    }

    fn push(&mut self, peer: &RulePeer, description: Option<String>) {
        match peer {
            RulePeer::Cidr(cidr) => self.ip_ranges.push(Range { cidr_ip: cidr.to_string(), description }),
            RulePeer::Cidr6(cidr) => self.ipv6_ranges.push(Range6 { cidr_ipv6: cidr.to_string(), description }),
            RulePeer::PrefixList(id) => self.prefix_list_ids.push(ListReference { prefix_list_id: id.to_string(), description }),
            RulePeer::Group { id, account } => self.user_id_group_pairs.push(GroupPair {
                group_id: Some(id.to_string()),
                user_id: Some(account.clone()),
                description,
                ..GroupPair::default()
            }),
            RulePeer::PeerGroup { id, account, vpc, peering } => self.user_id_group_pairs.push(GroupPair {
                group_id: Some(id.to_string()),
                user_id: Some(account.clone()),
                vpc_id: Some(vpc.to_string()),
                vpc_peering_connection_id: Some(peering.to_string()),
                description,
                ..GroupPair::default()
            }),
        }
    }
}

/// What `permissions` of a request about `group` say, a statement per peer, in canonical form.
///
/// # Errors
/// AWS's codes for malformed blocks, unknown groups and lists, and permissions without any peer.
pub fn statements(txn: &mut Txn, group: &SecurityGroup, permissions: &[Permission]) -> Result<Vec<Statement>, Error> {
    let mut statements = Vec::new();
    for permission in permissions {
        let traffic = traffic::read(&permission.ip_protocol, permission.from_port, permission.to_port)?;
        let before = statements.len();
        for (peer, description) in peers(txn, group, permission)? {
            if let Some(text) = &description {
                check_description(text)?;
            }
            statements.push(Statement { traffic, peer, description });
        }
        if statements.len() == before {
            return Err(Error::missing("IpRanges, Ipv6Ranges, PrefixListIds or UserIdGroupPairs"));
        }
    }
    Ok(statements)
}

fn peers(txn: &mut Txn, group: &SecurityGroup, permission: &Permission) -> Result<Vec<(RulePeer, Option<String>)>, Error> {
    let mut peers = Vec::new();
    for range in &permission.ip_ranges {
        peers.push((RulePeer::Cidr(cidr::parse("cidrIp", &range.cidr_ip)?), range.description.clone()));
    }
    for range in &permission.ipv6_ranges {
        peers.push((RulePeer::Cidr6(block6(&range.cidr_ipv6)?), range.description.clone()));
    }
    for list in &permission.prefix_list_ids {
        peers.push((RulePeer::PrefixList(listed(txn, group, &list.prefix_list_id)?), list.description.clone()));
    }
    for pair in &permission.user_id_group_pairs {
        peers.push((security_group::peer(txn, group, pair)?, pair.description.clone()));
    }
    Ok(peers)
}

/// An IPv6 block with its host bits cleared.
///
/// # Errors
/// `InvalidParameterValue` when it is none.
pub fn block6(text: &str) -> Result<Ipv6Net, Error> {
    text.parse::<Ipv6Net>().map(|net| net.trunc()).map_err(|_| Error::invalid_value(format!("CIDR block {text} is malformed")))
}

/// A prefix list that a rule of `group` may refer to.
///
/// # Errors
/// AWS's codes for unknown lists.
pub fn listed(txn: &mut Txn, group: &SecurityGroup, text: &str) -> Result<PrefixListId, Error> {
    Ok(prefix_list::refer(txn, &group.owner, text)?.id)
}

/// Refuses a description with characters or a length that AWS does not take.
///
/// # Errors
/// `InvalidParameterValue`.
pub fn check_description(text: &str) -> Result<(), Error> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || " ._-:/()#,@[]+=&;{}!$*".contains(c);
    match text.len() <= 255 && text.chars().all(allowed) {
        true => Ok(()),
        false => Err(Error::invalid_value(
            "Invalid rule description. Valid descriptions are strings less than 256 characters from the following set:  a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*",
        )),
    }
}

/// The rules of one direction as AWS shows them: grouped by traffic, in the order in which they were made.
pub fn view<'a>(world: &Snapshot, rules: impl Iterator<Item = &'a GroupRule>) -> Vec<Permission> {
    let mut shown: Vec<(Traffic, Permission)> = Vec::new();
    for rule in rules {
        let at = shown.iter().position(|(traffic, _)| *traffic == rule.traffic).unwrap_or_else(|| {
            shown.push((rule.traffic, Permission::about(rule.traffic)));
            shown.len() - 1
        });
        let permission = &mut shown[at].1;
        permission.push(&rule.peer, rule.description.clone());
        if let (RulePeer::PeerGroup { id, peering, .. }, Some(pair)) = (&rule.peer, permission.user_id_group_pairs.last_mut()) {
            pair.peering_status = Some(security_group::peering_status(world, id, peering).to_owned());
        }
    }
    shown.into_iter().map(|(_, permission)| permission).collect()
}
