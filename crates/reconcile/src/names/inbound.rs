//! Inbound resolver endpoints: sockets at which a VPC's resolver answers whoever their groups let in.

use std::collections::BTreeSet;
use std::net::SocketAddrV4;

use dataplane::dns;
use resource::{DNS_PORT, ResolverEndpoint, ResolverEndpointState, Resource, Vpc, VpcState};
use store::{Change, Snapshot, Store, StoreError};

use super::book::Book;
use crate::sites::Sites;

/// What the keys of their sockets begin with; those of VPCs' own resolvers begin otherwise.
const PREFIX: &str = "rslvr-";

/// The endpoints that are to be looked at.
#[derive(Default)]
pub(super) struct Inbound {
    noted: BTreeSet<String>,
}

impl Inbound {
    pub(super) fn note(&mut self, world: &Snapshot, change: &Change) {
        if change.kind == ResolverEndpoint::KIND {
            self.noted.insert(change.key.clone());
        } else if change.kind == Vpc::KIND {
            let endpoints = world.linked::<ResolverEndpoint>(Vpc::KIND, &change.key);
            self.noted.extend(endpoints.map(|endpoint| endpoint.id.clone()));
        }
    }

    pub(super) fn note_all(&mut self, world: &Snapshot, sites: &Sites) {
        self.noted.extend(world.all::<ResolverEndpoint>().map(|endpoint| endpoint.id.clone()));
        self.noted.extend(sites.namespaces().filter(|key| key.starts_with(PREFIX)).map(str::to_owned));
    }

    /// Opens and closes sockets, and says in the store whose are open.
    pub(super) async fn converge(&mut self, store: &Store, world: &Snapshot, book: &mut Book, sites: &mut Sites) {
        let mut open = BTreeSet::new();
        for id in std::mem::take(&mut self.noted) {
            let endpoint = world.find::<ResolverEndpoint>(&id).filter(|endpoint| is_wanted(world, endpoint));
            let Some(endpoint) = endpoint else {
                sites.close(&id).await;
                continue;
            };
            let view = book.inbound_view(&endpoint.vpc);
            let addrs = endpoint.addresses.iter().map(|at| SocketAddrV4::new(at.address, DNS_PORT)).collect();
            let serve = move |place: &dyn dataplane::Place, addrs: &[SocketAddrV4]| dns::serve(place, addrs, &view);
            sites.serve_as(&id, endpoint.vpc.as_str(), addrs, serve).await;
            if sites.holds(&id) && !endpoint.served {
                open.insert(id);
            }
        }
        if !open.is_empty()
            && let Err(error) = tell(store, &open).await
        {
            tracing::error!(%error, "the state of resolver endpoints could not be written");
        }
    }
}

/// Whether it is to be answered, in a VPC that is in the kernel.
fn is_wanted(world: &Snapshot, endpoint: &ResolverEndpoint) -> bool {
    let there = world.find::<Vpc>(endpoint.vpc.as_str()).is_some_and(|vpc| vpc.state == VpcState::Available);
    there && endpoint.state != ResolverEndpointState::Deleting
}

/// Writes whose sockets are open: from now on the network lets packets to them.
async fn tell(store: &Store, open: &BTreeSet<String>) -> Result<(), StoreError> {
    let write = store.write(|txn| {
        for id in open {
            txn.update::<ResolverEndpoint>(id, |endpoint| endpoint.served = true);
        }
        Ok(())
    });
    write.await
}
