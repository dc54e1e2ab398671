//! Network ACLs as answers show them: with the final deny of each direction, which nobody can change.

use resource::{AclAssociation, AclEntry, NetworkAcl};
use serde::Serialize;

use super::entry::{self, IcmpTypeCode, PortRange};
use crate::tags::{self, Tag};

/// The number under which the final deny is shown.
pub const LAST: u16 = 32767;

/// An ACL.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct View {
    associations: Vec<AssociationView>,
    entries: Vec<EntryView>,
    is_default: bool,
    network_acl_id: String,
    tags: Vec<Tag>,
    vpc_id: String,
    owner_id: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct AssociationView {
    network_acl_association_id: String,
    network_acl_id: String,
    subnet_id: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct EntryView {
    cidr_block: String,
    egress: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    icmp_type_code: Option<IcmpTypeCode>,
    #[serde(skip_serializing_if = "Option::is_none")]
    port_range: Option<PortRange>,
    protocol: String,
    rule_action: &'static str,
    rule_number: u16,
}

/// Shows an ACL.
pub fn view(acl: &NetworkAcl) -> View {
    let association = |a: &AclAssociation| AssociationView {
        network_acl_association_id: a.id.clone(),
        network_acl_id: acl.id.to_string(),
        subnet_id: a.subnet.to_string(),
    };
    let mut entries: Vec<EntryView> = acl.entries.iter().map(entry_view).chain([last(true), last(false)]).collect();
    entries.sort_by_key(|e| (!e.egress, e.rule_number));
    View {
        associations: acl.associations.iter().map(association).collect(),
        entries,
        is_default: acl.is_default,
        network_acl_id: acl.id.to_string(),
        tags: tags::view(&acl.tags),
        vpc_id: acl.vpc.to_string(),
        owner_id: acl.owner.account.clone(),
    }
}

fn entry_view(entry: &AclEntry) -> EntryView {
    let words = entry::words(entry.traffic);
    EntryView {
        cidr_block: entry.cidr.to_string(),
        egress: entry.egress,
        icmp_type_code: words.icmp,
        port_range: words.ports,
        protocol: words.protocol,
        rule_action: if entry.allow { "allow" } else { "deny" },
        rule_number: entry.number,
    }
}

fn last(egress: bool) -> EntryView {
    EntryView {
        cidr_block: "0.0.0.0/0".to_owned(),
        egress,
        icmp_type_code: None,
        port_range: None,
        protocol: "-1".to_owned(),
        rule_action: "deny",
        rule_number: LAST,
    }
}
