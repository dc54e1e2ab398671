//! The DNS names of an endpoint as answers list them: the regional one, then one per zone.

use resource::{Subnet, VpcEndpoint};
use serde::Serialize;
use store::Snapshot;

/// A name and the hosted zone that it lies in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DnsEntry {
    dns_name: String,
    hosted_zone_id: String,
}

/// The names of `endpoint`.
pub fn entries(world: &Snapshot, endpoint: &VpcEndpoint) -> Vec<DnsEntry> {
    let hosted_zone_id = hosted_zone(&endpoint.owner.region);
    let zones = endpoint.subnets.iter().filter_map(|id| world.find::<Subnet>(id.as_str()));
    let zonal = zones.map(|subnet| endpoint.zonal_name(&subnet.zone));
    let names = std::iter::once(endpoint.regional_name()).chain(zonal);
    names.map(|dns_name| DnsEntry { dns_name, hosted_zone_id: hosted_zone_id.clone() }).collect()
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
