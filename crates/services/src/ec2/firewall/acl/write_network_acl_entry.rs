//! CreateNetworkAclEntry and ReplaceNetworkAclEntry: a numbered rule comes, or says something else.

use resource::{AclEntry, NetworkAcl};
use serde::Deserialize;

use super::entry::{self, IcmpTypeCode, PortRange};
use super::view::LAST;
use crate::ec2::firewall::Done;
use crate::ec2::{cidr, find};
use crate::quotas::{self, known::ACL_ENTRIES};
use crate::{Error, Write};

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
    let most = quotas::most(cx.txn, cx.owner(), &ACL_ENTRIES);
    if acl.entries.iter().filter(|e| e.egress == entry.egress).count() >= most {
        let message = format!("A network ACL may have at most {most} entries for each direction.");
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

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::ec2::testing::Cloud;

    struct Guarded {
        cloud: Cloud,
        acl: String,
    }

    impl Guarded {
        fn new() -> Self {
            let cloud = Cloud::new();
            let vpc = cloud.text("CreateVpc", json!({"CidrBlock": "10.0.0.0/16"}), "/Vpc/VpcId");
            cloud.ok("CreateSubnet", json!({"VpcId": vpc, "CidrBlock": "10.0.1.0/24"}));
            let acl = cloud.text("CreateNetworkAcl", json!({"VpcId": vpc}), "/NetworkAcl/NetworkAclId");
            Self { cloud, acl }
        }

        fn entry(&self, number: u32, protocol: &str, rest: Value) -> Value {
            let mut entry = json!({
                "NetworkAclId": self.acl, "RuleNumber": number, "Protocol": protocol, "RuleAction": "allow", "Egress": false, "CidrBlock": "0.0.0.0/0",
            });
            if let (Some(entry), Value::Object(rest)) = (entry.as_object_mut(), rest) {
                entry.extend(rest);
            }
            entry
        }

        fn acl(&self) -> Value {
            self.cloud.ok("DescribeNetworkAcls", json!({"NetworkAclIds": [self.acl]}))["NetworkAcls"][0].clone()
        }
    }

    #[test]
    fn entries_come_change_and_go_and_the_final_deny_stays() {
        let guarded = Guarded::new();
        let cloud = &guarded.cloud;
        let ports = json!({"PortRange": {"From": 80, "To": 80}});
        cloud.ok("CreateNetworkAclEntry", guarded.entry(200, "6", ports.clone()));
        cloud.ok("CreateNetworkAclEntry", guarded.entry(100, "icmp", json!({"IcmpTypeCode": {"Type": 8, "Code": -1}})));
        assert_eq!(
            cloud.refusal("CreateNetworkAclEntry", guarded.entry(200, "6", ports.clone())),
            "NetworkAclEntryAlreadyExists"
        );
        cloud.ok(
            "ReplaceNetworkAclEntry",
            guarded.entry(200, "17", json!({"PortRange": {"From": 53, "To": 53}, "RuleAction": "deny"})),
        );
        assert_eq!(cloud.refusal("ReplaceNetworkAclEntry", guarded.entry(300, "6", ports)), "InvalidNetworkAclEntry.NotFound");
        let shown = guarded.acl()["Entries"].clone();
        let last = |egress: bool| json!({"CidrBlock": "0.0.0.0/0", "Egress": egress, "Protocol": "-1", "RuleAction": "deny", "RuleNumber": 32767});
        let ping = json!({"CidrBlock": "0.0.0.0/0", "Egress": false, "Protocol": "1", "RuleAction": "allow", "RuleNumber": 100, "IcmpTypeCode": {"Type": 8, "Code": -1}});
        let dns = json!({"CidrBlock": "0.0.0.0/0", "Egress": false, "Protocol": "17", "RuleAction": "deny", "RuleNumber": 200, "PortRange": {"From": 53, "To": 53}});
        assert_eq!(shown, json!([last(true), ping, dns, last(false)]));
        let delete = json!({"NetworkAclId": guarded.acl, "RuleNumber": 200, "Egress": false});
        cloud.ok("DeleteNetworkAclEntry", delete.clone());
        assert_eq!(cloud.refusal("DeleteNetworkAclEntry", delete), "InvalidNetworkAclEntry.NotFound");
    }

    #[test]
    fn impossible_entries_are_refused() {
        let guarded = Guarded::new();
        let cases = [
            (0, "-1", json!({}), "InvalidParameterValue"),
            (32767, "-1", json!({}), "InvalidParameterValue"),
            (1, "6", json!({}), "MissingParameter"),
            (1, "1", json!({}), "MissingParameter"),
            (1, "6", json!({"PortRange": {"From": 2, "To": 1}}), "InvalidParameterValue"),
            (1, "-1", json!({"Ipv6CidrBlock": "::/0"}), "UnsupportedOperation"),
        ];
        for (number, protocol, rest, code) in cases {
            assert_eq!(
                guarded.cloud.refusal("CreateNetworkAclEntry", guarded.entry(number, protocol, rest)),
                code,
                "{number} {protocol}"
            );
        }
        for number in 1..=20 {
            guarded.cloud.ok("CreateNetworkAclEntry", guarded.entry(number, "-1", json!({})));
        }
        assert_eq!(
            guarded.cloud.refusal("CreateNetworkAclEntry", guarded.entry(21, "-1", json!({}))),
            "NetworkAclEntryLimitExceeded"
        );
    }

    #[test]
    fn a_subnet_moves_from_the_default_acl_to_another() {
        let guarded = Guarded::new();
        let cloud = &guarded.cloud;
        let default =
            cloud.ok("DescribeNetworkAcls", json!({"Filters": [{"Name": "default", "Values": ["true"]}]}))["NetworkAcls"][0]
                .clone();
        let association = default["Associations"][0]["NetworkAclAssociationId"].clone();
        let replace = json!({"AssociationId": association, "NetworkAclId": guarded.acl});
        let new = cloud.text("ReplaceNetworkAclAssociation", replace.clone(), "/NewAssociationId");
        assert_eq!(guarded.acl()["Associations"][0]["NetworkAclAssociationId"], new);
        assert_eq!(cloud.refusal("ReplaceNetworkAclAssociation", replace), "InvalidAssociationID.NotFound");
        assert_eq!(cloud.refusal("DeleteNetworkAcl", json!({"NetworkAclId": guarded.acl})), "DependencyViolation");
        cloud.ok("ReplaceNetworkAclAssociation", json!({"AssociationId": new, "NetworkAclId": default["NetworkAclId"]}));
        cloud.ok("DeleteNetworkAcl", json!({"NetworkAclId": guarded.acl}));
        assert_eq!(cloud.refusal("DeleteNetworkAcl", json!({"NetworkAclId": default["NetworkAclId"]})), "InvalidParameterValue");
    }
}
