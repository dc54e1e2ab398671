//! Managed prefix lists: the caller's own, and AWS's, which every account sees.
//!
//! AWS's lists are a constant table. The first rule or route that refers to one writes it into the store, so that whoever
//! reads the store (the plan) finds it by its id like any other.

mod aws;
pub mod create_managed_prefix_list;
pub mod delete_managed_prefix_list;
pub mod describe_managed_prefix_lists;
pub mod describe_prefix_lists;
pub mod get_managed_prefix_list_associations;
pub mod get_managed_prefix_list_entries;
pub mod modify_managed_prefix_list;
pub mod restore_managed_prefix_list_version;
mod view;

use resource::{Owner, PrefixList, PrefixListId};
use store::{Snapshot, Txn};

use crate::Error;

/// A list that `owner` sees: its own or one of AWS's in its Region.
///
/// # Errors
/// `InvalidPrefixListId.Malformed`, `InvalidPrefixListID.NotFound`.
pub fn find(world: &Snapshot, owner: &Owner, text: &str) -> Result<PrefixList, Error> {
    let id = PrefixListId::parse(text).map_err(|error| Error::new("InvalidPrefixListId.Malformed", error.to_string()))?;
    let own = world.find::<PrefixList>(id.as_str()).filter(|list| list.owner == *owner).map(|list| (*list).clone());
    let found = own.or_else(|| aws::lists(&owner.region).into_iter().find(|list| list.id == id));
    found.ok_or_else(|| Error::new("InvalidPrefixListID.NotFound", format!("The prefix list ID '{id}' does not exist")))
}

/// A list that a rule or route of `owner` is to refer to: afterwards it is in the store.
///
/// # Errors
/// As [`find`].
pub fn refer(txn: &mut Txn, owner: &Owner, text: &str) -> Result<PrefixList, Error> {
    let list = find(txn, owner, text)?;
    if txn.find::<PrefixList>(list.id.as_str()).is_none() {
        txn.put(list.clone());
    }
    Ok(list)
}

/// The list of the service that a gateway endpoint of `owner` leads to: afterwards it is in the store.
///
/// # Errors
/// A failure of ours when there is none of that name.
pub fn refer_to_service(txn: &mut Txn, owner: &Owner, service_name: &str) -> Result<PrefixList, Error> {
    let list = aws::lists(&owner.region).into_iter().find(|list| list.name == service_name);
    let list = list.ok_or_else(|| Error::internal(format!("{service_name} has no prefix list")))?;
    refer(txn, owner, list.id.as_str())
}

/// All lists that `owner` sees.
fn visible(world: &Snapshot, owner: &Owner) -> Vec<PrefixList> {
    let own = world.owned::<PrefixList>(owner).map(|list| (*list).clone());
    aws::lists(&owner.region).into_iter().chain(own).collect()
}

/// Refuses to change what belongs to AWS.
fn check_own(owner: &Owner, list: &PrefixList) -> Result<(), Error> {
    match list.owner == *owner {
        true => Ok(()),
        false => Err(Error::new("UnauthorizedOperation", format!("Prefix list {} is managed by AWS.", list.id)).with_status(403)),
    }
}
