//! ReplaceNetworkAclAssociation: another ACL guards a subnet.

use resource::{AclAssociation, NetworkAcl, random_id};
use serde::{Deserialize, Serialize};

use crate::ec2::find;
use crate::{Error, Write};

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    association_id: String,
    network_acl_id: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    new_association_id: String,
}

pub fn replace_network_acl_association(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let owner = cx.owner().clone();
    let next = find::acl(cx.txn, &owner, &input.network_acl_id)?;
    let before = cx.txn.named::<NetworkAcl>("acl-association", &input.association_id).find(|acl| acl.owner == owner);
    let subnet =
        before.as_ref().and_then(|acl| acl.associations.iter().find(|a| a.id == input.association_id)).map(|a| a.subnet.clone());
    let (Some(before), Some(subnet)) = (before, subnet) else {
        let message = format!("The association ID '{}' does not exist", input.association_id);
        return Err(Error::new("InvalidAssociationID.NotFound", message));
    };
    if before.vpc != next.vpc {
        return Err(Error::invalid_value(format!("network ACL {} and subnet {subnet} belong to different networks", next.id)));
    }
    let id = random_id("aclassoc-");
    cx.txn.update::<NetworkAcl>(before.id.as_str(), |acl| acl.associations.retain(|a| a.id != input.association_id));
    cx.txn.update::<NetworkAcl>(next.id.as_str(), |acl| acl.associations.push(AclAssociation { id: id.clone(), subnet }));
    Ok(Output { new_association_id: id })
}
