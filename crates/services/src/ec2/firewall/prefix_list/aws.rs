//! AWS's own prefix lists, in each Region: names and weights are AWS's, blocks are the simulated internet's.

use aws_lc_rs::digest;
use ipnet::Ipv4Net;
use resource::{AwsService, EndpointKind, Owner, PrefixEntry, PrefixList, PrefixListId, Tags};

/// The account that owns them.
const ACCOUNT: &str = "AWS";

/// A list: its name (`{region}` stands for the Region), how many rules it counts as, and its block.
struct Known {
    name: &'static str,
    weight: u32,
    block: [u8; 4],
    prefix: u8,
}

const KNOWN: &[Known] = &[
    Known { name: "com.amazonaws.{region}.s3", weight: 1, block: [198, 18, 0, 16], prefix: 28 },
    Known { name: "com.amazonaws.{region}.dynamodb", weight: 1, block: [198, 18, 0, 32], prefix: 28 },
    Known { name: "com.amazonaws.global.cloudfront.origin-facing", weight: 55, block: [198, 18, 0, 64], prefix: 26 },
    Known { name: "com.amazonaws.{region}.vpc-lattice", weight: 10, block: [198, 18, 0, 192], prefix: 28 },
    Known { name: "com.amazonaws.global.groundstation", weight: 5, block: [198, 18, 0, 208], prefix: 28 },
];

/// Ids that AWS's documents and users' templates name; the others are made from Region and name.
const PUBLISHED: &[(&str, &str, &str)] = &[
    ("us-east-1", "com.amazonaws.us-east-1.s3", "pl-63a5400a"),
    ("us-east-1", "com.amazonaws.us-east-1.dynamodb", "pl-02cd2c6b"),
    ("us-east-1", "com.amazonaws.global.cloudfront.origin-facing", "pl-3b927c52"),
    ("us-west-2", "com.amazonaws.us-west-2.s3", "pl-68a54001"),
];

/// The lists of a Region.
pub fn lists(region: &str) -> Vec<PrefixList> {
    KNOWN.iter().filter_map(|known| list(region, known)).collect()
}

/// The lists of a Region's services that gateway endpoints lead to.
pub fn lists_of_gateways(region: &str) -> impl Iterator<Item = PrefixList> {
    let by_gateway = move |list: &PrefixList| AwsService::find(region, &list.name, EndpointKind::Gateway).is_some();
    lists(region).into_iter().filter(by_gateway)
}

fn list(region: &str, known: &Known) -> Option<PrefixList> {
    let name = known.name.replace("{region}", region);
    let cidr = Ipv4Net::new(known.block.into(), known.prefix).ok()?;
    Some(PrefixList {
        id: id(region, &name)?,
        owner: Owner::new(ACCOUNT, region),
        name,
        max_entries: known.weight,
        version: 1,
        entries: vec![PrefixEntry { cidr, description: None }],
        history: Vec::new(),
        tags: Tags::default(),
    })
}

fn id(region: &str, name: &str) -> Option<PrefixListId> {
    let published = PUBLISHED.iter().find(|(r, n, _)| *r == region && *n == name).map(|(_, _, id)| (*id).to_owned());
    let made = || {
        let hash = digest::digest(&digest::SHA256, format!("{region}/{name}").as_bytes());
        let digits: String = hash.as_ref().iter().take(4).map(|byte| format!("{byte:02x}")).collect();
        format!("{}{digits}", PrefixListId::PREFIX)
    };
    PrefixListId::parse(&published.unwrap_or_else(made)).ok()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_region_has_all_lists_under_ids_of_its_own() {
        let regions = ["us-east-1", "us-west-2", "eu-west-1", "ap-southeast-2"];
        let all: Vec<PrefixList> = regions.iter().flat_map(|region| lists(region)).collect();
        let ids: HashSet<&str> = all.iter().map(|list| list.id.as_str()).collect();
        assert_eq!(ids.len(), regions.len() * KNOWN.len());
        assert!(all.iter().any(|list| list.id.as_str() == "pl-63a5400a" && list.name == "com.amazonaws.us-east-1.s3"));
    }

    #[test]
    fn gateway_endpoints_lead_to_two_of_them() {
        let names: Vec<String> = lists_of_gateways("eu-west-1").map(|list| list.name).collect();
        assert_eq!(names, ["com.amazonaws.eu-west-1.s3", "com.amazonaws.eu-west-1.dynamodb"]);
    }

    #[test]
    fn their_blocks_lie_in_the_simulated_internet_and_never_overlap() {
        let internet: Ipv4Net = "198.18.0.0/15".parse().expect("a literal");
        let blocks: Vec<Ipv4Net> = lists("us-east-1").iter().flat_map(|list| list.entries.iter().map(|e| e.cidr)).collect();
        for (i, block) in blocks.iter().enumerate() {
            assert!(internet.contains(block));
            assert!(blocks[..i].iter().all(|other| !other.contains(block) && !block.contains(other)));
        }
    }
}
