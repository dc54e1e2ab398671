//! Who owns a resource: an account in a Region.

use serde::{Deserialize, Serialize};

/// The account that unknown keys mean while the API listens on loopback.
pub const DEFAULT_ACCOUNT: &str = "000000000000";

/// The account and Region a resource belongs to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Owner {
    /// Twelve digits.
    pub account: String,
    /// For example `us-east-1`.
    pub region: String,
}

impl Owner {
    /// The owner `account` in `region`.
    pub fn new(account: impl Into<String>, region: impl Into<String>) -> Self {
        Self { account: account.into(), region: region.into() }
    }

    /// `{account}/{region}`: how names of an account in a Region begin.
    pub fn key(&self) -> String {
        format!("{}/{}", self.account, self.region)
    }

    /// The ARN `arn:aws:{service}:{region}:{account}:{path}`.
    pub fn arn(&self, service: &str, path: &str) -> String {
        format!("arn:aws:{service}:{}:{}:{path}", self.region, self.account)
    }
}

/// The zones that every Region here has, in order.
pub const ZONE_LETTERS: [char; 4] = ['a', 'b', 'c', 'd'];

/// The zone names of a Region: `us-east-1a` and so on.
pub fn zone_names(region: &str) -> impl Iterator<Item = String> {
    ZONE_LETTERS.into_iter().map(move |letter| format!("{region}{letter}"))
}

/// The zone id of a zone name: `us-east-1a` is `use1-az1`. Here every account sees the same mapping.
///
/// Returns none when the name is not one of `region`'s zones.
pub fn zone_id(region: &str, zone: &str) -> Option<String> {
    let letter = zone.strip_prefix(region)?.chars().next()?;
    let n = ZONE_LETTERS.iter().position(|l| *l == letter)? + 1;
    (zone.len() == region.len() + 1).then(|| format!("{}-az{n}", region_code(region)))
}

/// AWS's short code of a Region: `us-east-1` is `use1`, `ap-southeast-2` is `apse2`.
fn region_code(region: &str) -> String {
    let mut parts = region.split('-');
    let area = parts.next().unwrap_or_default();
    let rest = parts.map(|part| match part {
        "northeast" => "ne",
        "northwest" => "nw",
        "southeast" => "se",
        "southwest" => "sw",
        "north" | "south" | "east" | "west" | "central" => &part[..1],
        other => other,
    });
    std::iter::once(area).chain(rest).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zone_ids_follow_the_region_code() {
        assert_eq!(zone_id("us-east-1", "us-east-1a").as_deref(), Some("use1-az1"));
        assert_eq!(zone_id("ap-southeast-2", "ap-southeast-2c").as_deref(), Some("apse2-az3"));
        assert_eq!(zone_id("us-east-1", "us-east-1z"), None);
        assert_eq!(zone_id("us-east-1", "eu-west-1a"), None);
    }
}
