//! DeleteLaunchTemplateVersions: some versions go; the default one cannot, and each failure is told apart.

use resource::LaunchTemplate;
use serde::{Deserialize, Serialize};

use crate::{Error, Write};

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    launch_template_id: Option<String>,
    launch_template_name: Option<String>,
    versions: Vec<String>,
}

#[derive(Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    successfully_deleted_launch_template_versions: Vec<Deleted>,
    unsuccessfully_deleted_launch_template_versions: Vec<Deleted>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Deleted {
    launch_template_id: String,
    launch_template_name: String,
    version_number: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_error: Option<Refusal>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Refusal {
    code: &'static str,
    message: String,
}

pub fn delete_launch_template_versions(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let owner = cx.owner().clone();
    let template = super::find(cx.txn, &owner, input.launch_template_id.as_deref(), input.launch_template_name.as_deref())?;
    let (mut output, mut gone) = (Output::default(), Vec::new());
    for text in &input.versions {
        let number: u64 = text.parse().map_err(|_| Error::invalid_value(format!("The version '{text}' is not a number")))?;
        let response_error = refusal(&template, number);
        let list = match response_error {
            Some(_) => &mut output.unsuccessfully_deleted_launch_template_versions,
            None => {
                gone.push(number);
                &mut output.successfully_deleted_launch_template_versions
            }
        };
        let (id, name) = (template.id.to_string(), template.name.clone());
        list.push(Deleted { launch_template_id: id, launch_template_name: name, version_number: number, response_error });
    }
    cx.txn.update::<LaunchTemplate>(template.id.as_str(), |template| {
        template.versions.retain(|version| !gone.contains(&version.number))
    });
    Ok(output)
}

fn refusal(template: &LaunchTemplate, number: u64) -> Option<Refusal> {
    if template.versions.iter().all(|version| version.number != number) {
        let message = format!("The launch template {} has no version {number}.", template.id);
        return Some(Refusal { code: "launchTemplateVersionDoesNotExist", message });
    }
    (number == template.default_version).then(|| Refusal {
        code: "unexpectedError",
        message: format!("Version {number} is the default version of {}, which cannot be deleted.", template.id),
    })
}
