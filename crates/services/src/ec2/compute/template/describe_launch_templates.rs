//! DescribeLaunchTemplates.

use std::sync::Arc;

use resource::LaunchTemplate;
use serde::{Deserialize, Serialize};

use super::view::{self, View};
use crate::filter::{self, Field, Filter};
use crate::page::{self, Ask};
use crate::{Error, Read};

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    launch_template_ids: Vec<String>,
    launch_template_names: Vec<String>,
    filters: Vec<Filter>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    launch_templates: Vec<View>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

pub fn describe_launch_templates(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    let (ids, names) = (&input.launch_template_ids, &input.launch_template_names);
    let mut templates = Vec::new();
    for id in ids {
        templates.push(super::find(cx.world, cx.owner(), Some(id), None)?);
    }
    for name in names {
        templates.push(super::find(cx.world, cx.owner(), None, Some(name))?);
    }
    if ids.is_empty() && names.is_empty() {
        templates = cx.world.owned(cx.owner()).collect();
    }
    let kept = filter::select(&input.filters, templates.into_iter(), field)?;
    let page = page::cut(Ask { max_results: input.max_results, token: input.next_token.as_deref() }, kept, |t| t.id.to_string())?;
    Ok(Output { launch_templates: page.items.iter().map(|template| view::view(template)).collect(), next_token: page.next })
}

fn field(filter: &str) -> Option<Field<'_, Arc<LaunchTemplate>>> {
    let of = filter::of::<Arc<LaunchTemplate>>();
    match filter {
        "launch-template-name" => of.one(|template| template.name.clone()),
        _ => of.tag(filter, |template| &template.tags),
    }
}
