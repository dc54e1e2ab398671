//! DescribeInstanceTypes: the types that can be launched, in AWS's own sizes.

use serde::{Deserialize, Serialize};

use super::instance_type::{self, InstanceType};
use crate::filter::{self, Field, Filter};
use crate::page::{self, Ask};
use crate::{Error, Read};

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    instance_types: Vec<String>,
    filters: Vec<Filter>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    instance_types: Vec<View>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct View {
    instance_type: &'static str,
    current_generation: bool,
    bare_metal: bool,
    burstable_performance_supported: bool,
    instance_storage_supported: bool,
    supported_root_device_types: [&'static str; 1],
    supported_usage_classes: [&'static str; 1],
    supported_virtualization_types: [&'static str; 1],
    processor_info: ProcessorInfo,
    #[serde(rename = "VCpuInfo")]
    vcpu_info: VcpuInfo,
    memory_info: MemoryInfo,
    network_info: NetworkInfo,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ProcessorInfo {
    supported_architectures: [&'static str; 1],
}

#[derive(Serialize)]
struct VcpuInfo {
    #[serde(rename = "DefaultVCpus")]
    cpus: u32,
}

#[derive(Serialize)]
struct MemoryInfo {
    #[serde(rename = "SizeInMiB")]
    size: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct NetworkInfo {
    maximum_network_interfaces: usize,
    maximum_network_cards: u32,
    default_network_card_index: u32,
    ipv4_addresses_per_interface: usize,
    ipv6_supported: bool,
}

pub fn describe_instance_types(_: &Read<'_>, input: Input) -> Result<Output, Error> {
    let kinds: Vec<&InstanceType> = match input.instance_types.as_slice() {
        [] => instance_type::ALL.iter().collect(),
        names => names.iter().map(|name| find(name)).collect::<Result<_, _>>()?,
    };
    let kinds = filter::select(&input.filters, kinds.into_iter(), field)?;
    let ask = Ask { max_results: input.max_results, token: input.next_token.as_deref() };
    let page = page::cut(ask, kinds, |kind| kind.name.to_owned())?;
    Ok(Output { instance_types: page.items.into_iter().map(view).collect(), next_token: page.next })
}

fn find(name: &str) -> Result<&'static InstanceType, Error> {
    instance_type::find(name).map_err(|error| Error { code: "InvalidInstanceType".into(), ..error })
}

fn view(kind: &InstanceType) -> View {
    View {
        instance_type: kind.name,
        current_generation: is_current(kind),
        bare_metal: false,
        burstable_performance_supported: kind.name.starts_with('t'),
        instance_storage_supported: false,
        supported_root_device_types: ["ebs"],
        supported_usage_classes: ["on-demand"],
        supported_virtualization_types: ["hvm"],
        processor_info: ProcessorInfo { supported_architectures: [instance_type::architecture()] },
        vcpu_info: VcpuInfo { cpus: kind.cpus },
        memory_info: MemoryInfo { size: kind.memory },
        network_info: NetworkInfo {
            maximum_network_interfaces: kind.interfaces,
            maximum_network_cards: 1,
            default_network_card_index: 0,
            ipv4_addresses_per_interface: kind.addresses,
            ipv6_supported: false,
        },
    }
}

fn is_current(kind: &InstanceType) -> bool {
    !kind.name.starts_with("m1.")
}

fn field(filter: &str) -> Option<Field<'_, &InstanceType>> {
    let of = filter::of::<&InstanceType>();
    match filter {
        "instance-type" => of.one(|kind| kind.name.to_owned()),
        "current-generation" => of.one(|kind| is_current(kind).to_string()),
        "burstable-performance-supported" => of.one(|kind| kind.name.starts_with('t').to_string()),
        "processor-info.supported-architecture" => of.one(|_| instance_type::architecture()),
        "vcpu-info.default-vcpus" => of.one(|kind| kind.cpus.to_string()),
        "memory-info.size-in-mib" => of.one(|kind| kind.memory.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::ec2::testing::Cloud;

    #[test]
    fn types_have_awss_sizes() {
        let cloud = Cloud::new();
        let shown = cloud.ok("DescribeInstanceTypes", json!({"InstanceTypes": ["t3.micro"]}))["InstanceTypes"][0].clone();
        assert_eq!((&shown["VCpuInfo"]["DefaultVCpus"], &shown["MemoryInfo"]["SizeInMiB"]), (&json!(2), &json!(1024)));
        let filter = json!({"Filters": [{"Name": "instance-type", "Values": ["m5.*"]}]});
        assert_eq!(cloud.ok("DescribeInstanceTypes", filter)["InstanceTypes"].as_array().map(Vec::len), Some(3));
        assert_eq!(cloud.refusal("DescribeInstanceTypes", json!({"InstanceTypes": ["x1.32xlarge"]})), "InvalidInstanceType");
    }
}
