//! Launch templates: numbered, immutable launch parameters under one name.

pub mod create_launch_template;
pub mod create_launch_template_version;
pub mod delete_launch_template;
pub mod delete_launch_template_versions;
pub mod describe_launch_template_versions;
pub mod describe_launch_templates;
pub mod modify_launch_template;
mod view;

use std::sync::Arc;

use resource::{LaunchTemplate, LaunchTemplateId, LaunchTemplateVersion, Owner};
use store::Snapshot;

use super::instance::launch::{Launch, TemplateReference};
use crate::Error;

/// What the version that a launch names says.
///
/// # Errors
/// AWS's codes for malformed and unknown templates and versions.
pub fn launch_of(world: &Snapshot, owner: &Owner, reference: &TemplateReference) -> Result<Launch, Error> {
    let template = find(world, owner, reference.launch_template_id.as_deref(), reference.launch_template_name.as_deref())?;
    let version = version(&template, reference.version.as_deref().unwrap_or("$Default"))?;
    data(version)
}

/// The parameters that a version holds.
///
/// # Errors
/// A failure of ours when what was stored cannot be read.
pub fn data(version: &LaunchTemplateVersion) -> Result<Launch, Error> {
    serde_json::from_str(&version.data).map_err(Error::internal)
}

/// A template by id or by name.
///
/// # Errors
/// `MissingParameter` for neither, `InvalidParameterCombination` for both, and AWS's codes for malformed and unknown ones.
pub fn find(world: &Snapshot, owner: &Owner, id: Option<&str>, name: Option<&str>) -> Result<Arc<LaunchTemplate>, Error> {
    match (id, name) {
        (Some(_), Some(_)) => Err(Error::combination("Give LaunchTemplateId or LaunchTemplateName, not both.")),
        (None, None) => Err(Error::missing("LaunchTemplateId or LaunchTemplateName")),
        (Some(text), None) => {
            let malformed = |e: resource::MalformedId| Error::new("InvalidLaunchTemplateId.Malformed", e.to_string());
            let id = LaunchTemplateId::parse(text).map_err(malformed)?;
            let found = world.find::<LaunchTemplate>(id.as_str()).filter(|template| template.owner == *owner);
            found.ok_or_else(|| {
                Error::new("InvalidLaunchTemplateId.NotFound", format!("The specified launch template, with template ID {id}, does not exist."))
            })
        }
        (None, Some(name)) => named(world, owner, name).ok_or_else(|| {
            let message = format!("The specified launch template, with template name {name}, does not exist.");
            Error::new("InvalidLaunchTemplateName.NotFoundException", message)
        }),
    }
}

/// The template with a name.
pub fn named(world: &Snapshot, owner: &Owner, name: &str) -> Option<Arc<LaunchTemplate>> {
    world.named("launch-template-name", format!("{}/{}/{name}", owner.account, owner.region)).next()
}

/// A version by number, `$Latest` or `$Default`.
///
/// # Errors
/// `InvalidLaunchTemplateId.VersionNotFound`.
pub fn version<'a>(template: &'a LaunchTemplate, text: &str) -> Result<&'a LaunchTemplateVersion, Error> {
    let found = match text {
        "$Latest" => template.versions.last(),
        "$Default" => template.versions.iter().find(|version| version.number == template.default_version),
        number => template.versions.iter().find(|version| version.number.to_string() == number),
    };
    found.ok_or_else(|| {
        let message = format!("Could not find the specified version {text} for the launch template with ID {}.", template.id);
        Error::new("InvalidLaunchTemplateId.VersionNotFound", message)
    })
}
