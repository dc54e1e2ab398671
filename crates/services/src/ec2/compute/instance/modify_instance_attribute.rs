//! ModifyInstanceAttribute: one attribute of an instance; type and user data only while it is stopped.

use std::sync::Arc;

use resource::{Instance, InstanceState, NetworkInterface};
use serde::Deserialize;

use super::super::{Attribute, Done, instance_type};
use super::{run_instances, view};
use crate::ec2::find;
use crate::ec2::firewall::security_group;
use crate::{Error, Write};

/// `Attribute` and `Value` are the older form of naming one of the members.
#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    instance_id: String,
    attribute: Option<String>,
    value: Option<String>,
    source_dest_check: Option<Attribute<bool>>,
    disable_api_termination: Option<Attribute<bool>>,
    ebs_optimized: Option<Attribute<bool>>,
    instance_type: Option<Attribute<String>>,
    user_data: Option<Attribute<String>>,
    instance_initiated_shutdown_behavior: Option<Attribute<String>>,
    groups: Vec<String>,
}

/// One wish.
enum Change {
    SourceDestCheck(bool),
    TerminationProtection(bool),
    EbsOptimized(bool),
    Type(String),
    UserData(String),
    TerminateOnShutdown(bool),
    Groups(Vec<String>),
}

pub fn modify_instance_attribute(cx: &mut Write<'_>, input: Input) -> Result<Done, Error> {
    let owner = cx.owner().clone();
    let instance = find::instance(cx.txn, &owner, &input.instance_id)?;
    let mut changes = input.changes()?;
    let change = match (changes.pop(), changes.is_empty()) {
        (Some(change), true) => change,
        (None, _) => return Err(Error::missing("Attribute")),
        (Some(_), false) => return Err(Error::combination("Only one instance attribute can be modified in one call.")),
    };
    let mut after = (*instance).clone();
    match change {
        Change::SourceDestCheck(value) => {
            let interface = only_interface(cx, &instance)?;
            cx.txn.put(NetworkInterface { source_dest_check: value, ..(*interface).clone() });
        }
        Change::Groups(groups) => {
            let interface = only_interface(cx, &instance)?;
            let vpc = find::vpc(cx.txn, &owner, interface.vpc.as_str())?;
            let groups = security_group::for_interface(cx.txn, &owner, &vpc, &groups)?;
            cx.txn.put(NetworkInterface { groups, ..(*interface).clone() });
        }
        Change::TerminationProtection(value) => after.termination_protection = value,
        Change::EbsOptimized(value) => after.ebs_optimized = value,
        Change::TerminateOnShutdown(value) => after.terminate_on_shutdown = value,
        Change::Type(name) => {
            check_stopped(&instance, "instanceType")?;
            after.instance_type = instance_type::find(&name)?.name.to_owned();
        }
        Change::UserData(text) => {
            check_stopped(&instance, "userData")?;
            after.user_data = Some(run_instances::check_user_data(&text)?);
        }
    }
    cx.txn.put(after);
    Ok(Done {})
}

impl Input {
    fn changes(self) -> Result<Vec<Change>, Error> {
        let named = self.attribute.as_deref().map(|attribute| older_form(attribute, self.value.as_deref())).transpose()?;
        let groups = Some(self.groups).filter(|groups| !groups.is_empty());
        let changes = [
            named,
            self.source_dest_check.map(|attribute| Change::SourceDestCheck(attribute.value)),
            self.disable_api_termination.map(|attribute| Change::TerminationProtection(attribute.value)),
            self.ebs_optimized.map(|attribute| Change::EbsOptimized(attribute.value)),
            self.instance_type.map(|attribute| Change::Type(attribute.value)),
            self.user_data.map(|attribute| Change::UserData(attribute.value)),
            self.instance_initiated_shutdown_behavior.map(|attribute| shutdown_behavior(&attribute.value)).transpose()?,
            groups.map(Change::Groups),
        ];
        Ok(changes.into_iter().flatten().collect())
    }
}

fn older_form(attribute: &str, value: Option<&str>) -> Result<Change, Error> {
    let text = value.ok_or_else(|| Error::missing("Value"))?;
    let flag =
        || text.parse::<bool>().map_err(|_| Error::invalid_value(format!("Value ({text}) of {attribute} is not true or false")));
    match attribute {
        "sourceDestCheck" => flag().map(Change::SourceDestCheck),
        "disableApiTermination" => flag().map(Change::TerminationProtection),
        "ebsOptimized" => flag().map(Change::EbsOptimized),
        "instanceType" => Ok(Change::Type(text.to_owned())),
        "userData" => Ok(Change::UserData(text.to_owned())),
        "instanceInitiatedShutdownBehavior" => shutdown_behavior(text),
        other => Err(Error::new(
            "UnsupportedOperation",
            format!("underpass does not support ModifyInstanceAttribute.Attribute={other} yet"),
        )),
    }
}

fn shutdown_behavior(text: &str) -> Result<Change, Error> {
    match text {
        "stop" => Ok(Change::TerminateOnShutdown(false)),
        "terminate" => Ok(Change::TerminateOnShutdown(true)),
        other => {
            Err(Error::invalid_value(format!("Value ({other}) of instanceInitiatedShutdownBehavior is not stop or terminate")))
        }
    }
}

/// The interface of an instance that has one; with several, the interface itself must be named.
fn only_interface(cx: &Write<'_>, instance: &Instance) -> Result<Arc<NetworkInterface>, Error> {
    let mut interfaces = view::interfaces_of(cx.txn, instance).into_iter();
    match (interfaces.next(), interfaces.next()) {
        (Some(interface), None) => Ok(interface),
        _ => {
            let message = format!(
                "There are multiple interfaces or none attached to instance '{}'. Please specify an interface ID for the operation instead.",
                instance.id
            );
            Err(Error::new("InvalidInstanceID", message))
        }
    }
}

fn check_stopped(instance: &Instance, attribute: &str) -> Result<(), Error> {
    match instance.state {
        InstanceState::Stopped => Ok(()),
        _ => {
            let message = format!(
                "The instance '{}' is not in the 'stopped' state, in which alone {attribute} can be changed.",
                instance.id
            );
            Err(Error::new("IncorrectInstanceState", message))
        }
    }
}

#[cfg(test)]
mod tests {
    use resource::InstanceState;
    use serde_json::{Value, json};

    use crate::ec2::compute::testing::{Site, with};

    fn attribute(site: &Site, id: &str, name: &str) -> Value {
        site.cloud.ok("DescribeInstanceAttribute", json!({"InstanceId": id, "Attribute": name}))
    }

    #[test]
    fn attributes_are_changed_one_at_a_time() {
        let site = Site::new();
        let id = site.instance(InstanceState::Running);
        let change = |more: Value| with(json!({"InstanceId": id}), more);
        site.cloud.ok("ModifyInstanceAttribute", change(json!({"SourceDestCheck": {"Value": false}})));
        assert_eq!(attribute(&site, &id, "sourceDestCheck")["SourceDestCheck"]["Value"], false);
        site.cloud.ok("ModifyInstanceAttribute", change(json!({"Groups": [site.group]})));
        assert_eq!(attribute(&site, &id, "groupSet")["Groups"][0]["GroupName"], "web");
        let older = json!({"Attribute": "instanceInitiatedShutdownBehavior", "Value": "terminate"});
        site.cloud.ok("ModifyInstanceAttribute", change(older));
        let shown = attribute(&site, &id, "instanceInitiatedShutdownBehavior");
        assert_eq!(shown["InstanceInitiatedShutdownBehavior"]["Value"], "terminate");
        let two = json!({"EbsOptimized": {"Value": true}, "DisableApiTermination": {"Value": true}});
        assert_eq!(site.cloud.refusal("ModifyInstanceAttribute", change(two)), "InvalidParameterCombination");
        assert_eq!(site.cloud.refusal("ModifyInstanceAttribute", change(json!({}))), "MissingParameter");
        let explode = json!({"InstanceInitiatedShutdownBehavior": {"Value": "explode"}});
        assert_eq!(site.cloud.refusal("ModifyInstanceAttribute", change(explode)), "InvalidParameterValue");
        let kernel = json!({"Attribute": "kernel", "Value": "aki-1"});
        assert_eq!(site.cloud.refusal("ModifyInstanceAttribute", change(kernel)), "UnsupportedOperation");
    }

    #[test]
    fn type_and_user_data_change_only_while_the_instance_is_stopped() {
        let site = Site::new();
        let id = site.instance(InstanceState::Running);
        let kind = json!({"InstanceId": id, "InstanceType": {"Value": "m5.large"}});
        let data = json!({"InstanceId": id, "UserData": {"Value": "ZWNobw=="}});
        assert_eq!(site.cloud.refusal("ModifyInstanceAttribute", kind.clone()), "IncorrectInstanceState");
        assert_eq!(site.cloud.refusal("ModifyInstanceAttribute", data.clone()), "IncorrectInstanceState");
        site.put_in_state(&id, InstanceState::Stopped);
        site.cloud.ok("ModifyInstanceAttribute", kind);
        site.cloud.ok("ModifyInstanceAttribute", data);
        assert_eq!(attribute(&site, &id, "instanceType")["InstanceType"]["Value"], "m5.large");
        assert_eq!(attribute(&site, &id, "userData")["UserData"]["Value"], "ZWNobw==");
    }

    #[test]
    fn every_attribute_that_users_ask_for_has_an_answer() {
        let site = Site::new();
        let id = site.instance(InstanceState::Running);
        for name in [
            "disableApiTermination",
            "disableApiStop",
            "rootDeviceName",
            "blockDeviceMapping",
            "productCodes",
            "ebsOptimized",
            "enaSupport",
            "userData",
            "kernel",
            "ramdisk",
            "sriovNetSupport",
        ] {
            assert_eq!(attribute(&site, &id, name)["InstanceId"], id);
        }
        assert_eq!(attribute(&site, &id, "enclaveOptions")["EnclaveOptions"], json!({"Enabled": false}));
        let colour = json!({"InstanceId": id, "Attribute": "colour"});
        assert_eq!(site.cloud.refusal("DescribeInstanceAttribute", colour), "UnsupportedOperation");
    }

    #[test]
    fn metadata_options_change_on_a_running_instance() {
        let site = Site::new();
        let id = site.instance(InstanceState::Running);
        let change = json!({"InstanceId": id, "HttpTokens": "required", "HttpEndpoint": "enabled"});
        let options = site.cloud.ok("ModifyInstanceMetadataOptions", change)["InstanceMetadataOptions"].clone();
        assert_eq!((&options["HttpTokens"], &options["HttpPutResponseHopLimit"]), (&json!("required"), &json!(1)));
        let v6 = json!({"InstanceId": id, "HttpProtocolIpv6": "enabled"});
        assert_eq!(site.cloud.refusal("ModifyInstanceMetadataOptions", v6), "UnsupportedOperation");
    }
}
