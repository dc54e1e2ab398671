//! DescribePrefixLists: the lists of the services that gateway endpoints reach, with their blocks.

use resource::PrefixList;
use serde::{Deserialize, Serialize};

use super::aws;
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

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct View {
    cidrs: Vec<String>,
    prefix_list_id: String,
    prefix_list_name: String,
}

pub fn describe_prefix_lists(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    let region = &cx.owner().region;
    let mut lists: Vec<PrefixList> = aws::lists_of_gateways(region).collect();
    if !input.prefix_list_ids.is_empty() {
        for id in &input.prefix_list_ids {
            super::find(cx.world, cx.owner(), id)?;
        }
        lists.retain(|list| input.prefix_list_ids.iter().any(|id| id == list.id.as_str()));
    }
    let lists = filter::select(&input.filters, lists.into_iter(), field)?;
    let page =
        page::cut(Ask { max_results: input.max_results, token: input.next_token.as_deref() }, lists, |l| l.id.to_string())?;
    Ok(Output { prefix_lists: page.items.iter().map(view).collect(), next_token: page.next })
}

fn view(list: &PrefixList) -> View {
    View {
        cidrs: list.entries.iter().map(|entry| entry.cidr.to_string()).collect(),
        prefix_list_id: list.id.to_string(),
        prefix_list_name: list.name.clone(),
    }
}

fn field(filter: &str) -> Option<Field<'_, PrefixList>> {
    let of = filter::of::<PrefixList>();
    match filter {
        "prefix-list-id" => of.one(|list| list.id.to_string()),
        "prefix-list-name" => of.one(|list| list.name.clone()),
        _ => None,
    }
}
