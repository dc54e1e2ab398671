//! DescribeNetworkInsightsPaths.

use std::sync::Arc;

use resource::InsightsPath;
use serde::{Deserialize, Serialize};

use super::view::PathView;
use crate::ec2::find;
use crate::filter::{self, Field, Filter};
use crate::page::{self, Ask};
use crate::{Error, Read};

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    network_insights_path_ids: Vec<String>,
    filters: Vec<Filter>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    network_insights_paths: Vec<PathView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

pub fn describe_network_insights_paths(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    let paths = find::listed(cx, &input.network_insights_path_ids, find::insights_path)?;
    let kept = filter::select(&input.filters, paths.into_iter(), field)?;
    let ask = Ask { max_results: input.max_results, token: input.next_token.as_deref() };
    let page = page::cut(ask, kept, |path| path.id.to_string())?;
    let views = page.items.iter().map(|path| PathView::new(path)).collect();
    Ok(Output { network_insights_paths: views, next_token: page.next })
}

fn field(filter: &str) -> Option<Field<'_, Arc<InsightsPath>>> {
    let of = filter::of::<Arc<InsightsPath>>();
    match filter {
        "source" => of.one(|path| path.source.point.text()),
        "destination" => of.many(|path| path.destination.iter().map(|end| end.point.text()).collect()),
        "protocol" => of.one(|path| if path.udp { "udp" } else { "tcp" }),
        _ => of.tag(filter, |path| &path.tags),
    }
}
