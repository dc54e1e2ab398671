//! What a machine must know to be an instance: its name, its resolver, its user data.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use resource::{DhcpOptions, Instance, NetworkInterface, Resource, Vpc, private_dns_name, private_domain};
use store::Snapshot;
use workload::{Error, Limits, Spec};

use super::Hands;

/// Memory and processes that an instance may use, whatever its type: enough for a small server, no danger to the host.
const LIMITS: Limits = Limits { memory_bytes: Some(2 << 30), processes: Some(4096) };

impl Hands {
    pub(super) fn spec(&self, world: &Snapshot, instance: &Instance) -> Result<Spec, Error> {
        Ok(Spec {
            id: instance.id.as_str().parse().expect("an instance's id is a machine's id"),
            netns: self.namespaces.path(instance.id.as_str()).expect("an instance's id is a namespace's name"),
            hostname: hostname(world, instance),
            image: self.image.clone(),
            user_data: instance.user_data.as_ref().and_then(|text| STANDARD.decode(text).ok()),
            resolv_conf: resolv_conf(world, instance.vpc.as_str(), &instance.owner.region),
            hosts: Vec::new(),
            ca_pem: self.ca_pem.clone(),
            env: vec![("AWS_DEFAULT_REGION".into(), instance.owner.region.clone())],
            limits: LIMITS,
        })
    }
}

fn hostname(world: &Snapshot, instance: &Instance) -> String {
    let interfaces = world.linked::<NetworkInterface>(Instance::KIND, &instance.id);
    let primary = interfaces.min_by_key(|eni| eni.attachment.as_ref().map_or(u32::MAX, |a| a.device_index));
    let address = primary.and_then(|eni| eni.primary());
    let name = address.map(|address| private_dns_name(&instance.owner.region, address));
    name.as_deref().and_then(|name| name.split('.').next()).unwrap_or(instance.id.as_str()).to_owned()
}

/// What DHCP would have told a machine of this VPC about names.
pub fn resolv_conf(world: &Snapshot, vpc: &str, region: &str) -> String {
    let Some(vpc) = world.find::<Vpc>(vpc) else { return String::new() };
    let options = vpc.dhcp_options.as_ref().and_then(|id| world.find::<DhcpOptions>(id.as_str()));
    let option = |name: &str| {
        let found = options.iter().flat_map(|o| &o.options).find(|(key, _)| key == name);
        found.map(|(_, values)| values.clone()).unwrap_or_default()
    };
    let domain = option("domain-name").first().cloned().unwrap_or_else(|| private_domain(region));
    let mut servers = option("domain-name-servers");
    if servers.is_empty() {
        servers.push("AmazonProvidedDNS".to_owned());
    }
    let servers = servers.iter().filter_map(|server| match server.as_str() {
        "AmazonProvidedDNS" => vpc.resolver().map(|address| address.to_string()),
        other => Some(other.to_owned()),
    });
    let lines = servers.map(|server| format!("nameserver {server}\n"));
    std::iter::once(format!("search {domain}\n")).chain(lines).collect()
}
