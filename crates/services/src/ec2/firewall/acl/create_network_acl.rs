//! CreateNetworkAcl: a filter that denies everything until it gets entries.

use resource::{AclId, NetworkAcl, Resource, Vpc};
use serde::{Deserialize, Serialize};

use super::view::{self, View};
use crate::ec2::find;
use crate::quotas::{self, known::ACLS};
use crate::tags::{self, TagSpecification};
use crate::{Error, Write};

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    vpc_id: String,
    tag_specifications: Vec<TagSpecification>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    network_acl: View,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_token: Option<String>,
}

pub fn create_network_acl(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let owner = cx.owner().clone();
    let vpc = find::vpc(cx.txn, &owner, &input.vpc_id)?;
    let most = quotas::most(cx.txn, &owner, &ACLS);
    if cx.txn.linked::<NetworkAcl>(Vpc::KIND, &vpc.id).count() >= most {
        return Err(Error::new("NetworkAclLimitExceeded", format!("A VPC may have at most {most} network ACLs.")));
    }
    let acl = NetworkAcl {
        id: AclId::random(),
        owner,
        vpc: vpc.id.clone(),
        is_default: false,
        entries: Vec::new(),
        associations: Vec::new(),
        tags: tags::specified(&input.tag_specifications, "network-acl", &["network-acl"])?,
    };
    let network_acl = view::view(&acl);
    cx.txn.put(acl);
    Ok(Output { client_token: cx.client_token(), network_acl })
}
