//! What the owner of an analysis sees of a world: what is its own, and what is of the accounts that it names. A path ends where
//! others' networks begin.

use explain::{Arrival, Way};
use resource::{Holder, InsightsAnalysis, NetworkInterface, Owner, PathComponent, Resource};
use store::Snapshot;

use super::step::first_word;

/// The types of EC2's resources by the prefixes of their ids, for ARNs.
const TYPES: [(&str, &str); 14] = [
    ("vpce-svc", "vpc-endpoint-service"),
    ("vpce", "vpc-endpoint"),
    ("vpc", "vpc"),
    ("subnet", "subnet"),
    ("rtb", "route-table"),
    ("sg", "security-group"),
    ("acl", "network-acl"),
    ("eni", "network-interface"),
    ("igw", "internet-gateway"),
    ("nat", "natgateway"),
    ("eipalloc", "elastic-ip"),
    ("pcx", "vpc-peering-connection"),
    ("pl", "prefix-list"),
    ("i", "instance"),
];

/// A world as the owner of an analysis sees it.
pub(super) struct Sight<'a> {
    pub world: &'a Snapshot,
    analysis: &'a InsightsAnalysis,
}

impl<'a> Sight<'a> {
    pub(super) fn of(world: &'a Snapshot, analysis: &'a InsightsAnalysis) -> Self {
        Self { world, analysis }
    }

    /// The account of what is neither the owner's nor that of an account that was named.
    pub(super) fn stranger(&self, component: &str) -> Option<String> {
        let account = match component.starts_with("arn:") {
            true => component.split(':').nth(4).map(str::to_owned)?,
            false => owner_of(self.world, component)?.account,
        };
        let known = account.is_empty() || account == self.analysis.owner.account || self.analysis.accounts.contains(&account);
        (!known).then_some(account)
    }

    /// A way up to where a stranger's network begins: packets have arrived there as they `arrive`.
    pub(super) fn seen(&self, way: &Way, arrive: Option<Arrival>) -> Way {
        let end = way.hops.iter().position(|hop| self.stranger(first_word(&hop.component)).is_some());
        match end {
            Some(end) => Way { hops: way.hops.iter().take(end).cloned().collect(), arrival: arrive, ..way.clone() },
            None => way.clone(),
        }
    }

    /// The strangers through whose networks a way leads.
    pub(super) fn strangers(&self, way: &Way) -> impl Iterator<Item = String> {
        way.hops.iter().filter_map(|hop| self.stranger(first_word(&hop.component)))
    }

    /// A resource by its id or ARN, with its ARN in the account that owns it; none for what is no resource.
    pub(super) fn component(&self, id: &str) -> Option<PathComponent> {
        if id.starts_with("arn:") {
            return Some(PathComponent { id: id.to_owned(), arn: Some(id.to_owned()) });
        }
        let (prefix, digits) = id.rsplit_once('-')?;
        let (_, kind) = TYPES.iter().find(|(known, _)| *known == prefix)?;
        let is_id = digits.len() >= 8 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        let owner = owner_of(self.world, id).unwrap_or_else(|| self.analysis.owner.clone());
        is_id.then(|| PathComponent { id: id.to_owned(), arn: Some(owner.arn("ec2", &format!("{kind}/{id}"))) })
    }

    /// The instance that holds an interface.
    pub(super) fn holder(&self, interface: &NetworkInterface) -> Option<PathComponent> {
        match &interface.attachment.as_ref()?.holder {
            Holder::Instance(id) => self.component(id.as_str()),
            Holder::Process { .. } | Holder::Service => None,
        }
    }
}

/// Who owns what has an id: a path may lead through what belongs to others.
fn owner_of(world: &Snapshot, id: &str) -> Option<Owner> {
    macro_rules! owner {
        ($($kind:ident),*) => {
            None$(.or_else(|| world.find::<resource::$kind>(id).and_then(|found| found.owner().cloned())))*
        };
    }
    owner!(
        NetworkInterface,
        SecurityGroup,
        NetworkAcl,
        RouteTable,
        VpcEndpoint,
        EndpointService,
        Instance,
        Vpc,
        Subnet,
        NatGateway,
        ElasticAddress
    )
}
