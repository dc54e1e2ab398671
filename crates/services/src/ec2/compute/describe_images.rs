//! DescribeImages: the built-in image, which every account may launch.

use resource::BUILT_IN_IMAGE;
use serde::{Deserialize, Serialize};

use super::instance::view::ROOT_DEVICE;
use super::{image, instance_type};
use crate::filter::{self, Field, Filter};
use crate::page::{self, Ask};
use crate::{Error, Read};

/// What Amazon Linux images are called up to the architecture, so that users' filters on names find this one.
const NAME: &str = "al2023-ami-2023.0.20240101.0-kernel-6.1-";

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    image_ids: Vec<String>,
    owners: Vec<String>,
    executable_users: Vec<String>,
    filters: Vec<Filter>,
    max_results: Option<usize>,
    next_token: Option<String>,
    #[serde(rename = "IncludeDeprecated")]
    _include_deprecated: bool,
    #[serde(rename = "IncludeDisabled")]
    _include_disabled: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    images: Vec<View>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct View {
    architecture: &'static str,
    block_device_mappings: [(); 0],
    creation_date: &'static str,
    description: &'static str,
    ena_support: bool,
    hypervisor: &'static str,
    image_id: &'static str,
    image_location: &'static str,
    image_owner_alias: &'static str,
    image_type: &'static str,
    name: String,
    owner_id: &'static str,
    platform_details: &'static str,
    public: bool,
    root_device_name: &'static str,
    root_device_type: &'static str,
    state: &'static str,
    virtualization_type: &'static str,
}

pub fn describe_images(_: &Read<'_>, input: Input) -> Result<Output, Error> {
    for id in &input.image_ids {
        image::resolve(id)?;
    }
    let owned = input.owners.is_empty() || input.owners.iter().any(|owner| owner == "amazon");
    let executable = input.executable_users.is_empty() || input.executable_users.iter().any(|user| user == "all");
    let images = filter::select(&input.filters, std::iter::once(built_in()).filter(|_| owned && executable), field)?;
    let ask = Ask { max_results: input.max_results, token: input.next_token.as_deref() };
    let page = page::cut(ask, images, |image| image.image_id.to_owned())?;
    Ok(Output { images: page.items, next_token: page.next })
}

fn built_in() -> View {
    View {
        architecture: instance_type::architecture(),
        block_device_mappings: [],
        creation_date: "2024-01-01T00:00:00.000Z",
        description: "The host's programs, read-only, under a fresh root",
        ena_support: true,
        hypervisor: "xen",
        image_id: BUILT_IN_IMAGE,
        image_location: "amazon/al2023-ami-underpass",
        image_owner_alias: "amazon",
        image_type: "machine",
        name: format!("{NAME}{}", instance_type::architecture()),
        owner_id: "137112412989",
        platform_details: "Linux/UNIX",
        public: true,
        root_device_name: ROOT_DEVICE,
        root_device_type: "ebs",
        state: "available",
        virtualization_type: "hvm",
    }
}

fn field(filter: &str) -> Option<Field<'_, View>> {
    let of = filter::of::<View>();
    match filter {
        "architecture" => of.one(|image| image.architecture),
        "creation-date" => of.one(|image| image.creation_date),
        "description" => of.one(|image| image.description),
        "ena-support" | "is-public" => of.one(|_| true),
        "hypervisor" => of.one(|image| image.hypervisor),
        "image-id" => of.one(|image| image.image_id),
        "image-type" => of.one(|image| image.image_type),
        "name" => of.one(|image| image.name.clone()),
        "owner-alias" => of.one(|image| image.image_owner_alias),
        "owner-id" => of.one(|image| image.owner_id),
        "root-device-name" => of.one(|image| image.root_device_name),
        "root-device-type" => of.one(|image| image.root_device_type),
        "state" => of.one(|image| image.state),
        "virtualization-type" => of.one(|image| image.virtualization_type),
        "tag-key" | "tag-value" => of.empty(),
        _ => filter.starts_with("tag:").then(|| of.empty()).flatten(),
    }
}

#[cfg(test)]
mod tests {
    use resource::BUILT_IN_IMAGE;
    use serde_json::{Value, json};

    use crate::ec2::testing::Cloud;

    #[test]
    fn the_usual_filters_for_amazon_linux_find_the_built_in_image() {
        let cloud = Cloud::new();
        let found = |input: Value| cloud.ok("DescribeImages", input)["Images"][0]["ImageId"].clone();
        let arch = super::instance_type::architecture();
        let filters = json!([
            {"Name": "name", "Values": [format!("al2023-ami-2023*-{arch}")]},
            {"Name": "architecture", "Values": [arch]},
            {"Name": "virtualization-type", "Values": ["hvm"]},
            {"Name": "state", "Values": ["available"]},
        ]);
        assert_eq!(found(json!({"Owners": ["amazon"], "Filters": filters})), BUILT_IN_IMAGE);
        assert_eq!(found(json!({"Owners": ["self"]})), Value::Null);
        assert_eq!(cloud.refusal("DescribeImages", json!({"ImageIds": ["ami-0123456789abcdef0"]})), "InvalidAMIID.NotFound");
    }
}
