//! Names: publishes the DNS of the internet and of every VPC, and answers for it in their namespaces.

mod book;
mod endpoint;
mod entry;
mod records;
mod rule;
mod settle;
mod sockets;

use std::collections::BTreeSet;
use std::io;
use std::net::Ipv4Addr;
use std::time::Duration;

use dataplane::dns::View;
use kernel::Namespaces;
use plan::Subject;
use plan::names::{Source, affected, sources};
use resource::{InternetGateway, Resource, Vpc, VpcId, VpcState};
use store::{Change, Snapshot, Store};

use crate::network::{INTERNET, INTERNET_RESOLVER};
use crate::{Domain, TimeScale};
use book::Book;
use endpoint::Endpoints;
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
        self.noted.extend(affected(world, change));
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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
