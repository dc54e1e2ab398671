//! DescribeLaunchTemplateVersions: of one template, or with `$Latest` and `$Default` of all.

use std::sync::Arc;

use resource::{LaunchTemplate, LaunchTemplateVersion};
use serde::{Deserialize, Serialize};

use super::view::{self, VersionView};
use crate::filter::{self, Field, Filter};
use crate::page::{self, Ask};
use crate::{Error, Read};

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    launch_template_id: Option<String>,
    launch_template_name: Option<String>,
    versions: Vec<String>,
    min_version: Option<String>,
    max_version: Option<String>,
    filters: Vec<Filter>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    launch_template_versions: Vec<VersionView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

/// A version with its template.
struct Shown {
    template: Arc<LaunchTemplate>,
    version: LaunchTemplateVersion,
}

pub fn describe_launch_template_versions(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    let kept = filter::select(&input.filters, chosen(cx, &input)?.into_iter(), field)?;
    let ask = Ask { max_results: input.max_results, token: input.next_token.as_deref() };
    let page = page::cut(ask, kept, |shown| format!("{}/{:020}", shown.template.id, u64::MAX - shown.version.number))?;
    let views = page.items.iter().map(|shown| view::version(&shown.template, &shown.version)).collect::<Result<_, _>>()?;
    Ok(Output { launch_template_versions: views, next_token: page.next })
}

/// Newest first, as AWS lists them.
fn chosen(cx: &Read<'_>, input: &Input) -> Result<Vec<Shown>, Error> {
    if input.launch_template_id.is_none() && input.launch_template_name.is_none() {
        return Ok(of_all(cx, &input.versions));
    }
    let template = super::find(cx.world, cx.owner(), input.launch_template_id.as_deref(), input.launch_template_name.as_deref())?;
    let show = |version: &LaunchTemplateVersion| Shown { template: Arc::clone(&template), version: version.clone() };
    if !input.versions.is_empty() {
        return input.versions.iter().map(|text| super::version(&template, text).map(show)).collect();
    }
    let least = bound(input.min_version.as_deref(), 0)?;
    let most = bound(input.max_version.as_deref(), u64::MAX)?;
    Ok(template.versions.iter().rev().filter(|version| (least..=most).contains(&version.number)).map(show).collect())
}

fn of_all(cx: &Read<'_>, versions: &[String]) -> Vec<Shown> {
    let templates = cx.world.owned::<LaunchTemplate>(cx.owner());
    templates
        .flat_map(|template| {
            let found: Vec<_> = versions.iter().filter_map(|text| super::version(&template, text).ok().cloned()).collect();
            found.into_iter().map(move |version| Shown { template: Arc::clone(&template), version })
        })
        .collect()
}

fn bound(text: Option<&str>, default: u64) -> Result<u64, Error> {
    text.map_or(Ok(default), |text| {
        text.parse().map_err(|_| Error::invalid_value(format!("The version '{text}' is not a number")))
    })
}

fn field(filter: &str) -> Option<Field<'_, Shown>> {
    let of = filter::of::<Shown>();
    let data = |shown: &Shown| super::data(&shown.version).unwrap_or_default();
    match filter {
        "is-default-version" => of.one(|shown| shown.version.number == shown.template.default_version),
        "image-id" => of.many(move |shown| data(shown).image_id.into_iter().collect()),
        "instance-type" => of.many(move |shown| data(shown).instance_type.into_iter().collect()),
        _ => None,
    }
}
