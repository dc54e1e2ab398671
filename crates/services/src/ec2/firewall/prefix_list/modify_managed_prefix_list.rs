//! ModifyManagedPrefixList: entries, name or greatest size; the rules that refer to it follow at once.

use resource::{PrefixEntry, PrefixList, Resource, RouteTable, SecurityGroup};
use serde::{Deserialize, Serialize};

use super::create_managed_prefix_list::check_size;
use super::view::{self, Entry, View};
use crate::ec2::firewall::security_group;
use crate::ec2::routing::route;
use crate::{Error, Write};

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    prefix_list_id: String,
    current_version: Option<u64>,
    prefix_list_name: Option<String>,
    add_entries: Vec<Entry>,
    remove_entries: Vec<Entry>,
    max_entries: Option<u32>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    prefix_list: View,
}

pub fn modify_managed_prefix_list(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let owner = cx.owner().clone();
    let mut list = super::find(cx.txn, &owner, &input.prefix_list_id)?;
    super::check_own(&owner, &list)?;
    let changes_entries = !(input.add_entries.is_empty() && input.remove_entries.is_empty());
    if changes_entries && input.max_entries.is_some() {
        return Err(Error::combination("MaxEntries cannot be changed together with entries."));
    }
    if changes_entries {
        check_version(&list, input.current_version)?;
        let entries = changed(&list.entries, &input)?;
        list.succeed(entries);
    }
    if let Some(name) = input.prefix_list_name {
        view::check_name(&name)?;
        list.name = name;
    }
    list.max_entries = input.max_entries.unwrap_or(list.max_entries);
    check_size(list.max_entries, list.entries.len())?;
    cx.txn.put(list.clone());
    for group in cx.txn.linked::<SecurityGroup>(PrefixList::KIND, &list.id) {
        security_group::check_size(cx.txn, &group)?;
    }
    for table in cx.txn.linked::<RouteTable>(PrefixList::KIND, &list.id) {
        route::check_size(cx.txn, &table)?;
    }
    Ok(Output { prefix_list: view::view(&list, "modify-complete") })
}

/// Refuses a change of another version than the present one.
///
/// # Errors
/// `MissingParameter`, `PrefixListVersionMismatch`.
pub fn check_version(list: &PrefixList, given: Option<u64>) -> Result<(), Error> {
    match given {
        None => Err(Error::missing("CurrentVersion")),
        Some(version) if version == list.version => Ok(()),
        Some(version) => {
            let message = format!("The prefix list has version {}, not {version}.", list.version);
            Err(Error::new("PrefixListVersionMismatch", message))
        }
    }
}

/// The entries after the change: an entry that is there already gets its new description.
fn changed(entries: &[PrefixEntry], input: &Input) -> Result<Vec<PrefixEntry>, Error> {
    let (added, removed) = (view::entries(&input.add_entries)?, view::entries(&input.remove_entries)?);
    if let Some(missing) = removed.iter().find(|gone| !entries.iter().any(|entry| entry.cidr == gone.cidr)) {
        return Err(Error::invalid_value(format!("The entry {} is not in the prefix list", missing.cidr)));
    }
    let replaced = |entry: &&PrefixEntry| removed.iter().chain(&added).all(|other| other.cidr != entry.cidr);
    Ok(entries.iter().filter(replaced).cloned().chain(added.iter().cloned()).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::ec2::firewall::testing::Walled;
    use crate::ec2::testing::Cloud;

    fn create(cloud: &Cloud, most: u32) -> String {
        let entries = json!([{"Cidr": "10.0.0.0/8", "Description": "ours"}]);
        let input = json!({"PrefixListName": "mine", "MaxEntries": most, "AddressFamily": "IPv4", "Entries": entries});
        cloud.text("CreateManagedPrefixList", input, "/PrefixList/PrefixListId")
    }

    fn entries(cloud: &Cloud, list: &str) -> Value {
        cloud.ok("GetManagedPrefixListEntries", json!({"PrefixListId": list}))["Entries"].clone()
    }

    #[test]
    fn entries_change_by_version_and_rules_that_refer_to_the_list_bound_it() {
        let walled = Walled::new();
        let cloud = &walled.cloud;
        let list = create(cloud, 2);
        let change =
            |version: u32| json!({"PrefixListId": list, "CurrentVersion": version, "AddEntries": [{"Cidr": "192.0.2.0/24"}]});
        assert_eq!(cloud.refusal("ModifyManagedPrefixList", change(7)), "PrefixListVersionMismatch");
        assert_eq!(cloud.ok("ModifyManagedPrefixList", change(1))["PrefixList"]["Version"], 2);
        assert_eq!(entries(cloud, &list), json!([{"Cidr": "10.0.0.0/8", "Description": "ours"}, {"Cidr": "192.0.2.0/24"}]));
        let third = json!({"PrefixListId": list, "CurrentVersion": 2, "AddEntries": [{"Cidr": "198.51.100.0/24"}]});
        assert_eq!(cloud.refusal("ModifyManagedPrefixList", third), "PrefixListMaxEntriesExceeded");

        let permission = json!([{"IpProtocol": "-1", "PrefixListIds": [{"PrefixListId": list}]}]);
        cloud.ok("AuthorizeSecurityGroupIngress", json!({"GroupId": walled.group, "IpPermissions": permission}));
        let grow = json!({"PrefixListId": list, "MaxEntries": 61});
        assert_eq!(cloud.refusal("ModifyManagedPrefixList", grow), "RulesPerSecurityGroupLimitExceeded");
        assert_eq!(cloud.refusal("DeleteManagedPrefixList", json!({"PrefixListId": list})), "DependencyViolation");
        cloud.ok("RevokeSecurityGroupIngress", json!({"GroupId": walled.group, "IpPermissions": permission}));
        let gone = cloud.ok("DeleteManagedPrefixList", json!({"PrefixListId": list}));
        assert_eq!(gone["PrefixList"]["State"], "delete-complete");
        assert_eq!(cloud.refusal("GetManagedPrefixListEntries", json!({"PrefixListId": list})), "InvalidPrefixListID.NotFound");
    }

    #[test]
    fn awss_own_lists_are_seen_by_all_and_changed_by_nobody() {
        let cloud = Cloud::new();
        let filter =
            json!({"Filters": [{"Name": "prefix-list-name", "Values": ["com.amazonaws.global.cloudfront.origin-facing"]}]});
        let list = cloud.ok("DescribeManagedPrefixLists", filter)["PrefixLists"][0].clone();
        assert_eq!(list["MaxEntries"], 55);
        assert_eq!(list["OwnerId"], "AWS");
        assert_eq!(list.get("Version"), None);
        assert_eq!(entries(&cloud, "pl-3b927c52"), json!([{"Cidr": "198.18.0.64/26"}]));
        let change = json!({"PrefixListId": "pl-3b927c52", "PrefixListName": "mine"});
        assert_eq!(cloud.refusal("ModifyManagedPrefixList", change), "UnauthorizedOperation");
        assert_eq!(cloud.refusal("DeleteManagedPrefixList", json!({"PrefixListId": "pl-63a5400a"})), "UnauthorizedOperation");
        let gateways = cloud.ok("DescribePrefixLists", json!({}))["PrefixLists"].clone();
        let names: Vec<&str> =
            gateways.as_array().into_iter().flatten().filter_map(|list| list["PrefixListName"].as_str()).collect();
        assert_eq!(names, ["com.amazonaws.us-east-1.s3", "com.amazonaws.us-east-1.dynamodb"]);
    }

    #[test]
    fn a_rule_brings_awss_list_into_the_store_for_the_plan() {
        let walled = Walled::new();
        assert!(walled.cloud.world().find::<resource::PrefixList>("pl-63a5400a").is_none());
        let permission = json!([{"IpProtocol": "-1", "PrefixListIds": [{"PrefixListId": "pl-63a5400a"}]}]);
        walled.cloud.ok("AuthorizeSecurityGroupEgress", json!({"GroupId": walled.group, "IpPermissions": permission}));
        let list = walled.cloud.world().find::<resource::PrefixList>("pl-63a5400a").expect("it is there now");
        assert_eq!(list.entries[0].cidr.to_string(), "198.18.0.16/28");
    }

    #[test]
    fn another_accounts_list_is_not_there() {
        let cloud = Cloud::new();
        let list = create(&cloud, 5);
        let other = cloud.account("222222222222");
        assert_eq!(other.refusal("GetManagedPrefixListEntries", json!({"PrefixListId": list})), "InvalidPrefixListID.NotFound");
        let v6 = json!({"PrefixListName": "six", "MaxEntries": 1, "AddressFamily": "IPv6"});
        assert_eq!(other.refusal("CreateManagedPrefixList", v6), "UnsupportedOperation");
    }
}
