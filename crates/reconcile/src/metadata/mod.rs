//! Instance metadata: publishes what each instance may know about itself, and serves it in every VPC at 169.254.169.254.

mod document;
mod interface;
mod items;
mod scaling;
mod session;

use std::collections::{BTreeSet, HashMap};
use std::net::{Ipv4Addr, SocketAddrV4};
use std::sync::Arc;
use std::time::Duration;

use dataplane::Place;
use dataplane::metadata::{self, Directory, HopLimit, Settings, Tokens};
use kernel::Namespaces;
use resource::{
    AccessKey, ElasticAddress, Holder, Instance, InstanceId, InstanceProfile, InstanceState, KeyPair, NetworkInterface, Resource,
    ScalingGroup, Subnet, Timestamp, Vpc, VpcId, VpcState,
};
use store::{Change, Snapshot, Store};

use crate::Domain;
use crate::sites::Sites;
use session::Sessions;

/// Where every VPC has the service.
const ADDRESS: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::new(169, 254, 169, 254), 80);

/// Instance metadata on this machine.
pub struct MetadataDomain {
    sites: Sites,
    tokens: Tokens,
    sessions: Sessions,
    directories: HashMap<VpcId, Directory>,
    /// Where each instance is published.
    published: HashMap<InstanceId, Published>,
    instances: BTreeSet<InstanceId>,
    vpcs: BTreeSet<VpcId>,
}

struct Published {
    vpc: VpcId,
    addresses: Vec<Ipv4Addr>,
}

impl MetadataDomain {
    /// Answers in `namespaces`, to those who hold tokens of `tokens` where that is required.
    pub fn new(namespaces: Namespaces, tokens: Tokens) -> Self {
        Self {
            sites: Sites::new(namespaces),
            tokens,
            sessions: Sessions::default(),
            directories: HashMap::new(),
            published: HashMap::new(),
            instances: BTreeSet::new(),
            vpcs: BTreeSet::new(),
        }
    }
}

impl Domain for MetadataDomain {
    const NAME: &'static str = "metadata";

    fn note(&mut self, world: &Snapshot, change: &Change) {
        if let Some(key) = change.after::<AccessKey>() {
            self.sessions.note(&key);
        }
        if let Some(id) = VpcId::parse(&change.key).ok().filter(|_| change.kind == Vpc::KIND) {
            self.vpcs.insert(id);
        }
        self.instances.extend(touched(world, change));
    }

    fn note_all(&mut self, world: &Snapshot) {
        self.sessions.note_all(world);
        self.instances.extend(world.all::<Instance>().map(|instance| instance.id.clone()));
        self.instances.extend(self.published.keys().cloned());
        self.vpcs.extend(world.all::<Vpc>().map(|vpc| vpc.id.clone()));
        self.vpcs.extend(self.sites.namespaces().filter_map(|name| VpcId::parse(name).ok()));
    }

    async fn converge(&mut self, store: &Store) -> Duration {
        let mut world = store.snapshot();
        let instances = std::mem::take(&mut self.instances);
        if let Err(error) = self.sessions.renew(store, &mut world, &instances, Timestamp::now()).await {
            tracing::error!(error = &error as &dyn std::error::Error, "the keys of instances could not be written");
        }
        self.publish(&world, &instances);
        for vpc in std::mem::take(&mut self.vpcs) {
            self.serve(&world, &vpc).await;
        }
        self.sites.patience()
    }
}

impl MetadataDomain {
    /// Publishes what `instances` are now, each directory once.
    fn publish(&mut self, world: &Snapshot, instances: &BTreeSet<InstanceId>) {
        let mut changed: HashMap<VpcId, metadata::Instances> = HashMap::new();
        for id in instances {
            if let Some(Published { vpc, addresses }) = self.published.remove(id) {
                let directory = self.open(&mut changed, vpc);
                addresses.into_iter().for_each(|address| directory.remove(address));
            }
        }
        for id in instances {
            let Some(instance) = world.find::<Instance>(id.as_str()).filter(|i| i.state != InstanceState::Terminated) else {
                continue;
            };
            let addresses: Vec<Ipv4Addr> = interfaces(world, id).into_iter().flat_map(|eni| eni.addresses.clone()).collect();
            let facts = Arc::new(facts(world, &instance, self.sessions.current(&instance, world, Timestamp::now())));
            let directory = self.open(&mut changed, instance.vpc.clone());
            addresses.iter().for_each(|address| directory.insert(*address, Arc::clone(&facts)));
            self.published.insert(id.clone(), Published { vpc: instance.vpc.clone(), addresses });
        }
        for (vpc, instances) in changed {
            self.directory(vpc).publish(instances);
        }
    }

    fn open<'a>(&mut self, changed: &'a mut HashMap<VpcId, metadata::Instances>, vpc: VpcId) -> &'a mut metadata::Instances {
        let directory = self.directory(vpc.clone());
        changed.entry(vpc).or_insert_with(|| directory.instances())
    }

    fn directory(&mut self, vpc: VpcId) -> Directory {
        self.directories.entry(vpc).or_default().clone()
    }

    /// Serves a VPC that is in the kernel, and no other.
    async fn serve(&mut self, world: &Snapshot, id: &VpcId) {
        let state = world.find::<Vpc>(id.as_str()).map(|vpc| vpc.state);
        if state == Some(VpcState::Available) {
            let (directory, tokens) = (self.directory(id.clone()), self.tokens.clone());
            let serve = move |place: Arc<dyn Place>, _: &[SocketAddrV4]| metadata::serve(&*place, ADDRESS, &directory, &tokens);
            self.sites.serve(id.as_str(), vec![ADDRESS], serve).await;
        } else {
            self.sites.close(id.as_str()).await;
        }
        if state.is_none() {
            self.directories.remove(id);
        }
    }
}

/// What an instance may know, and how it may ask.
fn facts(world: &Snapshot, instance: &Instance, key: Option<Arc<AccessKey>>) -> metadata::Instance {
    let usual = Settings::default();
    let settings = Settings {
        enabled: instance.metadata.enabled,
        token_required: instance.metadata.tokens_required,
        hop_limit: HopLimit::try_from(instance.metadata.hop_limit).unwrap_or(usual.hop_limit),
    };
    metadata::Instance::new(instance.id.as_str(), settings, items::items(world, instance, key.as_deref()))
}

/// The interfaces of an instance, the primary one first.
fn interfaces(world: &Snapshot, id: &InstanceId) -> Vec<Arc<NetworkInterface>> {
    let mut interfaces: Vec<_> = world.linked::<NetworkInterface>(Instance::KIND, id).collect();
    interfaces.sort_by_key(|interface| interface.attachment.as_ref().map_or(u32::MAX, |attachment| attachment.device_index));
    interfaces
}

/// The instances whose facts a change may touch.
fn touched(world: &Snapshot, change: &Change) -> Vec<InstanceId> {
    let ids = |instances: &mut dyn Iterator<Item = Arc<Instance>>| instances.map(|instance| instance.id.clone()).collect();
    match change.kind {
        kind if kind == Instance::KIND => InstanceId::parse(&change.key).into_iter().collect(),
        kind if kind == NetworkInterface::KIND => {
            change.before::<NetworkInterface>().iter().chain(&change.after()).filter_map(|eni| holder(eni)).collect()
        }
        kind if kind == ElasticAddress::KIND => {
            let addresses = change.before::<ElasticAddress>().into_iter().chain(change.after());
            let interfaces =
                addresses.filter_map(|address| world.find::<NetworkInterface>(address.association.as_ref()?.interface.as_str()));
            interfaces.filter_map(|eni| holder(&eni)).collect()
        }
        kind if kind == Vpc::KIND || kind == Subnet::KIND => ids(&mut world.linked::<Instance>(kind, &change.key)),
        kind if kind == InstanceProfile::KIND => {
            ids(&mut world.all::<Instance>().filter(|instance| instance.profile.as_ref() == Some(&change.key)))
        }
        kind if kind == KeyPair::KIND => {
            let pair = change.after::<KeyPair>();
            let named = pair.into_iter().flat_map(|pair| {
                world.owned::<Instance>(&pair.owner).filter(|i| i.key_name.as_ref() == Some(&pair.name)).collect::<Vec<_>>()
            });
            ids(&mut named.into_iter())
        }
        kind if kind == ScalingGroup::KIND => scaling::touched(change),
        _ => Vec::new(),
    }
}

fn holder(interface: &NetworkInterface) -> Option<InstanceId> {
    match &interface.attachment.as_ref()?.holder {
        Holder::Instance(id) => Some(id.clone()),
        Holder::Process { .. } | Holder::Service => None,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
