//! The DNS names of an endpoint as answers list them: the regional one, one per zone, then the private ones.

use resource::{EndpointKind, Subnet, VpcEndpoint, private_zone_id};
use serde::Serialize;
use store::Snapshot;

/// A name and the hosted zone that it lies in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DnsEntry {
    dns_name: String,
    hosted_zone_id: String,
}

/// The names of `endpoint`; one with routes instead of interfaces has none.
pub fn entries(world: &Snapshot, endpoint: &VpcEndpoint) -> Vec<DnsEntry> {
    if endpoint.kind == EndpointKind::Gateway {
        return Vec::new();
    }
    let hosted_zone_id = hosted_zone(&endpoint.owner.region);
    let zones = endpoint.subnets.iter().filter_map(|id| world.find::<Subnet>(id.as_str()));
    let zonal = zones.map(|subnet| endpoint.zonal_name(&subnet.zone));
    let names = std::iter::once(endpoint.regional_name()).chain(zonal);
    let public = names.map(|dns_name| DnsEntry { dns_name, hosted_zone_id: hosted_zone_id.clone() });
    let private = endpoint.private_names.iter().filter(|_| endpoint.private_dns);
    let private = private.map(|name| DnsEntry { dns_name: name.clone(), hosted_zone_id: private_zone_id(&endpoint.id) });
    public.chain(private).collect()
}

/// The public names of `endpoint`, each with the hosted zone that it lies in.
pub(crate) fn public_names(world: &Snapshot, endpoint: &VpcEndpoint) -> Vec<(String, String)> {
    let own = hosted_zone(&endpoint.owner.region);
    let entries = entries(world, endpoint).into_iter().filter(|entry| entry.hosted_zone_id == own);
    entries.map(|entry| (entry.dns_name, entry.hosted_zone_id)).collect()
}

/// The hosted zone of endpoints' names in `region`; Regions whose zone we do not know get one made of their name.
fn hosted_zone(region: &str) -> String {
    match region {
        "us-east-1" => "Z7HUB22UULQXV".into(),
        "us-east-2" => "ZC8PG0KIFKBRI".into(),
        other => {
            let letters = other.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase());
            std::iter::once('Z').chain("VPCE".chars()).chain(letters).take(32).collect()
        }
    }
}
