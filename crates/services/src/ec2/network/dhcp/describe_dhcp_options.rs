//! DescribeDhcpOptions.

use std::sync::Arc;

use resource::DhcpOptions;
use serde::{Deserialize, Serialize};

use super::view::DhcpOptionsView;
use crate::ec2::find;
use crate::filter::{self, Field, Filter};
use crate::page::{self, Ask};
use crate::{Error, Read};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    dhcp_options_ids: Vec<String>,
    filters: Vec<Filter>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    dhcp_options: Vec<DhcpOptionsView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

/// The caller's DHCP options.
pub fn describe_dhcp_options(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    let sets = find::listed(cx, &input.dhcp_options_ids, find::dhcp_options)?;
    let kept = filter::select(&input.filters, sets.into_iter(), field)?;
    let ask = Ask { max_results: input.max_results, token: input.next_token.as_deref() };
    let page = page::cut(ask, kept, |options| options.id.to_string())?;
    Ok(Output { dhcp_options: page.items.iter().map(|options| DhcpOptionsView::new(options)).collect(), next_token: page.next })
}

/// What a set of options has under a filter's name.
fn field(filter: &str) -> Option<Field<'_, Arc<DhcpOptions>>> {
    let of = filter::of::<Arc<DhcpOptions>>();
    match filter {
        "dhcp-options-id" => of.one(|options| options.id.to_string()),
        "key" => of.many(|options| options.options.iter().map(|(key, _)| key.clone()).collect()),
        "value" => of.many(|options| options.options.iter().flat_map(|(_, values)| values.clone()).collect()),
        "owner-id" => of.one(|options| options.owner.account.clone()),
        _ => of.tag(filter, |options| &options.tags),
    }
}
