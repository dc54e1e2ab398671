//! DeleteNetworkAcl: refused for the default one and for one that guards a subnet.

use resource::NetworkAcl;
use serde::Deserialize;

use crate::ec2::find;
use crate::ec2::firewall::Done;
use crate::{Error, Write};

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    network_acl_id: String,
}

pub fn delete_network_acl(cx: &mut Write<'_>, input: Input) -> Result<Done, Error> {
    let owner = cx.owner().clone();
    let acl = find::acl(cx.txn, &owner, &input.network_acl_id)?;
    if acl.is_default {
        return Err(Error::invalid_value(format!("cannot delete default network ACL {}", acl.id)));
    }
    if let Some(association) = acl.associations.first() {
        return Err(Error::dependency(format!("The network ACL {} guards {}", acl.id, association.subnet)));
    }
    cx.txn.remove::<NetworkAcl>(acl.id.as_str());
    Ok(Done {})
}
