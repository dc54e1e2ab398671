//! Names that hosted zones and the private DNS of endpoints decide about, for a VPC or for the internet: the most specific
//! domain wins, and what it does not have is not looked for elsewhere.

use std::net::Ipv4Addr;
use std::sync::Arc;

use resource::{
    HostedZone, PRIVATE_DOMAIN, RECORD_NAME, RecordContent, RecordSet, RecordType, RecordValue, Vpc, VpcEndpoint, VpcId,
    private_domain_key,
};
use store::Snapshot;

use crate::find::{Start, interface};

/// Who decides about a name.
pub(crate) enum Decider {
    /// An endpoint with private DNS.
    Endpoint(Arc<VpcEndpoint>),
    /// A hosted zone.
    Zone(Arc<HostedZone>),
}

/// What they say about it.
pub(crate) enum Said {
    /// Its addresses.
    Addresses(Vec<Ipv4Addr>),
    /// It is what another name is.
    SameAs(String),
    /// There is no such name.
    Nothing,
}

/// Who decides about `name` for who starts, if anybody does whom users made.
pub(crate) fn decider(world: &Snapshot, start: &Start, name: &str) -> Option<Decider> {
    let inside = match start {
        Start::Party(party) => in_vpc(world, &party.vpc, name),
        Start::Internet | Start::Endpoint(_) => None,
    };
    inside.or_else(|| plan::public_zone_of(world, &format!("{name}.")).map(Decider::Zone))
}

/// The private zone or endpoint that decides about `name` in a VPC.
pub(crate) fn in_vpc(world: &Snapshot, vpc: &VpcId, name: &str) -> Option<Decider> {
    let on = world.find::<Vpc>(vpc.as_str()).is_some_and(|vpc| vpc.dns_support && vpc.dns_hostnames);
    let mut domains = std::iter::successors(on.then_some(name), |name| name.split_once('.').map(|(_, parent)| parent));
    domains.find_map(|domain| {
        let key = private_domain_key(vpc, domain);
        let zone = world.named::<HostedZone>(PRIVATE_DOMAIN, &key).next().map(Decider::Zone);
        zone.or_else(|| world.named::<VpcEndpoint>(PRIVATE_DOMAIN, &key).next().map(Decider::Endpoint))
    })
}

impl Decider {
    /// Its id.
    pub(crate) fn id(&self) -> String {
        match self {
            Self::Endpoint(endpoint) => endpoint.id.to_string(),
            Self::Zone(zone) => zone.id.clone(),
        }
    }

    /// Who owns it.
    pub(crate) fn account(&self) -> &str {
        match self {
            Self::Endpoint(endpoint) => &endpoint.owner.account,
            Self::Zone(zone) => &zone.owner.account,
        }
    }

    /// What it says about `name`.
    pub(crate) fn says(&self, world: &Snapshot, name: &str) -> Said {
        match self {
            Self::Zone(zone) => of_zone(world, zone, name),
            Self::Endpoint(endpoint) => match endpoint.private_names.iter().any(|own| covers(own, name)) {
                true => {
                    let legs = endpoint.interfaces.iter().filter_map(|id| interface(world, id));
                    Said::Addresses(legs.map(|leg| leg.address).collect())
                }
                false => Said::Nothing,
            },
        }
    }
}

/// Whether a private name, which may begin with a wildcard, is or holds `name`.
pub(crate) fn covers(own: &str, name: &str) -> bool {
    own == name || own.strip_prefix('*').is_some_and(|parent| name.ends_with(parent))
}

/// The addresses of the name itself, or of the wildcard of its nearest existing ancestor.
fn of_zone(world: &Snapshot, zone: &HostedZone, name: &str) -> Said {
    let own = sets(world, zone, &format!("{name}."));
    if !own.is_empty() {
        return said(&own);
    }
    let mut parents = std::iter::successors(name.split_once('.'), |(_, parent)| parent.split_once('.'));
    let star = parents.find_map(|(_, parent)| {
        let stars = sets(world, zone, &format!("*.{parent}."));
        (!stars.is_empty()).then_some(stars)
    });
    star.map_or(Said::Nothing, |stars| said(&stars))
}

fn sets(world: &Snapshot, zone: &HostedZone, name: &str) -> Vec<Arc<RecordSet>> {
    world.named::<RecordSet>(RECORD_NAME, format!("{}/{name}", zone.id)).collect()
}

fn said(sets: &[Arc<RecordSet>]) -> Said {
    let mut addresses = Vec::new();
    for set in sets {
        match (&set.content, set.kind) {
            (RecordContent::Alias { name, .. }, RecordType::A) => {
                let bare = name.trim_end_matches('.');
                return Said::SameAs(bare.strip_prefix("dualstack.").unwrap_or(bare).to_owned());
            }
            (RecordContent::Values { values, .. }, RecordType::Cname) => {
                let target = values.first().map(|value| value.trim_end_matches('.').to_ascii_lowercase());
                return target.map_or(Said::Nothing, Said::SameAs);
            }
            (RecordContent::Values { values, .. }, RecordType::A) => {
                addresses.extend(values.iter().filter_map(|value| match set.kind.value(value) {
                    Ok(RecordValue::Address(address)) => Some(address),
                    _ => None,
                }));
            }
            _ => {}
        }
    }
    if addresses.is_empty() { Said::Nothing } else { Said::Addresses(addresses) }
}
