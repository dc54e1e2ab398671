//! What a template names that is not there: it is made all the same, with a warning, for it may be there when somebody
//! launches from it.

use resource::Owner;
use serde::Serialize;
use store::Snapshot;

use super::super::image;
use super::super::instance::launch::Launch;
use super::super::instance::{profile, run_instances};
use crate::Error;
use crate::ec2::find;

/// AWS's `ValidationWarning`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Warning {
    errors: Vec<Fault>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Fault {
    code: String,
    message: String,
}

/// What a launch with these parameters would be refused for, if for anything.
pub fn of(world: &Snapshot, owner: &Owner, data: &Launch) -> Option<Warning> {
    let interfaces = &data.network_interfaces;
    let groups = data.security_group_ids.iter().chain(interfaces.iter().flat_map(|interface| &interface.groups));
    let subnets = interfaces.iter().filter_map(|interface| interface.subnet_id.as_ref());
    let image = data.image_id.iter().map(|image| image::resolve(image).map(drop));
    let key = data.key_name.iter().map(|name| run_instances::check_key(world, owner, name).map(drop));
    let profile = data.iam_instance_profile.iter().map(|profile| profile::resolve(world, owner, profile).map(drop));
    let groups = groups.map(|group| find::group(world, owner, group).map(drop));
    let subnets = subnets.map(|subnet| find::subnet(world, owner, subnet).map(drop));
    let found = image.chain(key).chain(profile).chain(groups).chain(subnets).filter_map(Result::err);
    let errors: Vec<Fault> = found.map(|Error { code, message, .. }| Fault { code, message }).collect();
    (!errors.is_empty()).then_some(Warning { errors })
}

#[cfg(test)]
mod tests {
    use resource::BUILT_IN_IMAGE;
    use serde_json::{Value, json};

    use crate::ec2::compute::testing::Site;

    fn codes(answer: &Value) -> Vec<&str> {
        let faults = answer["Warning"]["Errors"].as_array().into_iter().flatten();
        faults.filter_map(|fault| fault["Code"].as_str()).collect()
    }

    #[test]
    fn what_a_template_names_that_is_not_there_is_warned_of_and_refused_at_the_launch() {
        let site = Site::new();
        let data = json!({
            "ImageId": "ami-0123456789abcdef0", "KeyName": "mine", "IamInstanceProfile": {"Name": "mine"},
            "SecurityGroupIds": [site.group, "sg-0123456789abcdef0"],
        });
        let made = site.cloud.ok("CreateLaunchTemplate", json!({"LaunchTemplateName": "web", "LaunchTemplateData": data}));
        let all = ["InvalidAMIID.NotFound", "InvalidKeyPair.NotFound", "InvalidParameterValue", "InvalidGroup.NotFound"];
        assert_eq!(codes(&made), all);
        let from = json!({"ImageId": null, "LaunchTemplate": {"LaunchTemplateName": "web"}});
        assert_eq!(site.cloud.refusal("RunInstances", site.request(from)), all[0]);
        let good = json!({"ImageId": BUILT_IN_IMAGE, "SecurityGroupIds": [site.group]});
        let next = |data: &Value| {
            let input = json!({"LaunchTemplateName": "web", "LaunchTemplateData": data});
            site.cloud.ok("CreateLaunchTemplateVersion", input)
        };
        assert_eq!(next(&good).get("Warning"), None);
        let elsewhere = json!({"NetworkInterfaces": [{"DeviceIndex": 0, "SubnetId": "subnet-0123456789abcdef0"}]});
        assert_eq!(codes(&next(&elsewhere)), ["InvalidSubnetID.NotFound"]);
    }
}
