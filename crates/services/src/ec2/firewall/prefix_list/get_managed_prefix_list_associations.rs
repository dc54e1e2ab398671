//! GetManagedPrefixListAssociations: what refers to a list.

use resource::{PrefixList, Resource, RouteTable, SecurityGroup};
use serde::{Deserialize, Serialize};

use crate::page::{self, Ask};
use crate::{Error, Read};

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    prefix_list_id: String,
    max_results: Option<usize>,
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    prefix_list_associations: Vec<Association>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Association {
    resource_id: String,
    resource_owner: String,
}

/// The groups and route tables of the caller's that refer to a list.
pub fn get_managed_prefix_list_associations(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    let list = super::find(cx.world, cx.owner(), &input.prefix_list_id)?;
    let groups = cx.world.linked::<SecurityGroup>(PrefixList::KIND, &list.id).map(|group| (group.key(), group.owner.clone()));
    let tables = cx.world.linked::<RouteTable>(PrefixList::KIND, &list.id).map(|table| (table.key(), table.owner.clone()));
    let own = groups.chain(tables).filter(|(_, owner)| owner == cx.owner());
    let associations = own.map(|(id, owner)| Association { resource_id: id, resource_owner: owner.account }).collect();
    let ask = Ask { max_results: input.max_results, token: input.next_token.as_deref() };
    let page = page::cut(ask, associations, |association| association.resource_id.clone())?;
    Ok(Output { prefix_list_associations: page.items, next_token: page.next })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::ec2::firewall::testing::Walled;

    #[test]
    fn a_lists_groups_and_tables_are_named_and_those_of_others_are_not() {
        let walled = Walled::new();
        let cloud = &walled.cloud;
        let list = json!({"PrefixListId": "pl-63a5400a"});
        assert_eq!(cloud.ok("GetManagedPrefixListAssociations", list.clone())["PrefixListAssociations"], json!([]));
        let permission = json!([{"IpProtocol": "-1", "PrefixListIds": [list]}]);
        cloud.ok("AuthorizeSecurityGroupEgress", json!({"GroupId": walled.group, "IpPermissions": permission}));
        let shown = cloud.ok("GetManagedPrefixListAssociations", list.clone());
        let expected = json!([{"ResourceId": walled.group, "ResourceOwner": "111111111111"}]);
        assert_eq!(shown["PrefixListAssociations"], expected);
        let other = cloud.account("222222222222").ok("GetManagedPrefixListAssociations", list);
        assert_eq!(other["PrefixListAssociations"], json!([]));
        let missing = json!({"PrefixListId": "pl-00000000000000000"});
        assert_eq!(cloud.refusal("GetManagedPrefixListAssociations", missing), "InvalidPrefixListID.NotFound");
    }
}
