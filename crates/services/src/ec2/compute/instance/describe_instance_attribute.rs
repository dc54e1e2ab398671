//! DescribeInstanceAttribute: one attribute of an instance.

use serde::{Deserialize, Serialize};

use super::super::Attribute;
use super::super::interface::view::{self as interfaces, GroupIdentifier};
use super::view;
use crate::ec2::find;
use crate::{Error, Read};

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    instance_id: String,
    attribute: String,
}

/// An attribute that may have no value, like user data.
#[derive(Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Text {
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Enclaves {
    enabled: bool,
}

#[derive(Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    instance_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    block_device_mappings: Option<[(); 0]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    disable_api_stop: Option<Attribute<bool>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    disable_api_termination: Option<Attribute<bool>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ebs_optimized: Option<Attribute<bool>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ena_support: Option<Attribute<bool>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    enclave_options: Option<Enclaves>,
    #[serde(skip_serializing_if = "Option::is_none")]
    groups: Option<Vec<GroupIdentifier>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    instance_initiated_shutdown_behavior: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    instance_type: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kernel_id: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    product_codes: Option<[(); 0]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ramdisk_id: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    root_device_name: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_dest_check: Option<Attribute<bool>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sriov_net_support: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_data: Option<Text>,
}

pub fn describe_instance_attribute(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    let instance = find::instance(cx.world, cx.owner(), &input.instance_id)?;
    let primary = view::interfaces_of(cx.world, &instance).into_iter().next();
    let flag = |value| Some(Attribute { value });
    let text = |value: &str| Some(Text { value: Some(value.to_owned()) });
    let mut output = Output { instance_id: instance.id.to_string(), ..Output::default() };
    match input.attribute.as_str() {
        "instanceType" => output.instance_type = text(&instance.instance_type),
        "userData" => output.user_data = Some(Text { value: instance.user_data.clone() }),
        "disableApiTermination" => output.disable_api_termination = flag(instance.termination_protection),
        "disableApiStop" => output.disable_api_stop = flag(false),
        "instanceInitiatedShutdownBehavior" => {
            output.instance_initiated_shutdown_behavior = text(if instance.terminate_on_shutdown { "terminate" } else { "stop" });
        }
        "rootDeviceName" => output.root_device_name = text(view::ROOT_DEVICE),
        "blockDeviceMapping" => output.block_device_mappings = Some([]),
        "productCodes" => output.product_codes = Some([]),
        "ebsOptimized" => output.ebs_optimized = flag(instance.ebs_optimized),
        "enaSupport" => output.ena_support = flag(true),
        "enclaveOptions" => output.enclave_options = Some(Enclaves { enabled: false }),
        "kernel" => output.kernel_id = Some(Text::default()),
        "ramdisk" => output.ramdisk_id = Some(Text::default()),
        "sriovNetSupport" => output.sriov_net_support = Some(Text::default()),
        "sourceDestCheck" => output.source_dest_check = flag(primary.is_none_or(|interface| interface.source_dest_check)),
        "groupSet" => output.groups = Some(primary.map(|i| interfaces::groups(cx.world, &i.groups)).unwrap_or_default()),
        other => {
            let message = format!("underpass does not support DescribeInstanceAttribute.Attribute={other} yet");
            return Err(Error::new("UnsupportedOperation", message));
        }
    }
    Ok(output)
}
