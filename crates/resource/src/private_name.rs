//! Names that a VPC has for itself: of endpoints with private DNS and of private hosted zones. One owner per name and VPC.

use serde::{Deserialize, Serialize};

use crate::{EndpointId, Timestamp, VpcId};

/// The namespace of links from an endpoint or a hosted zone to the domains that it has in a VPC: key by [`private_domain_key`].
pub const PRIVATE_DOMAIN: &str = "private-domain";

/// The key of `domain` in `vpc`.
pub fn private_domain_key(vpc: &VpcId, domain: &str) -> String {
    format!("{vpc}/{}", domain.trim_end_matches('.'))
}

/// The zone in which a private name of an endpoint lies: its own, or the one below which a wildcard stands.
pub fn zone_of_private_name(name: &str) -> &str {
    name.strip_prefix("*.").unwrap_or(name)
}

/// The id of the hidden zone with the private names of an endpoint.
pub fn private_zone_id(endpoint: &EndpointId) -> String {
    let digits = endpoint.as_str().trim_start_matches(EndpointId::PREFIX).to_ascii_uppercase();
    format!("Z0{digits}")
}

/// The name under which a provider wants its service to be known in consumers' VPCs, and the proof that it is the provider's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrivateName {
    /// `api.example.com` or `*.example.com`.
    pub name: String,
    /// Whether the proof was found.
    pub state: PrivateNameState,
    /// The first label of the TXT record that is the proof: `_` and twenty letters.
    pub label: String,
    /// What that record says: `vpce:` and twenty letters.
    pub value: String,
    /// Since when the proof is looked for.
    pub since: Timestamp,
}

/// Where the verification of a private name stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PrivateNameState {
    /// The proof is looked for.
    PendingVerification,
    /// The proof was found.
    Verified,
    /// The proof was looked for in vain for too long.
    Failed,
}

impl PrivateNameState {
    /// AWS's spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PendingVerification => "pendingVerification",
            Self::Verified => "verified",
            Self::Failed => "failed",
        }
    }
}

impl PrivateName {
    /// Where the proof may be: at the label below the name and each domain that encloses it, and at those themselves.
    pub fn places(&self) -> Vec<String> {
        let mut places = Vec::new();
        let mut domain = Some(zone_of_private_name(&self.name));
        // A top-level domain proves nothing.
        while let Some(name) = domain.filter(|name| name.contains('.')) {
            places.extend([format!("{}.{name}", self.label), name.to_owned()]);
            domain = name.split_once('.').map(|(_, parent)| parent);
        }
        places
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proof_may_stand_at_every_domain_but_the_top() {
        let name = PrivateName {
            name: "*.api.example.com".into(),
            state: PrivateNameState::PendingVerification,
            label: "_x".into(),
            value: "vpce:y".into(),
            since: Timestamp(0),
        };
        assert_eq!(name.places(), ["_x.api.example.com", "api.example.com", "_x.example.com", "example.com"]);
    }

    #[test]
    fn a_wildcard_lies_in_the_zone_below_which_it_stands() {
        assert_eq!(zone_of_private_name("*.execute-api.us-east-1.amazonaws.com"), "execute-api.us-east-1.amazonaws.com");
        assert_eq!(zone_of_private_name("api.example.com"), "api.example.com");
    }
}
