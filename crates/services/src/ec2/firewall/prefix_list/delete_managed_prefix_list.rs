//! DeleteManagedPrefixList: refused while a rule or route refers to it.

use resource::{PrefixList, Resource, RouteTable, SecurityGroup};
use serde::{Deserialize, Serialize};

use super::view::{self, View};
use crate::{Error, Write};

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    prefix_list_id: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    prefix_list: View,
}

pub fn delete_managed_prefix_list(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let owner = cx.owner().clone();
    let list = super::find(cx.txn, &owner, &input.prefix_list_id)?;
    super::check_own(&owner, &list)?;
    let group = cx.txn.linked::<SecurityGroup>(PrefixList::KIND, &list.id).next().map(|g| g.id.to_string());
    let table = || cx.txn.linked::<RouteTable>(PrefixList::KIND, &list.id).next().map(|t| t.id.to_string());
    if let Some(user) = group.or_else(table) {
        return Err(Error::dependency(format!("The prefix list {} is referenced by {user}", list.id)));
    }
    cx.txn.remove::<PrefixList>(list.id.as_str());
    Ok(Output { prefix_list: view::view(&list, "delete-complete") })
}
