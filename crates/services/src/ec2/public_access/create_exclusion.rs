//! CreateVpcBlockPublicAccessExclusion: exempts a VPC or a subnet, also while nothing is blocked.

use resource::{Excluded, ExclusionState, Kind, PublicAccessExclusion, PublicAccessExclusionId, Resource, Subnet, Vpc};
use serde::{Deserialize, Serialize};
use store::Snapshot;

use super::view::ExclusionView;
use crate::ec2::find;
use crate::tags::{self, TagSpecification};
use crate::{Error, Write};

/// How many an account may have in a Region.
const MOST: usize = 50;

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    subnet_id: Option<String>,
    vpc_id: Option<String>,
    internet_gateway_exclusion_mode: String,
    tag_specifications: Vec<TagSpecification>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    vpc_block_public_access_exclusion: ExclusionView,
}

/// Records an exclusion.
pub fn create_vpc_block_public_access_exclusion(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let of = excluded(cx, &input)?;
    let (kind, key) = match &of {
        Excluded::Vpc(id) => (Vpc::KIND, id.as_str()),
        Excluded::Subnet(id) => (Subnet::KIND, id.as_str()),
    };
    if let Some(other) = of_resource(cx.txn, kind, key) {
        return Err(Error::invalid_value(format!("{key} has the exclusion {other} already; modify that.")));
    }
    let own = cx.txn.owned::<PublicAccessExclusion>(cx.owner()).filter(|exclusion| exclusion.state.counts());
    if own.count() >= MOST {
        let message = format!("You have reached the limit of {MOST} exclusions in this Region.");
        return Err(Error::new("VpcBlockPublicAccessExclusionLimitExceeded", message));
    }
    let resource_type = "vpc-block-public-access-exclusion";
    let exclusion = PublicAccessExclusion {
        id: PublicAccessExclusionId::random(),
        owner: cx.owner().clone(),
        of,
        mode: super::mode(&input.internet_gateway_exclusion_mode)?,
        state: ExclusionState::Creating,
        created: cx.now,
        updated: cx.now,
        deleted: None,
        tags: tags::specified(&input.tag_specifications, resource_type, &[resource_type])?,
    };
    let view = ExclusionView::new(&exclusion);
    cx.txn.put(exclusion);
    Ok(Output { vpc_block_public_access_exclusion: view })
}

fn excluded(cx: &Write<'_>, input: &Input) -> Result<Excluded, Error> {
    match (&input.vpc_id, &input.subnet_id) {
        (Some(id), None) => Ok(Excluded::Vpc(find::vpc(cx.txn, cx.owner(), id)?.id.clone())),
        (None, Some(id)) => Ok(Excluded::Subnet(find::subnet(cx.txn, cx.owner(), id)?.id.clone())),
        (None, None) => Err(Error::new("MissingParameter", "The request must contain VpcId or SubnetId.")),
        (Some(_), Some(_)) => {
            let message = "The parameters VpcId and SubnetId cannot be used together: an exclusion is for one of them.";
            Err(Error::new("InvalidParameterCombination", message))
        }
    }
}

fn of_resource(world: &Snapshot, kind: Kind, key: &str) -> Option<String> {
    let mut all = world.linked::<PublicAccessExclusion>(kind, key);
    all.find(|exclusion| exclusion.state.counts()).map(|exclusion| exclusion.id.to_string())
}
