//! DescribeSecurityGroupReferences: the peered VPCs whose groups name a group of the caller's.

use resource::{Resource, RulePeer, SecurityGroup};
use serde::{Deserialize, Serialize};

use crate::ec2::find;
use crate::{Error, Read};

/// What is asked.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    group_id: Vec<String>,
}

/// The answer.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    security_group_reference_set: Vec<Reference>,
}

/// A peered VPC in which a group is named.
#[derive(PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Reference {
    group_id: String,
    referencing_vpc_id: String,
    vpc_peering_connection_id: String,
}

/// Lists each VPC once per group.
pub fn describe_security_group_references(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    let mut references = Vec::new();
    for id in &input.group_id {
        let group = find::group(cx.world, cx.owner(), id)?;
        for other in cx.world.linked::<SecurityGroup>(SecurityGroup::KIND, &group.id) {
            let named = other.rules.iter().filter_map(|rule| match &rule.peer {
                RulePeer::PeerGroup { id, peering, .. } if *id == group.id => Some(peering),
                _ => None,
            });
            let found = named.map(|peering| Reference {
                group_id: group.id.to_string(),
                referencing_vpc_id: other.vpc.to_string(),
                vpc_peering_connection_id: peering.to_string(),
            });
            found.for_each(|reference| {
                if !references.contains(&reference) {
                    references.push(reference);
                }
            });
        }
    }
    Ok(Output { security_group_reference_set: references })
}
