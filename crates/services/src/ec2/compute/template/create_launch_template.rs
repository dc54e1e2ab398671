//! CreateLaunchTemplate: a name and its first version.

use resource::{LaunchTemplate, LaunchTemplateId, LaunchTemplateVersion};
use serde::{Deserialize, Serialize};

use super::super::instance::launch::Launch;
use super::super::instance::run_instances::check_user_data;
use super::super::instance_type;
use super::view::{self, View};
use super::warning::{self, Warning};
use crate::tags::{self, TagSpecification};
use crate::{Error, Write};

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    launch_template_name: String,
    version_description: Option<String>,
    launch_template_data: Launch,
    tag_specifications: Vec<TagSpecification>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    launch_template: View,
    #[serde(skip_serializing_if = "Option::is_none")]
    warning: Option<Warning>,
}

pub fn create_launch_template(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let owner = cx.owner().clone();
    check_name(&input.launch_template_name)?;
    if super::named(cx.txn, &owner, &input.launch_template_name).is_some() {
        return Err(Error::new("InvalidLaunchTemplateName.AlreadyExistsException", "Launch template name already in use."));
    }
    let warning = warning::of(cx.txn, &owner, &input.launch_template_data);
    let template = LaunchTemplate {
        id: LaunchTemplateId::random(),
        owner,
        name: input.launch_template_name,
        created_by: cx.caller.arn.clone(),
        created: cx.now,
        default_version: 1,
        last_number: 1,
        versions: vec![version(cx, 1, input.version_description, &input.launch_template_data)?],
        tags: tags::specified(&input.tag_specifications, "launch-template", &["launch-template"])?,
    };
    let launch_template = view::view(&template);
    cx.txn.put(template);
    Ok(Output { launch_template, warning })
}

/// A version with checked parameters.
///
/// # Errors
/// As a launch with them would be refused, for what no launch will ever be good.
pub fn version(cx: &Write<'_>, number: u64, description: Option<String>, data: &Launch) -> Result<LaunchTemplateVersion, Error> {
    if let Some(kind) = &data.instance_type {
        instance_type::find(kind)?;
    }
    if let Some(user_data) = &data.user_data {
        check_user_data(user_data)?;
    }
    let data = serde_json::to_string(data).map_err(Error::internal)?;
    Ok(LaunchTemplateVersion { number, description, created_by: cx.caller.arn.clone(), created: cx.now, data })
}

fn check_name(name: &str) -> Result<(), Error> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "()./_-".contains(c);
    match (3..=128).contains(&name.len()) && name.chars().all(allowed) {
        true => Ok(()),
        false => Err(Error::new(
            "InvalidLaunchTemplateName.MalformedException",
            "A launch template name must be between 3 and 128 characters, and may contain letters, numbers, and the following characters: - ( ) . / _.",
        )),
    }
}
