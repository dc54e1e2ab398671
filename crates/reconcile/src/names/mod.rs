//! Names: publishes the DNS of the internet and of every VPC, and answers for it in their namespaces.

mod book;
mod endpoint;
mod entry;
mod hosted;
mod private;
mod public;
mod rule;
mod settle;
mod sockets;

use std::collections::BTreeSet;
use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use dataplane::dns::View;
use kernel::Namespaces;
use plan::Subject;
use resource::{
    ElasticAddress, InternetGateway, NetworkInterface, PeeringConnection, Resource, Subnet, Vpc, VpcEndpoint, VpcId, VpcState,
};
use store::{Change, Snapshot, Store};

use crate::network::{INTERNET, INTERNET_RESOLVER};
use crate::{Domain, TimeScale};
use book::Book;
use endpoint::Endpoints;
use entry::Source;
use settle::Settling;
use sockets::Sockets;

/// The resolver's address in every VPC, besides the one in its own block.
const RESOLVER: Ipv4Addr = Ipv4Addr::new(169, 254, 169, 253);

/// Names on this machine.
pub struct NamesDomain {
    book: Book,
    sockets: Sockets,
    noted: BTreeSet<Source>,
    endpoints: Endpoints,
    settling: Settling,
    rules: rule::Settling,
    scale: TimeScale,
    /// Whether the internet may have come or gone.
    internet: bool,
}

impl NamesDomain {
    /// Answers in `namespaces`, where time passes at `scale`.
    ///
    /// # Errors
    /// When there can be no threads.
    pub fn new(namespaces: Namespaces, scale: TimeScale) -> io::Result<Self> {
        let (book, sockets) = (Book::new(), Sockets::new(namespaces)?);
        let (endpoints, settling, rules) = Default::default();
        Ok(Self { book, sockets, noted: BTreeSet::new(), endpoints, settling, rules, scale, internet: false })
    }

    /// What the internet sees, now and later: for domains that verify something by public DNS.
    pub fn internet_view(&mut self) -> View {
        self.book.public_view()
    }
}

impl Domain for NamesDomain {
    const NAME: &'static str = "names";

    fn note(&mut self, world: &Snapshot, change: &Change) {
        self.noted.extend(reach(world, change));
        self.endpoints.note(world, change);
        self.settling.note(change);
        self.rules.note(change);
        self.internet |= change.kind == InternetGateway::KIND;
    }

    fn note_all(&mut self, world: &Snapshot) {
        self.noted.extend(sources(world));
        self.noted.extend(self.book.sources().cloned());
        let open = self.sockets.keys().filter_map(|name| VpcId::parse(name).ok());
        self.noted.extend(open.map(|vpc| Source::Plan(Subject::Router(vpc))));
        self.endpoints.note_all(world, &self.sockets);
        self.settling.note_all(world);
        self.rules.note_all(world);
        self.internet = true;
    }

    async fn converge(&mut self, store: &Store) -> Duration {
        let (world, noted) = (store.snapshot(), std::mem::take(&mut self.noted));
        self.book.rewrite(&world, &noted);
        if std::mem::take(&mut self.internet) {
            self.internet(&world).await;
        }
        for source in &noted {
            if let Source::Plan(Subject::Router(id)) = source {
                self.vpc(&world, id).await;
            }
        }
        self.endpoints.converge(store, &world, &mut self.book, &mut self.sockets).await;
        let public = self.internet_view();
        self.settling.tell(store, &public, self.scale).await;
        self.rules.tell(store, &world).await;
        self.sockets.patience()
    }
}

impl NamesDomain {
    /// Answers in a VPC that is in the kernel and whose DNS support is on, and in no other.
    async fn vpc(&mut self, world: &Snapshot, id: &VpcId) {
        let vpc = world.find::<Vpc>(id.as_str());
        let available = vpc.as_ref().filter(|vpc| vpc.dns_support && vpc.state == VpcState::Available);
        if let Some(own) = available.and_then(|vpc| vpc.resolver()) {
            let view = self.book.view(id);
            self.sockets.answer(id.as_str(), id.as_str(), &[own, RESOLVER], view).await;
        } else {
            self.sockets.close(id.as_str()).await;
        }
        if vpc.is_none() {
            self.book.forget(id);
        }
    }

    /// Answers in the internet, which is there while a gateway leads to it.
    async fn internet(&mut self, world: &Snapshot) {
        if world.all::<InternetGateway>().any(|gateway| gateway.vpc.is_some()) {
            let view = self.book.public_view();
            self.sockets.answer(INTERNET, INTERNET, &[INTERNET_RESOLVER], view).await;
        } else {
            self.sockets.close(INTERNET).await;
        }
    }
}

/// Everything that has names.
fn sources(world: &Snapshot) -> impl Iterator<Item = Source> + '_ {
    plan::subjects(world).filter(concerns).map(Source::Plan).chain(hosted::all(world)).chain(rule::all(world))
}

/// Everything whose names may differ after a change: what the plan says, and what only names read.
fn reach(world: &Snapshot, change: &Change) -> impl Iterator<Item = Source> {
    let more = match change.kind {
        kind if kind == Vpc::KIND => {
            let vpc = VpcId::parse(&change.key).ok().map(Subject::Router);
            vpc.into_iter().chain(inhabitants(world, change)).collect()
        }
        kind if kind == Subnet::KIND => residents(world, change),
        kind if kind == PeeringConnection::KIND => named_abroad(world, change),
        _ => Vec::new(),
    };
    let subjects = plan::affected(world, change).into_iter().filter(concerns).chain(more);
    subjects.map(Source::Plan).chain(hosted::reach(world, change)).chain(rule::reach(world, change))
}

/// Whether it has names, or a place where they are answered.
fn concerns(subject: &Subject) -> bool {
    use Subject::{Address, Balancer, Endpoint, Interface, Router};
    matches!(subject, Router(_) | Interface(_) | Address(_) | Balancer(_) | Endpoint(_))
}

/// What has names of its own in a VPC, when its change touches them.
fn inhabitants(world: &Snapshot, change: &Change) -> Vec<Subject> {
    let facts = |vpc: Arc<Vpc>| (vpc.dns_support, vpc.dns_hostnames, vpc.cidrs.clone());
    if change.before().map(facts) == change.after().map(facts) {
        return Vec::new();
    }
    let interfaces = world.linked::<NetworkInterface>(Vpc::KIND, &change.key);
    let subjects = interfaces.flat_map(|interface| {
        let addresses = world.linked::<ElasticAddress>(NetworkInterface::KIND, &interface.id);
        let addresses = addresses.map(|address| Subject::Address(address.id.clone())).collect::<Vec<_>>();
        std::iter::once(Subject::Interface(interface.id.clone())).chain(addresses)
    });
    let peers = world.linked::<PeeringConnection>(Vpc::KIND, &change.key).flat_map(|peering| {
        [peering.requester.vpc.clone(), peering.accepter.vpc.clone()].map(|vpc| addresses_in(world, &vpc)).concat()
    });
    let endpoints = world.linked::<VpcEndpoint>(Vpc::KIND, &change.key).map(|endpoint| Subject::Endpoint(endpoint.id.clone()));
    subjects.chain(endpoints).chain(peers).collect()
}

/// The public addresses of two peers, when a change touches who resolves them to private ones.
fn named_abroad(world: &Snapshot, change: &Change) -> Vec<Subject> {
    let facts = |peering: Arc<PeeringConnection>| {
        let vpcs = [peering.requester.vpc.clone(), peering.accepter.vpc.clone()];
        (peering.state.carries(), peering.requester.resolves, peering.accepter.resolves, vpcs)
    };
    let (before, after) = (change.before().map(facts), change.after().map(facts));
    if before == after {
        return Vec::new();
    }
    let vpcs = before.into_iter().chain(after).flat_map(|(.., vpcs)| vpcs);
    vpcs.flat_map(|vpc| addresses_in(world, &vpc)).collect()
}

/// The public addresses that stand for interfaces of a VPC.
fn addresses_in(world: &Snapshot, vpc: &VpcId) -> Vec<Subject> {
    let interfaces = world.linked::<NetworkInterface>(Vpc::KIND, vpc);
    let addresses = interfaces.flat_map(|interface| {
        world.linked::<ElasticAddress>(NetworkInterface::KIND, &interface.id).map(|a| a.id.clone()).collect::<Vec<_>>()
    });
    addresses.map(Subject::Address).collect()
}

/// The interfaces in a subnet, when its change touches their names.
fn residents(world: &Snapshot, change: &Change) -> Vec<Subject> {
    let facts = |subnet: Arc<Subnet>| subnet.resource_name_a_record;
    if change.before().map(facts) == change.after().map(facts) {
        return Vec::new();
    }
    let interfaces = world.linked::<NetworkInterface>(Subnet::KIND, &change.key);
    interfaces.map(|interface| Subject::Interface(interface.id.clone())).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
