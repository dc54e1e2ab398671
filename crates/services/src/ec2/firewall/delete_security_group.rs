//! DeleteSecurityGroup: refused while anything carries or names the group.

use resource::{LoadBalancer, NetworkInterface, Resource, SecurityGroup, VpcEndpoint};
use serde::{Deserialize, Serialize};
use store::Snapshot;

use super::security_group;
use crate::ec2::defaults;
use crate::{Error, Write};

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    group_id: Option<String>,
    group_name: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    r#return: bool,
    group_id: String,
}

pub fn delete_security_group(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let owner = cx.owner().clone();
    let group = security_group::requested(cx.txn, &owner, input.group_id.as_deref(), input.group_name.as_deref())?;
    if group.name == defaults::DEFAULT_GROUP {
        let message = format!("the specified group: \"{}\" name: \"default\" cannot be deleted by a user", group.id);
        return Err(Error::new("CannotDelete", message));
    }
    if let Some(user) = user_of(cx.txn, &group) {
        return Err(Error::dependency(format!("resource {} has a dependent object: {user}", group.id)));
    }
    cx.txn.remove::<SecurityGroup>(group.id.as_str());
    Ok(Output { r#return: true, group_id: group.id.to_string() })
}

/// Something that still uses the group.
fn user_of(world: &Snapshot, group: &SecurityGroup) -> Option<String> {
    let (kind, id) = (SecurityGroup::KIND, &group.id);
    let interface = || world.linked::<NetworkInterface>(kind, id).next().map(|i| i.id.to_string());
    let endpoint = || world.linked::<VpcEndpoint>(kind, id).next().map(|e| e.id.to_string());
    let balancer = || world.linked::<LoadBalancer>(kind, id).next().map(|b| b.arn.clone());
    let other = || world.linked::<SecurityGroup>(kind, id).find(|g| g.id != group.id).map(|g| g.id.to_string());
    interface().or_else(endpoint).or_else(balancer).or_else(other)
}
