//! GetLaunchTemplateData: the parameters that would launch an instance like a given one.

use resource::{Instance, NetworkInterface};
use serde::{Deserialize, Serialize};

use super::super::instance::launch::{
    CreditSpecification, InterfaceSpecification, Launch, MetadataRequest, Monitoring, Placement, ProfileReference,
};
use super::super::instance::view;
use crate::ec2::find;
use crate::tags::{self, TagSpecification};
use crate::{Error, Read};

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    instance_id: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    launch_template_data: Launch,
}

pub fn get_launch_template_data(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    let instance = find::instance(cx.world, cx.owner(), &input.instance_id)?;
    let interfaces = view::interfaces_of(cx.world, &instance);
    let network_interfaces = interfaces.iter().map(|interface| specification(interface)).collect();
    Ok(Output { launch_template_data: Launch { network_interfaces, ..data(&instance) } })
}

fn data(instance: &Instance) -> Launch {
    let shutdown = if instance.terminate_on_shutdown { "terminate" } else { "stop" };
    let mut tags = TagSpecification { resource_type: "instance".to_owned(), tags: tags::view(&instance.tags) };
    tags.tags.retain(|tag| !tags::is_reserved(&tag.key));
    Launch {
        image_id: Some(instance.image.clone()),
        instance_type: Some(instance.instance_type.clone()),
        key_name: instance.key_name.clone(),
        monitoring: Some(Monitoring { enabled: instance.monitoring }),
        placement: Some(Placement { availability_zone: Some(instance.zone.clone()), tenancy: Some("default".to_owned()) }),
        user_data: instance.user_data.clone(),
        iam_instance_profile: instance.profile.clone().map(|arn| ProfileReference { arn: Some(arn), name: None }),
        metadata_options: Some(metadata(instance)),
        tag_specifications: Some(tags).filter(|tags| !tags.tags.is_empty()).into_iter().collect(),
        disable_api_termination: Some(instance.termination_protection),
        instance_initiated_shutdown_behavior: Some(shutdown.to_owned()),
        ebs_optimized: Some(instance.ebs_optimized),
        credit_specification: instance.cpu_credits.clone().map(|cpu_credits| CreditSpecification { cpu_credits }),
        ..Launch::default()
    }
}

fn metadata(instance: &Instance) -> MetadataRequest {
    let options = &instance.metadata;
    let switch = |on: bool| Some(if on { "enabled" } else { "disabled" }.to_owned());
    MetadataRequest {
        http_tokens: Some(if options.tokens_required { "required" } else { "optional" }.to_owned()),
        http_put_response_hop_limit: Some(options.hop_limit.into()),
        http_endpoint: switch(options.enabled),
        http_protocol_ipv6: switch(false),
        instance_metadata_tags: switch(options.instance_tags),
    }
}

/// An interface like this one; its addresses are its own and not repeated.
fn specification(interface: &NetworkInterface) -> InterfaceSpecification {
    InterfaceSpecification {
        delete_on_termination: interface.attachment.as_ref().map(|attachment| attachment.delete_on_termination),
        description: Some(interface.description.clone()),
        device_index: interface.attachment.as_ref().map(|attachment| attachment.device_index),
        groups: interface.groups.iter().map(ToString::to_string).collect(),
        subnet_id: Some(interface.subnet.to_string()),
        ..InterfaceSpecification::default()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::ec2::compute::testing::{Site, text};

    #[test]
    fn a_template_made_of_an_instance_launches_its_like() {
        let site = Site::new();
        let tags = json!([{"ResourceType": "instance", "Tags": [{"Key": "role", "Value": "web"}]}]);
        let first =
            site.launch(json!({"SecurityGroupIds": [site.group], "TagSpecifications": tags.clone(), "UserData": "ZWNobw=="}));
        let data =
            site.cloud.ok("GetLaunchTemplateData", json!({"InstanceId": first["InstanceId"]}))["LaunchTemplateData"].clone();
        site.cloud.ok("CreateLaunchTemplate", json!({"LaunchTemplateName": "like", "LaunchTemplateData": data}));
        let from = json!({"MinCount": 1, "MaxCount": 1, "LaunchTemplate": {"LaunchTemplateName": "like"}});
        let second = site.cloud.ok("RunInstances", from)["Instances"][0].clone();
        for member in ["ImageId", "InstanceType", "SubnetId", "SecurityGroups", "MetadataOptions"] {
            assert_eq!(second[member], first[member], "{member}");
        }
        let again = site.cloud.ok("GetLaunchTemplateData", json!({"InstanceId": second["InstanceId"]}));
        assert_eq!(again["LaunchTemplateData"]["TagSpecifications"], tags, "without what AWS marked it with");
        assert_ne!(text(&second, "PrivateIpAddress"), text(&first, "PrivateIpAddress"));
    }
}
