//! DeleteNetworkAclEntry.

use resource::NetworkAcl;
use serde::Deserialize;

use super::write_network_acl_entry::{missing, number};
use crate::ec2::find;
use crate::ec2::firewall::Done;
use crate::{Error, Write};

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    network_acl_id: String,
    rule_number: u32,
    egress: bool,
}

pub fn delete_network_acl_entry(cx: &mut Write<'_>, input: Input) -> Result<Done, Error> {
    let acl = find::acl(cx.txn, cx.owner(), &input.network_acl_id)?;
    let number = number(input.rule_number)?;
    let is_it = |entry: &resource::AclEntry| entry.egress == input.egress && entry.number == number;
    if !acl.entries.iter().any(is_it) {
        return Err(missing(number));
    }
    cx.txn.update::<NetworkAcl>(acl.id.as_str(), |acl| acl.entries.retain(|entry| !is_it(entry)));
    Ok(Done {})
}
