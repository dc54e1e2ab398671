//! DHCP options as answers show them.

use resource::DhcpOptions;
use serde::Serialize;

use crate::tags::{self, Tag};

/// A set of DHCP options.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DhcpOptionsView {
    owner_id: String,
    tags: Vec<Tag>,
    dhcp_options_id: String,
    dhcp_configurations: Vec<Configuration>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Configuration {
    key: String,
    values: Vec<AttributeValue>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct AttributeValue {
    value: String,
}

impl DhcpOptionsView {
    /// `options` as answers show them.
    pub fn new(options: &DhcpOptions) -> Self {
        let configurations = options.options.iter().map(|(key, values)| Configuration {
            key: key.clone(),
            values: values.iter().map(|value| AttributeValue { value: value.clone() }).collect(),
        });
        Self {
            owner_id: options.owner.account.clone(),
            tags: tags::view(&options.tags),
            dhcp_options_id: options.id.to_string(),
            dhcp_configurations: configurations.collect(),
        }
    }
}
