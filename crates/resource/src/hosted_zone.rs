//! Hosted zones and their records (Route 53 Developer Guide). They belong to an account and to no Region.

use serde::{Deserialize, Serialize};

use crate::{Kind, Link, Owner, PRIVATE_DOMAIN, RecordType, Resource, Tags, Timestamp, Vpc, VpcId, private_domain_key};

/// The namespace of links from hosted zones to their names.
pub const ZONE_NAME: &str = "zone-name";
/// The namespace of links from record sets to their zones and names: key `{zone}/{name}`.
pub const RECORD_NAME: &str = "record-name";

/// The namespace of links from aliases to the names whose health counts for them.
pub const ALIAS_TARGET: &str = "alias-target";

/// The name of what an alias leads to, as that knows itself: without the final dot and the prefix of balancers' names.
pub fn alias_target(name: &str) -> &str {
    let bare = name.trim_end_matches('.');
    bare.strip_prefix("dualstack.").unwrap_or(bare)
}

/// A zone: on the internet, or in some VPCs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HostedZone {
    /// `Z…`.
    pub id: String,
    /// Who owns it.
    pub owner: Owner,
    /// In lower case, with the final dot.
    pub name: String,
    /// What the request that made it called itself.
    pub reference: String,
    /// What the user wrote about it.
    pub comment: Option<String>,
    /// Whether only `vpcs` see it.
    pub private: bool,
    /// The VPCs that see it.
    pub vpcs: Vec<ZoneVpc>,
    /// VPCs of other accounts that may be associated with it.
    pub authorized: Vec<ZoneVpc>,
    /// When it was made: of public zones with one name, the oldest is the one that the internet knows.
    pub created: Timestamp,
    /// Its tags.
    pub tags: Tags,
}

/// A VPC, as Route 53 names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ZoneVpc {
    /// Its Region.
    pub region: String,
    /// Its id.
    pub vpc: VpcId,
}

impl HostedZone {
    /// Its four name servers, which follow from its id.
    pub fn name_servers(&self) -> [String; 4] {
        // Private zones share theirs: nobody asks them.
        let id = if self.private { "" } else { &self.id };
        let seed = id.bytes().fold(0_u32, |seed, byte| seed.wrapping_mul(31).wrapping_add(u32::from(byte)));
        [("com", 0), ("net", 512), ("org", 1024), ("co.uk", 1536)]
            .map(|(top, first)| format!("ns-{}.awsdns-{:02}.{top}", first + seed % 512, seed % 64))
    }

    /// Whether `name` is its own or lies below it; both with the final dot.
    pub fn encloses(&self, name: &str) -> bool {
        self.name == "." || name.strip_suffix(self.name.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    }
}

impl Resource for HostedZone {
    const KIND: Kind = Kind("hosted-zone");

    fn key(&self) -> String {
        self.id.clone()
    }

    fn owner(&self) -> Option<&Owner> {
        Some(&self.owner)
    }

    fn links(&self) -> Vec<Link> {
        let mut links = vec![Link::name(ZONE_NAME, &self.name)];
        for association in &self.vpcs {
            links.push(Link::to(Vpc::KIND, &association.vpc));
            links.push(Link::name(PRIVATE_DOMAIN, private_domain_key(&association.vpc, &self.name)));
        }
        links
    }
}

/// Records of one name and type; with a policy, one of several such sets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RecordSet {
    /// The id of its zone.
    pub zone: String,
    /// The owner of its zone.
    pub owner: Owner,
    /// In lower case, with the final dot and without escapes.
    pub name: String,
    /// Its type.
    pub kind: RecordType,
    /// What tells it from others of its name and type.
    pub set: Option<String>,
    /// How it is chosen among them.
    pub policy: Policy,
    /// What it says.
    pub content: RecordContent,
}

/// How record sets of one name and type share the answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Policy {
    /// There is only one.
    Simple,
    /// As often as its weight says.
    Weighted(u8),
    /// All together, up to eight.
    Multivalue,
    /// The primary one while it is healthy, the secondary one otherwise.
    Failover(FailoverRole),
}

/// Which of two sets that stand in for each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum FailoverRole {
    /// The one that answers.
    Primary,
    /// The one that answers when the other cannot.
    Secondary,
}

/// What a record set says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RecordContent {
    /// Values of its own.
    Values {
        /// How long answers may be kept, in seconds.
        ttl: u32,
        /// As they were written.
        values: Vec<String>,
    },
    /// What another name says.
    Alias {
        /// The hosted zone of that name, as it was written.
        zone: String,
        /// The name, with the final dot.
        name: String,
        /// Whether its health counts. A set that is alone answers in any case.
        evaluate: bool,
    },
}

impl Resource for RecordSet {
    const KIND: Kind = Kind("record-set");

    fn key(&self) -> String {
        format!("{}/{}/{}/{}", self.zone, self.name, self.kind.as_str(), self.set.as_deref().unwrap_or_default())
    }

    fn owner(&self) -> Option<&Owner> {
        Some(&self.owner)
    }

    fn links(&self) -> Vec<Link> {
        let own = [Link::to(HostedZone::KIND, &self.zone), Link::name(RECORD_NAME, format!("{}/{}", self.zone, self.name))];
        let watched = match &self.content {
            RecordContent::Alias { name, evaluate: true, .. } => Some(Link::name(ALIAS_TARGET, alias_target(name))),
            RecordContent::Alias { .. } | RecordContent::Values { .. } => None,
        };
        own.into_iter().chain(watched).collect()
    }
}

/// A change of zones that clients wait for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ZoneChange {
    /// `C…`.
    pub id: String,
    /// Who asked for it.
    pub owner: Owner,
    /// When.
    pub submitted: Timestamp,
    /// Whether every resolver answers by it.
    pub synced: bool,
    /// What the user wrote about it.
    pub comment: Option<String>,
}

impl Resource for ZoneChange {
    const KIND: Kind = Kind("zone-change");

    fn key(&self) -> String {
        self.id.clone()
    }

    fn owner(&self) -> Option<&Owner> {
        Some(&self.owner)
    }
}
