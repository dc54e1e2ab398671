//! DescribeNetworkInterfaceAttribute: one attribute of an interface.

use serde::{Deserialize, Serialize};

use super::super::Attribute;
use super::view::{self, AttachmentView, GroupIdentifier};
use crate::ec2::find;
use crate::{Error, Read};

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    network_interface_id: String,
    attribute: Option<String>,
}

#[derive(Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    network_interface_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    attachment: Option<AttachmentView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<Attribute<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    groups: Option<Vec<GroupIdentifier>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_dest_check: Option<Attribute<bool>>,
}

pub fn describe_network_interface_attribute(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    let interface = find::interface(cx.world, cx.owner(), &input.network_interface_id)?;
    let mut output = Output { network_interface_id: interface.id.to_string(), ..Output::default() };
    match input.attribute.as_deref().ok_or_else(|| Error::missing("Attribute"))? {
        "description" => output.description = Some(Attribute { value: interface.description.clone() }),
        "groupSet" => output.groups = Some(view::groups(cx.world, &interface.groups)),
        "sourceDestCheck" => output.source_dest_check = Some(Attribute { value: interface.source_dest_check }),
        "attachment" => output.attachment = view::attachment(&interface),
        other => {
            let message = format!("underpass does not support DescribeNetworkInterfaceAttribute.Attribute={other} yet");
            return Err(Error::new("UnsupportedOperation", message));
        }
    }
    Ok(output)
}
