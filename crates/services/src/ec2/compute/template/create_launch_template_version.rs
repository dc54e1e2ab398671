//! CreateLaunchTemplateVersion: the next version, from nothing or over an earlier one.

use resource::LaunchTemplate;
use serde::{Deserialize, Serialize};

use super::super::instance::launch::Launch;
use super::create_launch_template::version;
use super::view::{self, VersionView};
use super::warning::{self, Warning};
use crate::{Error, Write};

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    launch_template_id: Option<String>,
    launch_template_name: Option<String>,
    source_version: Option<String>,
    version_description: Option<String>,
    launch_template_data: Launch,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    launch_template_version: VersionView,
    #[serde(skip_serializing_if = "Option::is_none")]
    warning: Option<Warning>,
}

pub fn create_launch_template_version(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let owner = cx.owner().clone();
    let template = super::find(cx.txn, &owner, input.launch_template_id.as_deref(), input.launch_template_name.as_deref())?;
    let data = match &input.source_version {
        Some(source) => input.launch_template_data.over(super::data(super::version(&template, source)?)?)?,
        None => input.launch_template_data,
    };
    let warning = warning::of(cx.txn, &owner, &data);
    let number = template.last_number + 1;
    let new = version(cx, number, input.version_description, &data)?;
    let launch_template_version = view::version(&template, &new)?;
    cx.txn.update::<LaunchTemplate>(template.id.as_str(), |template| {
        template.last_number = number;
        template.versions.push(new);
    });
    Ok(Output { launch_template_version, warning })
}
