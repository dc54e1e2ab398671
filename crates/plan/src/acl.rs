//! A network ACL as ordered rules at the boundary of its subnets.

use std::fmt::{self, Display, Formatter};

use ipnet::Ipv4Net;
use resource::{AclId, NetworkAcl, Subnet, Traffic, VpcId};
use store::Snapshot;

use crate::group::Words;
use crate::router::listed;

/// An ACL that does not allow everything. Each packet that crosses the boundary of one of its subnets is judged by the first
/// rule that matches; none matching drops it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acl {
    /// Its id.
    pub id: AclId,
    /// The VPC.
    pub vpc: VpcId,
    /// The blocks of the subnets it guards.
    pub subnets: Vec<Ipv4Net>,
    /// What it does with packets into the subnets, in order.
    pub ingress: Vec<AclRule>,
    /// What it does with packets out of the subnets, in order.
    pub egress: Vec<AclRule>,
}

/// One rule of an ACL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AclRule {
    /// Its number.
    pub number: u16,
    /// The traffic.
    pub traffic: Traffic,
    /// The other side.
    pub cidr: Ipv4Net,
    /// Whether a match lets the packet pass.
    pub allow: bool,
}

pub(crate) fn plan(world: &Snapshot, id: &AclId) -> Option<Acl> {
    let acl = world.find::<NetworkAcl>(id.as_str())?;
    (!allows_everything(&acl)).then(|| Acl::of(world, &acl))
}

impl Acl {
    /// An ACL as rules, whether or not it need be in the packets' way.
    pub fn of(world: &Snapshot, acl: &NetworkAcl) -> Self {
        let subnets = acl.associations.iter().filter_map(|a| world.find::<Subnet>(a.subnet.as_str()));
        Self {
            id: acl.id.clone(),
            vpc: acl.vpc.clone(),
            subnets: subnets.map(|subnet| subnet.cidr).collect(),
            ingress: rules(acl, false),
            egress: rules(acl, true),
        }
    }
}

/// Whether its first rule in each direction allows everything, so that it need not be in the packets' way.
pub(crate) fn allows_everything(acl: &NetworkAcl) -> bool {
    [false, true].into_iter().all(|egress| {
        rules(acl, egress).first().is_some_and(|rule| rule.allow && rule.traffic == Traffic::All && rule.cidr.prefix_len() == 0)
    })
}

fn rules(acl: &NetworkAcl, egress: bool) -> Vec<AclRule> {
    let entries = acl.entries.iter().filter(|entry| entry.egress == egress);
    let mut rules: Vec<_> =
        entries.map(|e| AclRule { number: e.number, traffic: e.traffic, cidr: e.cidr, allow: e.allow }).collect();
    rules.sort_by_key(|rule| rule.number);
    rules
}

impl Display for Acl {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "acl {} in {} around {}", self.id, self.vpc, listed(&self.subnets))?;
        self.ingress.iter().try_for_each(|rule| write!(f, "\n    in {rule}"))?;
        self.egress.iter().try_for_each(|rule| write!(f, "\n    out {rule}"))
    }
}

impl Display for AclRule {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let verdict = if self.allow { "allow" } else { "deny" };
        write!(f, "{} {verdict} {} with {}", self.number, Words(self.traffic), self.cidr)
    }
}
