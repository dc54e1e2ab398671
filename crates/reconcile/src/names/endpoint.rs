//! Resolver endpoints: sockets at which a VPC's resolver answers whoever their groups let in, and ways out for questions that
//! rules send to other resolvers.

use std::collections::BTreeSet;

use resource::{ResolverDirection, ResolverEndpoint, ResolverEndpointState, Resource, Vpc, VpcState};
use store::{Change, Snapshot, Store, StoreError};

use super::book::Book;
use super::sockets::Sockets;

/// What the keys of their sockets begin with; those of VPCs' own resolvers begin otherwise.
const PREFIX: &str = "rslvr-";

/// The endpoints that are to be looked at.
#[derive(Default)]
pub(super) struct Endpoints {
    noted: BTreeSet<String>,
}

impl Endpoints {
    pub(super) fn note(&mut self, world: &Snapshot, change: &Change) {
        if change.kind == ResolverEndpoint::KIND {
            self.noted.insert(change.key.clone());
        } else if change.kind == Vpc::KIND {
            let endpoints = world.linked::<ResolverEndpoint>(Vpc::KIND, &change.key);
            self.noted.extend(endpoints.map(|endpoint| endpoint.id.clone()));
        }
    }

    pub(super) fn note_all(&mut self, world: &Snapshot, sockets: &Sockets) {
        self.noted.extend(world.all::<ResolverEndpoint>().map(|endpoint| endpoint.id.clone()));
        self.noted.extend(sockets.keys().filter(|key| key.starts_with(PREFIX)).map(str::to_owned));
    }

    /// Opens and closes sockets, and says in the store whose are open.
    pub(super) async fn converge(&mut self, store: &Store, world: &Snapshot, book: &mut Book, sockets: &mut Sockets) {
        let mut open = BTreeSet::new();
        for id in std::mem::take(&mut self.noted) {
            let endpoint = world.find::<ResolverEndpoint>(&id).filter(|endpoint| is_wanted(world, endpoint));
            let Some(endpoint) = endpoint else {
                sockets.close(&id).await;
                if world.find::<ResolverEndpoint>(&id).is_none() {
                    book.forget_outlet(&id);
                }
                continue;
            };
            open_one(&endpoint, book, sockets).await;
            if sockets.holds(&id) && !endpoint.served {
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

/// Opens what questions pass through.
async fn open_one(endpoint: &ResolverEndpoint, book: &mut Book, sockets: &mut Sockets) {
    let addresses: Vec<_> = endpoint.addresses.iter().map(|at| at.address).collect();
    let (key, vpc) = (endpoint.id.as_str(), endpoint.vpc.as_str());
    match endpoint.direction {
        ResolverDirection::Inbound => sockets.answer(key, vpc, &addresses, book.inbound_view(&endpoint.vpc)).await,
        ResolverDirection::Outbound => sockets.carry(key, vpc, &addresses, book.outlet(key)).await,
    }
}

/// Whether it is to be there, in a VPC that is in the kernel.
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
