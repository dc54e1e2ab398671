//! Launch templates: numbered, immutable launch parameters under one name.

pub mod create_launch_template;
pub mod create_launch_template_version;
pub mod delete_launch_template;
pub mod delete_launch_template_versions;
pub mod describe_launch_template_versions;
pub mod describe_launch_templates;
pub mod get_launch_template_data;
pub mod modify_launch_template;
mod view;
mod warning;

use std::sync::Arc;

use resource::{LaunchTemplate, LaunchTemplateId, LaunchTemplateVersion, Owner, Tags};
use store::Snapshot;

pub use super::instance::launch::TemplateReference;

use super::instance::launch::Launch;
use crate::Error;

/// What the version that a launch names says, and the tags by which AWS marks what is launched from it.
///
/// # Errors
/// AWS's codes for malformed and unknown templates and versions.
pub fn launch_of(world: &Snapshot, owner: &Owner, reference: &TemplateReference) -> Result<(Launch, Tags), Error> {
    let template = find(world, owner, reference.launch_template_id.as_deref(), reference.launch_template_name.as_deref())?;
    let version = version(&template, reference.version.as_deref().unwrap_or("$Default"))?;
    let (id, number) = (template.id.to_string(), version.number.to_string());
    let marks = [("aws:ec2launchtemplate:id", id), ("aws:ec2launchtemplate:version", number)];
    Ok((data(version)?, Tags(marks.map(|(key, value)| (key.to_owned(), value)).into())))
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
                Error::new(
                    "InvalidLaunchTemplateId.NotFound",
                    format!("The specified launch template, with template ID {id}, does not exist."),
                )
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

#[cfg(test)]
mod tests {
    use resource::BUILT_IN_IMAGE;
    use serde_json::{Value, json};

    use crate::ec2::compute::testing::Site;

    fn create(site: &Site, data: Value) -> String {
        let tags = json!([{"ResourceType": "launch-template", "Tags": [{"Key": "a", "Value": "b"}]}]);
        let input = json!({"LaunchTemplateName": "web", "LaunchTemplateData": data, "TagSpecifications": tags});
        site.cloud.text("CreateLaunchTemplate", input, "/LaunchTemplate/LaunchTemplateId")
    }

    #[test]
    fn instances_are_launched_from_the_version_that_is_named() {
        let site = Site::new();
        let data = json!({
            "ImageId": BUILT_IN_IMAGE, "InstanceType": "t3.nano", "UserData": "ZWNobw==", "SecurityGroupIds": [site.group],
            "MetadataOptions": {"HttpTokens": "required"},
            "TagSpecifications": [{"ResourceType": "instance", "Tags": [{"Key": "from", "Value": "template"}]}],
        });
        let id = create(&site, data.clone());
        let next =
            json!({"LaunchTemplateId": id, "SourceVersion": "$Latest", "LaunchTemplateData": {"InstanceType": "t3.small"}});
        assert_eq!(site.cloud.ok("CreateLaunchTemplateVersion", next)["LaunchTemplateVersion"]["VersionNumber"], 2);
        let first = site.launch(json!({"ImageId": null, "InstanceType": null, "LaunchTemplate": {"LaunchTemplateId": id}}));
        assert_eq!((&first["InstanceType"], &first["MetadataOptions"]["HttpTokens"]), (&json!("t3.nano"), &json!("required")));
        let marks = json!([
            {"Key": "aws:ec2launchtemplate:id", "Value": id}, {"Key": "aws:ec2launchtemplate:version", "Value": "1"},
            {"Key": "from", "Value": "template"},
        ]);
        assert_eq!(first["Tags"], marks);
        assert_eq!(first["SecurityGroups"][0]["GroupId"], site.group);
        let latest =
            json!({"ImageId": null, "InstanceType": null, "LaunchTemplate": {"LaunchTemplateName": "web", "Version": "$Latest"}});
        assert_eq!(site.launch(latest)["InstanceType"], "t3.small");
        let own =
            json!({"ImageId": null, "InstanceType": "m5.large", "LaunchTemplate": {"LaunchTemplateName": "web", "Version": "2"}});
        assert_eq!(site.launch(own)["InstanceType"], "m5.large");
        let missing = site.request(json!({"LaunchTemplate": {"LaunchTemplateId": id, "Version": "9"}}));
        assert_eq!(site.cloud.refusal("RunInstances", missing), "InvalidLaunchTemplateId.VersionNotFound");
    }

    #[test]
    fn versions_are_listed_newest_first_and_the_default_one_stays() {
        let site = Site::new();
        let id = create(&site, json!({"InstanceType": "t3.nano"}));
        for kind in ["t3.micro", "t3.small"] {
            site.cloud
                .ok("CreateLaunchTemplateVersion", json!({"LaunchTemplateId": id, "LaunchTemplateData": {"InstanceType": kind}}));
        }
        let numbers = |input: Value| -> Vec<u64> {
            let answer = site.cloud.ok("DescribeLaunchTemplateVersions", input);
            answer["LaunchTemplateVersions"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|v| v["VersionNumber"].as_u64())
                .collect()
        };
        assert_eq!(numbers(json!({"LaunchTemplateId": id})), [3, 2, 1]);
        assert_eq!(numbers(json!({"LaunchTemplateId": id, "MinVersion": "2"})), [3, 2]);
        assert_eq!(numbers(json!({"LaunchTemplateId": id, "Versions": ["$Default", "$Latest"]})), [1, 3]);
        assert_eq!(numbers(json!({"Versions": ["$Latest"]})), [3]);
        let modified = site.cloud.ok("ModifyLaunchTemplate", json!({"LaunchTemplateName": "web", "DefaultVersion": "2"}));
        assert_eq!(modified["LaunchTemplate"]["DefaultVersionNumber"], 2);
        site.cloud.ok("DeleteLaunchTemplateVersions", json!({"LaunchTemplateId": id, "Versions": ["3"]}));
        let again = json!({"LaunchTemplateId": id, "LaunchTemplateData": {"InstanceType": "t3.large"}});
        let again = site.cloud.ok("CreateLaunchTemplateVersion", again);
        assert_eq!(again["LaunchTemplateVersion"]["VersionNumber"], 4, "a number is not used twice");
        let deleted = site.cloud.ok("DeleteLaunchTemplateVersions", json!({"LaunchTemplateId": id, "Versions": ["1", "2", "9"]}));
        assert_eq!(deleted["SuccessfullyDeletedLaunchTemplateVersions"][0]["VersionNumber"], 1);
        let refused = deleted["UnsuccessfullyDeletedLaunchTemplateVersions"].clone();
        assert_eq!(refused[0]["ResponseError"]["Code"], "unexpectedError");
        assert_eq!(refused[1]["ResponseError"]["Code"], "launchTemplateVersionDoesNotExist");
    }

    #[test]
    fn templates_are_found_and_deleted_by_name_or_id() {
        let site = Site::new();
        let id = create(&site, json!({}));
        let shown =
            site.cloud.ok("DescribeLaunchTemplates", json!({"LaunchTemplateNames": ["web"]}))["LaunchTemplates"][0].clone();
        assert_eq!((&shown["LaunchTemplateId"], &shown["LatestVersionNumber"]), (&json!(id), &json!(1)));
        let again = json!({"LaunchTemplateName": "web", "LaunchTemplateData": {}});
        assert_eq!(site.cloud.refusal("CreateLaunchTemplate", again), "InvalidLaunchTemplateName.AlreadyExistsException");
        let bad = json!({"LaunchTemplateName": "we b", "LaunchTemplateData": {}});
        assert_eq!(site.cloud.refusal("CreateLaunchTemplate", bad), "InvalidLaunchTemplateName.MalformedException");
        let unknown = json!({"LaunchTemplateName": "x11", "LaunchTemplateData": {"KernelId": "aki-1"}});
        assert_eq!(site.cloud.refusal("CreateLaunchTemplate", unknown), "UnsupportedOperation");
        let both = json!({"LaunchTemplateName": "web", "LaunchTemplateId": id});
        assert_eq!(site.cloud.refusal("DeleteLaunchTemplate", both), "InvalidParameterCombination");
        site.cloud.ok("DeleteLaunchTemplate", json!({"LaunchTemplateId": id}));
        for (member, value, code) in [
            ("LaunchTemplateId", id.as_str(), "InvalidLaunchTemplateId.NotFound"),
            ("LaunchTemplateId", "web", "InvalidLaunchTemplateId.Malformed"),
            ("LaunchTemplateName", "web", "InvalidLaunchTemplateName.NotFoundException"),
        ] {
            assert_eq!(site.cloud.refusal("DeleteLaunchTemplate", json!({member: value})), code);
        }
    }
}
