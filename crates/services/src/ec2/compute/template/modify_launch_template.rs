//! ModifyLaunchTemplate: another version is the default one.

use resource::LaunchTemplate;
use serde::{Deserialize, Serialize};

use super::view::{self, View};
use crate::{Error, Write};

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    launch_template_id: Option<String>,
    launch_template_name: Option<String>,
    default_version: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    launch_template: View,
}

pub fn modify_launch_template(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let owner = cx.owner().clone();
    let template = super::find(cx.txn, &owner, input.launch_template_id.as_deref(), input.launch_template_name.as_deref())?;
    let version = input.default_version.as_deref().ok_or_else(|| Error::missing("DefaultVersion"))?;
    let default_version = super::version(&template, version)?.number;
    let changed = LaunchTemplate { default_version, ..(*template).clone() };
    let launch_template = view::view(&changed);
    cx.txn.put(changed);
    Ok(Output { launch_template })
}
