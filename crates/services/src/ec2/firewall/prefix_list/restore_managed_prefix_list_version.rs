//! RestoreManagedPrefixListVersion: the blocks of a former version again, as a new one.

use resource::{PrefixList, Resource, SecurityGroup};
use serde::{Deserialize, Serialize};

use super::create_managed_prefix_list::check_size;
use super::modify_managed_prefix_list::check_version;
use super::view::{self, View};
use crate::ec2::firewall::security_group;
use crate::{Error, Write};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    prefix_list_id: String,
    previous_version: u64,
    current_version: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    prefix_list: View,
}

pub fn restore_managed_prefix_list_version(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let owner = cx.owner().clone();
    let mut list = super::find(cx.txn, &owner, &input.prefix_list_id)?;
    super::check_own(&owner, &list)?;
    check_version(&list, Some(input.current_version))?;
    let former = list.entries_of(input.previous_version).filter(|_| input.previous_version < list.version);
    let unknown = || Error::invalid_value(format!("Prefix list {} has no former version {}.", list.id, input.previous_version));
    let entries = former.ok_or_else(unknown)?.to_vec();
    list.succeed(entries);
    check_size(list.max_entries, list.entries.len())?;
    cx.txn.put(list.clone());
    for group in cx.txn.linked::<SecurityGroup>(PrefixList::KIND, &list.id) {
        security_group::check_size(cx.txn, &group)?;
    }
    Ok(Output { prefix_list: view::view(&list, "restore-complete") })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::ec2::testing::Cloud;

    #[test]
    fn a_former_version_comes_back_as_a_new_one() {
        let cloud = Cloud::new();
        let input =
            json!({"PrefixListName": "mine", "MaxEntries": 5, "AddressFamily": "IPv4", "Entries": [{"Cidr": "10.0.0.0/8"}]});
        let list = cloud.text("CreateManagedPrefixList", input, "/PrefixList/PrefixListId");
        let change = json!({"PrefixListId": list, "CurrentVersion": 1, "RemoveEntries": [{"Cidr": "10.0.0.0/8"}]});
        cloud.ok("ModifyManagedPrefixList", change);
        let restore =
            |former: u32, current: u32| json!({"PrefixListId": list, "PreviousVersion": former, "CurrentVersion": current});
        assert_eq!(cloud.refusal("RestoreManagedPrefixListVersion", restore(1, 1)), "PrefixListVersionMismatch");
        assert_eq!(cloud.refusal("RestoreManagedPrefixListVersion", restore(2, 2)), "InvalidParameterValue");
        assert_eq!(cloud.ok("RestoreManagedPrefixListVersion", restore(1, 2))["PrefixList"]["Version"], 3);
        let entries = |version: u32| {
            cloud.ok("GetManagedPrefixListEntries", json!({"PrefixListId": list, "TargetVersion": version}))["Entries"].clone()
        };
        assert_eq!((entries(3), entries(2)), (json!([{"Cidr": "10.0.0.0/8"}]), json!([])));
        let seventh = json!({"PrefixListId": list, "TargetVersion": 7});
        assert_eq!(cloud.refusal("GetManagedPrefixListEntries", seventh), "InvalidParameterValue");
    }
}
