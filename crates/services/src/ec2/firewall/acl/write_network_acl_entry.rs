//! CreateNetworkAclEntry and ReplaceNetworkAclEntry: a numbered rule comes, or says something else.

use resource::{AclEntry, NetworkAcl};
use serde::Deserialize;

use super::entry::{self, IcmpTypeCode, PortRange};
use super::view::LAST;
use crate::ec2::firewall::Done;
use crate::ec2::{cidr, find};
use crate::{Error, Write};

const ENTRIES_PER_DIRECTION: usize = 20;

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    network_acl_id: String,
    rule_number: u32,
    protocol: String,
    rule_action: String,
    egress: bool,
    cidr_block: Option<String>,
    icmp_type_code: Option<IcmpTypeCode>,
    port_range: Option<PortRange>,
}

pub fn create(cx: &mut Write<'_>, input: Input) -> Result<Done, Error> {
    let (mut acl, entry) = read(cx, &input)?;
    if position(&acl, &entry).is_some() {
        let message = format!("The network acl entry identified by {} already exists.", entry.number);
        return Err(Error::new("NetworkAclEntryAlreadyExists", message));
    }
    if acl.entries.iter().filter(|e| e.egress == entry.egress).count() >= ENTRIES_PER_DIRECTION {
        let message = format!("A network ACL may have at most {ENTRIES_PER_DIRECTION} entries for each direction.");
        return Err(Error::new("NetworkAclEntryLimitExceeded", message));
    }
    acl.entries.push(entry);
    acl.entries.sort_by_key(|e| (e.egress, e.number));
    cx.txn.put(acl);
    Ok(Done {})
}

pub fn replace(cx: &mut Write<'_>, input: Input) -> Result<Done, Error> {
    let (mut acl, entry) = read(cx, &input)?;
    let at = position(&acl, &entry).ok_or_else(|| missing(entry.number))?;
    acl.entries[at] = entry;
    cx.txn.put(acl);
    Ok(Done {})
}

fn read(cx: &Write<'_>, input: &Input) -> Result<(NetworkAcl, AclEntry), Error> {
    let acl = find::acl(cx.txn, cx.owner(), &input.network_acl_id)?;
    let cidr = cidr::parse("cidrBlock", input.cidr_block.as_deref().ok_or_else(|| Error::missing("CidrBlock"))?)?;
    let entry = AclEntry {
        number: number(input.rule_number)?,
        egress: input.egress,
        traffic: entry::traffic(&input.protocol, input.port_range.as_ref(), input.icmp_type_code.as_ref())?,
        cidr,
        allow: input.rule_action == "allow",
    };
    Ok(((*acl).clone(), entry))
}

/// The number of an entry that users may write.
///
/// # Errors
/// `InvalidParameterValue`.
pub fn number(number: u32) -> Result<u16, Error> {
    let fits = u16::try_from(number).ok().filter(|n| (1..LAST).contains(n));
    fits.ok_or_else(|| Error::invalid_value(format!("The rule number {number} is not between 1 and 32766.")))
}

/// The error for an entry that is not there.
pub fn missing(number: u16) -> Error {
    Error::new("InvalidNetworkAclEntry.NotFound", format!("The network acl entry identified by {number} does not exist."))
}

fn position(acl: &NetworkAcl, entry: &AclEntry) -> Option<usize> {
    acl.entries.iter().position(|e| e.egress == entry.egress && e.number == entry.number)
}
