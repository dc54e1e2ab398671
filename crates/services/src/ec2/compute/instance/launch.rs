//! What a launch asks for: the members that RunInstances and launch templates share, and how one overrides the other.

use resource::MetadataOptions;
use serde::{Deserialize, Serialize};

use super::super::interface::address_list::Chosen;
use crate::Error;
use crate::tags::TagSpecification;

/// The parameters of a launch. `SubnetId`, `PrivateIpAddress`, the counts and `LaunchTemplate` are RunInstances' alone:
/// the model has no such members in a template.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Launch {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub monitoring: Option<Monitoring>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub placement: Option<Placement>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub security_group_ids: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub security_groups: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subnet_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub private_ip_address: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub network_interfaces: Vec<InterfaceSpecification>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_data: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iam_instance_profile: Option<ProfileReference>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metadata_options: Option<MetadataRequest>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tag_specifications: Vec<TagSpecification>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disable_api_termination: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance_initiated_shutdown_behavior: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ebs_optimized: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credit_specification: Option<CreditSpecification>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_count: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_count: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub launch_template: Option<TemplateReference>,
}

/// Detailed monitoring: asked for or not.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Monitoring {
    pub enabled: bool,
}

/// Where an instance stands.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Placement {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub availability_zone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenancy: Option<String>,
}

/// An interface that a launch makes, or takes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct InterfaceSpecification {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub associate_public_ip_address: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delete_on_termination: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device_index: Option<u32>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interface_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network_card_index: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network_interface_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub private_ip_address: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub private_ip_addresses: Vec<Chosen>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secondary_private_ip_address_count: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subnet_id: Option<String>,
}

/// An instance profile by name or ARN.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ProfileReference {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arn: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// How the instance's metadata may be read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct MetadataRequest {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http_tokens: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http_put_response_hop_limit: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http_endpoint: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http_protocol_ipv6: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance_metadata_tags: Option<String>,
}

/// What bursts of CPU cost on AWS; they cost nothing here.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct CreditSpecification {
    pub cpu_credits: String,
}

/// A version of a launch template (AWS's `LaunchTemplateSpecification`).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct TemplateReference {
    /// By id…
    #[serde(skip_serializing_if = "Option::is_none")]
    pub launch_template_id: Option<String>,
    /// …or by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub launch_template_name: Option<String>,
    /// A number, `$Latest` or `$Default`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

impl Launch {
    /// This launch where it says something, and `template` where it does not. Lists are replaced and not merged, but for
    /// tags, of which those of this launch win.
    pub fn over(self, template: Self) -> Result<Self, Error> {
        let (mut merged, own) = (members(&template)?, members(&self)?);
        merged.extend(own);
        let mut merged: Self = serde_json::from_value(serde_json::Value::Object(merged)).map_err(Error::internal)?;
        for specification in template.tag_specifications.into_iter().filter(|_| !self.tag_specifications.is_empty()) {
            merged.add_tags(specification);
        }
        Ok(merged)
    }

    /// Adds tags of keys that are not there.
    fn add_tags(&mut self, specification: TagSpecification) {
        let kind = |known: &&mut TagSpecification| known.resource_type == specification.resource_type;
        let Some(own) = self.tag_specifications.iter_mut().find(kind) else { return self.tag_specifications.push(specification) };
        for tag in specification.tags {
            if own.tags.iter().all(|known| known.key != tag.key) {
                own.tags.push(tag);
            }
        }
    }

    /// The same with the subnet where the primary interface says what it is like: a template can name interfaces and leave
    /// it to a group where they are.
    pub fn placed(mut self) -> Self {
        let primary = self.network_interfaces.iter_mut().find(|interface| interface.device_index.unwrap_or(0) == 0);
        if let Some(primary) = primary {
            primary.subnet_id = self.subnet_id.take();
        }
        self
    }
}

fn members(launch: &Launch) -> Result<serde_json::Map<String, serde_json::Value>, Error> {
    match serde_json::to_value(launch).map_err(Error::internal)? {
        serde_json::Value::Object(members) => Ok(members),
        other => Err(Error::internal(format!("a launch is an object, not {other}"))),
    }
}

/// How many hops the answers with tokens may go.
///
/// # Errors
/// `InvalidParameterValue` for less than one and more than 64.
pub fn hop_limit(hops: i64) -> Result<u8, Error> {
    let limit = u8::try_from(hops).ok().filter(|hops| (1..=64).contains(hops));
    limit.ok_or_else(|| Error::invalid_value(format!("Value ({hops}) for HttpPutResponseHopLimit is not between 1 and 64.")))
}

impl MetadataRequest {
    /// `options` with the changes that the request asks for.
    ///
    /// # Errors
    /// `InvalidParameterValue` for a hop limit out of range; IPv6 is refused.
    pub fn apply(&self, options: &MetadataOptions) -> Result<MetadataOptions, Error> {
        if self.http_protocol_ipv6.as_deref() == Some("enabled") {
            return Err(Error::new("UnsupportedOperation", "underpass does not support HttpProtocolIpv6=enabled yet"));
        }
        let hop_limit = match self.http_put_response_hop_limit {
            None => options.hop_limit,
            Some(hops) => hop_limit(i64::from(hops))?,
        };
        let switch = |value: &Option<String>, on: &str, before: bool| value.as_deref().map_or(before, |value| value == on);
        Ok(MetadataOptions {
            enabled: switch(&self.http_endpoint, "enabled", options.enabled),
            tokens_required: switch(&self.http_tokens, "required", options.tokens_required),
            hop_limit,
            instance_tags: switch(&self.instance_metadata_tags, "enabled", options.instance_tags),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_overrides_its_template_member_by_member() {
        let template = Launch {
            image_id: Some("ami-1".into()),
            instance_type: Some("t3.micro".into()),
            security_group_ids: vec!["sg-1".into(), "sg-2".into()],
            ..Launch::default()
        };
        let request =
            Launch { instance_type: Some("m5.large".into()), security_group_ids: vec!["sg-3".into()], ..Launch::default() };
        let merged = request.over(template).expect("both are objects");
        assert_eq!(merged.image_id.as_deref(), Some("ami-1"));
        assert_eq!(merged.instance_type.as_deref(), Some("m5.large"));
        assert_eq!(merged.security_group_ids, ["sg-3"]);
    }
}
