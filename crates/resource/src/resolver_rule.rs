//! Resolver rules: where a VPC's resolver looks up the names of a domain (Route 53 Developer Guide, "Using rules to control
//! which queries are forwarded to your network").

use std::net::SocketAddrV4;

use serde::{Deserialize, Serialize};

use crate::{Kind, Link, Owner, ResolverEndpoint, Resource, Tags, Timestamp, Vpc, VpcId};

/// A rule about a domain, for the VPCs that it is associated with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ResolverRule {
    /// `rslvr-rr-…`.
    pub id: String,
    /// Who owns it.
    pub owner: Owner,
    /// What the user calls it.
    pub name: Option<String>,
    /// What the request that made it was called.
    pub request: String,
    /// In lower case, with the final dot.
    pub domain: String,
    /// What is done with questions about the domain.
    pub way: RuleWay,
    /// Whether the resolvers go by it as it is.
    pub settled: bool,
    /// When it was made.
    pub created: Timestamp,
    /// When it was last changed.
    pub modified: Timestamp,
    /// Its tags.
    pub tags: Tags,
}

/// What a rule does with questions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RuleWay {
    /// They go to other resolvers.
    Forward {
        /// The outbound endpoint through which they go.
        endpoint: String,
        /// The other resolvers, any of which will do.
        targets: Vec<SocketAddrV4>,
    },
    /// The VPC's resolver answers them, whatever rule there is for a domain above.
    System,
}

/// A rule in a VPC.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RuleAssociation {
    /// `rslvr-rrassoc-…`.
    pub id: String,
    /// Who owns it.
    pub owner: Owner,
    /// What the user calls it.
    pub name: Option<String>,
    /// The rule.
    pub rule: String,
    /// The VPC.
    pub vpc: VpcId,
    /// Where it stands.
    pub state: RuleAssociationState,
    /// When it was made.
    pub created: Timestamp,
}

/// Where an association stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum RuleAssociationState {
    /// The VPC's resolver does not go by the rule yet.
    Creating,
    /// It does.
    Complete,
    /// It will stop to.
    Deleting,
}

impl RuleAssociationState {
    /// AWS's spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Creating => "CREATING",
            Self::Complete => "COMPLETE",
            Self::Deleting => "DELETING",
        }
    }
}

impl ResolverRule {
    /// Its ARN.
    pub fn arn(&self) -> String {
        self.owner.arn("route53resolver", &format!("resolver-rule/{}", self.id))
    }

    /// The outbound endpoint through which it forwards, if it does.
    pub fn endpoint(&self) -> Option<&str> {
        match &self.way {
            RuleWay::Forward { endpoint, .. } => Some(endpoint),
            RuleWay::System => None,
        }
    }

    /// Whom it forwards to.
    pub fn targets(&self) -> &[SocketAddrV4] {
        match &self.way {
            RuleWay::Forward { targets, .. } => targets,
            RuleWay::System => &[],
        }
    }

    /// Whether `name` is its domain or lies below it; both with the final dot.
    pub fn covers(&self, name: &str) -> bool {
        self.domain == "." || name.strip_suffix(self.domain.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    }
}

impl Resource for ResolverRule {
    const KIND: Kind = Kind("resolver-rule");

    fn key(&self) -> String {
        self.id.clone()
    }

    fn owner(&self) -> Option<&Owner> {
        Some(&self.owner)
    }

    fn links(&self) -> Vec<Link> {
        self.endpoint().map(|endpoint| Link::to(ResolverEndpoint::KIND, endpoint)).into_iter().collect()
    }
}

impl Resource for RuleAssociation {
    const KIND: Kind = Kind("resolver-rule-association");

    fn key(&self) -> String {
        self.id.clone()
    }

    fn owner(&self) -> Option<&Owner> {
        Some(&self.owner)
    }

    fn links(&self) -> Vec<Link> {
        vec![Link::to(ResolverRule::KIND, &self.rule), Link::to(Vpc::KIND, &self.vpc)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Tags;

    #[test]
    fn a_rule_covers_its_domain_and_what_lies_below_it() {
        let rule = |domain: &str| ResolverRule {
            id: "rslvr-rr-1".into(),
            owner: Owner { account: "111111111111".into(), region: "us-east-1".into() },
            name: None,
            request: String::new(),
            domain: domain.into(),
            way: RuleWay::System,
            settled: true,
            created: Timestamp(0),
            modified: Timestamp(0),
            tags: Tags::default(),
        };
        let corp = rule("corp.test.");
        assert!(corp.covers("corp.test.") && corp.covers("a.b.corp.test."));
        assert!(!corp.covers("test.") && !corp.covers("xcorp.test."));
        assert!(rule(".").covers("corp.test."));
    }
}
