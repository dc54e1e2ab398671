//! Network interfaces, instances and what they are launched from.

mod describe_images;
mod describe_instance_types;
mod describe_volumes;
mod image;
mod instance;
mod instance_type;
mod interface;
mod key_pair;
pub mod template;
#[cfg(test)]
pub mod testing;

use serde::Serialize;

use crate::Operation;
use crate::operation::operation;

/// The answer of operations that say nothing but that they were done.
#[derive(Serialize)]
pub struct Done {}

/// A value as EC2 wraps attributes.
#[derive(Clone, Debug, Default, Serialize, serde::Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Attribute<T> {
    pub value: T,
}

/// The operations.
pub const OPERATIONS: &[Operation] = &[
    operation!(write "RunInstances" instance::run_instances::run_instances),
    operation!(read "DescribeInstances" instance::describe_instances::describe_instances),
    operation!(read "DescribeInstanceStatus" instance::describe_instance_status::describe_instance_status),
    operation!(write "StartInstances" instance::change_state::start),
    operation!(write "StopInstances" instance::change_state::stop),
    operation!(write "RebootInstances" instance::change_state::reboot),
    operation!(write "TerminateInstances" instance::change_state::terminate),
    operation!(read "GetConsoleOutput" instance::console::get_console_output),
    operation!(read "DescribeInstanceAttribute" instance::describe_instance_attribute::describe_instance_attribute),
    operation!(write "ModifyInstanceAttribute" instance::modify_instance_attribute::modify_instance_attribute),
    operation!(write "ModifyInstanceMetadataOptions" instance::modify_instance_metadata_options::modify_instance_metadata_options),
    operation!(read "GetInstanceMetadataDefaults" instance::metadata_defaults::get),
    operation!(write "ModifyInstanceMetadataDefaults" instance::metadata_defaults::modify),
    operation!(read "DescribeInstanceCreditSpecifications" instance::describe_instance_credit_specifications::describe_instance_credit_specifications),
    operation!(read "DescribeImages" describe_images::describe_images),
    operation!(read "DescribeInstanceTypes" describe_instance_types::describe_instance_types),
    operation!(read "DescribeVolumes" describe_volumes::describe_volumes),
    operation!(write "CreateLaunchTemplate" template::create_launch_template::create_launch_template),
    operation!(write "CreateLaunchTemplateVersion" template::create_launch_template_version::create_launch_template_version),
    operation!(read "DescribeLaunchTemplates" template::describe_launch_templates::describe_launch_templates),
    operation!(read "DescribeLaunchTemplateVersions" template::describe_launch_template_versions::describe_launch_template_versions),
    operation!(read "GetLaunchTemplateData" template::get_launch_template_data::get_launch_template_data),
    operation!(write "ModifyLaunchTemplate" template::modify_launch_template::modify_launch_template),
    operation!(write "DeleteLaunchTemplate" template::delete_launch_template::delete_launch_template),
    operation!(write "DeleteLaunchTemplateVersions" template::delete_launch_template_versions::delete_launch_template_versions),
    operation!(write "CreateKeyPair" key_pair::create_key_pair::create_key_pair),
    operation!(write "ImportKeyPair" key_pair::import_key_pair::import_key_pair),
    operation!(read "DescribeKeyPairs" key_pair::describe_key_pairs::describe_key_pairs),
    operation!(write "DeleteKeyPair" key_pair::delete_key_pair::delete_key_pair),
    operation!(write "CreateNetworkInterface" interface::create_network_interface::create_network_interface),
    operation!(read "DescribeNetworkInterfaces" interface::describe_network_interfaces::describe_network_interfaces),
    operation!(write "DeleteNetworkInterface" interface::delete_network_interface::delete_network_interface),
    operation!(write "AttachNetworkInterface" interface::attach_network_interface::attach_network_interface),
    operation!(write "DetachNetworkInterface" interface::detach_network_interface::detach_network_interface),
    operation!(write "ModifyNetworkInterfaceAttribute" interface::modify_network_interface_attribute::modify_network_interface_attribute),
    operation!(read "DescribeNetworkInterfaceAttribute" interface::describe_network_interface_attribute::describe_network_interface_attribute),
    operation!(write "AssignPrivateIpAddresses" interface::assign_private_ip_addresses::assign_private_ip_addresses),
    operation!(write "UnassignPrivateIpAddresses" interface::unassign_private_ip_addresses::unassign_private_ip_addresses),
];
