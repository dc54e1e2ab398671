//! Launch templates and their versions as answers show them.

use resource::{LaunchTemplate, LaunchTemplateVersion, Timestamp};
use serde::Serialize;

use super::super::instance::launch::Launch;
use crate::Error;
use crate::tags::{self, Tag};

/// A template.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct View {
    launch_template_id: String,
    launch_template_name: String,
    create_time: Timestamp,
    created_by: String,
    default_version_number: u64,
    latest_version_number: u64,
    tags: Vec<Tag>,
}

/// A version.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct VersionView {
    launch_template_id: String,
    launch_template_name: String,
    version_number: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    version_description: Option<String>,
    create_time: Timestamp,
    created_by: String,
    default_version: bool,
    launch_template_data: Launch,
}

/// Shows a template.
pub fn view(template: &LaunchTemplate) -> View {
    View {
        launch_template_id: template.id.to_string(),
        launch_template_name: template.name.clone(),
        create_time: template.created,
        created_by: template.created_by.clone(),
        default_version_number: template.default_version,
        latest_version_number: template.versions.last().map_or(0, |version| version.number),
        tags: tags::view(&template.tags),
    }
}

/// Shows a version.
///
/// # Errors
/// A failure of ours when what was stored cannot be read.
pub fn version(template: &LaunchTemplate, version: &LaunchTemplateVersion) -> Result<VersionView, Error> {
    Ok(VersionView {
        launch_template_id: template.id.to_string(),
        launch_template_name: template.name.clone(),
        version_number: version.number,
        version_description: version.description.clone(),
        create_time: version.created,
        created_by: version.created_by.clone(),
        default_version: version.number == template.default_version,
        launch_template_data: super::data(version)?,
    })
}
