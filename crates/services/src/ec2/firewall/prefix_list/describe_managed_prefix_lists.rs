//! DescribeManagedPrefixLists: the caller's lists and AWS's, without entries.

use resource::PrefixList;
use serde::{Deserialize, Serialize};

use super::view::{self, View};
use crate::filter::{self, Field, Filter};
use crate::page::{self, Ask};
use crate::{Error, Read};

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    prefix_list_ids: Vec<String>,
    filters: Vec<Filter>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    prefix_lists: Vec<View>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

pub fn describe_managed_prefix_lists(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    let lists = match input.prefix_list_ids.as_slice() {
        [] => super::visible(cx.world, cx.owner()),
        ids => ids.iter().map(|id| super::find(cx.world, cx.owner(), id)).collect::<Result<_, _>>()?,
    };
    let lists = filter::select(&input.filters, lists.into_iter(), field)?;
    let page =
        page::cut(Ask { max_results: input.max_results, token: input.next_token.as_deref() }, lists, |l| l.id.to_string())?;
    let views = page.items.iter().map(|list| view::view(list, state(list))).collect();
    Ok(Output { prefix_lists: views, next_token: page.next })
}

fn state(list: &PrefixList) -> &'static str {
    if list.version > 1 { "modify-complete" } else { "create-complete" }
}

fn field(filter: &str) -> Option<Field<'_, PrefixList>> {
    let of = filter::of::<PrefixList>();
    match filter {
        "owner-id" => of.one(|list| list.owner.account.clone()),
        "prefix-list-id" => of.one(|list| list.id.to_string()),
        "prefix-list-name" => of.one(|list| list.name.clone()),
        _ => of.tag(filter, |list| &list.tags),
    }
}
