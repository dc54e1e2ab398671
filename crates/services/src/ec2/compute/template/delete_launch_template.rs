//! DeleteLaunchTemplate: the name and all versions; instances that were launched from it stay.

use resource::LaunchTemplate;
use serde::{Deserialize, Serialize};

use super::view::{self, View};
use crate::{Error, Write};

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    launch_template_id: Option<String>,
    launch_template_name: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    launch_template: View,
}

pub fn delete_launch_template(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let owner = cx.owner().clone();
    let template = super::find(cx.txn, &owner, input.launch_template_id.as_deref(), input.launch_template_name.as_deref())?;
    cx.txn.remove::<LaunchTemplate>(template.id.as_str());
    Ok(Output { launch_template: view::view(&template) })
}
