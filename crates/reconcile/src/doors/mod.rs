//! Doors: where AWS's services answer under AWS's names, on the internet, at interface endpoints and behind the routes of
//! gateway endpoints. What is said there goes to a [`Front`], with the endpoint that it came through.

mod certificate;
mod front;
mod porter;

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::sync::Arc;
use std::time::Duration;

use dataplane::Place;
use dataplane::door::{self, Doors, Host};
use dataplane::tls::Authority;
use kernel::Namespaces;
use resource::{
    EndpointId, EndpointKind, EndpointState, FrontDoor, InternetGateway, NetworkInterface, Resource, Vpc, VpcEndpoint, VpcId,
    VpcState, service_ports,
};
use store::{Change, Snapshot, Store, StoreError};

use crate::Domain;
use crate::network::INTERNET;
use crate::sites::Sites;
use porter::{Porter, Way};

pub use front::{Front, Visit};

/// The port that is not encrypted.
const PLAIN: u16 = 80;

/// The doors of this machine.
pub struct DoorsDomain {
    sites: Sites,
    authority: Arc<Authority>,
    front: Arc<dyn Front>,
    endpoints: BTreeSet<EndpointId>,
    /// VPCs with gateway endpoints to a service, by its signing name.
    gateways: BTreeSet<(VpcId, &'static str)>,
    /// Whether the internet may have come or gone.
    internet: bool,
}

impl DoorsDomain {
    /// Doors in `namespaces`, with certificates of `authority`, behind which `front` answers.
    pub fn new(namespaces: Namespaces, authority: Arc<Authority>, front: Arc<dyn Front>) -> Self {
        let (endpoints, gateways) = (BTreeSet::new(), BTreeSet::new());
        Self { sites: Sites::new(namespaces), authority, front, endpoints, gateways, internet: false }
    }

    fn remember(&mut self, endpoint: &VpcEndpoint) {
        match (endpoint.kind, endpoint.aws_service()) {
            (EndpointKind::Interface, Some(_)) => drop(self.endpoints.insert(endpoint.id.clone())),
            (EndpointKind::Gateway, Some(service)) => {
                self.gateways.insert((endpoint.vpc.clone(), service.signing_name));
            }
            (_, None) => {}
        }
    }
}

impl Domain for DoorsDomain {
    const NAME: &'static str = "doors";

    fn note(&mut self, world: &Snapshot, change: &Change) {
        match change.kind {
            kind if kind == VpcEndpoint::KIND => {
                change.before::<VpcEndpoint>().iter().chain(&change.after()).for_each(|endpoint| self.remember(endpoint));
            }
            kind if kind == Vpc::KIND => {
                world.linked::<VpcEndpoint>(kind, &change.key).for_each(|endpoint| self.remember(&endpoint));
            }
            kind => self.internet |= kind == InternetGateway::KIND,
        }
    }

    fn note_all(&mut self, world: &Snapshot) {
        world.all::<VpcEndpoint>().for_each(|endpoint| self.remember(&endpoint));
        let open: Vec<(String, String)> =
            self.sites.namespaces().filter_map(|key| key.split_once('/')).map(|(a, b)| (a.to_owned(), b.to_owned())).collect();
        for (holder, rest) in open {
            self.endpoints.extend(EndpointId::parse(&holder));
            let service = FrontDoor::of(&rest).map(|door| door.signing_name);
            self.gateways.extend(VpcId::parse(&holder).ok().zip(service));
        }
        self.internet = true;
    }

    async fn converge(&mut self, store: &Store) -> Duration {
        let world = store.snapshot();
        if std::mem::take(&mut self.internet) {
            self.internet(&world, store).await;
        }
        let mut served = BTreeSet::new();
        for id in std::mem::take(&mut self.endpoints) {
            if self.endpoint(&world, &id, store).await {
                served.insert(id);
            }
        }
        for (vpc, service) in std::mem::take(&mut self.gateways) {
            served.extend(self.gateway(&world, &vpc, service, store).await);
        }
        if let Err(error) = tell(store, &world, &served).await {
            tracing::error!(error = &error as &dyn std::error::Error, "the state of endpoints could not be written");
        }
        self.sites.patience()
    }
}

impl DoorsDomain {
    /// The front doors, which are there while the internet is.
    async fn internet(&mut self, world: &Snapshot, store: &Store) {
        let there = world.all::<InternetGateway>().any(|gateway| gateway.vpc.is_some());
        for door in FrontDoor::all() {
            let key = format!("{INTERNET}/{}", door.signing_name);
            if there {
                let site =
                    Site { key, namespace: INTERNET.to_owned(), addresses: vec![door.address()], service: door.signing_name };
                self.open(site, || door.names().collect(), Way::Internet, store).await;
            } else {
                self.sites.close(&key).await;
            }
        }
    }

    /// The doors of an interface endpoint, one for each of its interfaces; says whether all are open.
    async fn endpoint(&mut self, world: &Snapshot, id: &EndpointId, store: &Store) -> bool {
        let endpoint = world.find::<VpcEndpoint>(id.as_str()).filter(|endpoint| is_wanted(world, endpoint));
        let legs: Vec<Ipv4Addr> = endpoint.iter().flat_map(|endpoint| legs(world, endpoint)).collect();
        let wanted: BTreeSet<String> = legs.iter().map(|address| format!("{id}/{address}")).collect();
        let prefix = format!("{id}/");
        let stale = self.sites.namespaces().filter(|key| key.starts_with(&prefix) && !wanted.contains(*key));
        for key in stale.map(str::to_owned).collect::<Vec<_>>() {
            self.sites.close(&key).await;
        }
        let Some((endpoint, service)) = endpoint.as_ref().and_then(|endpoint| Some((endpoint, endpoint.aws_service()?))) else {
            return false;
        };
        for address in legs {
            let key = format!("{id}/{address}");
            let site = Site { key, namespace: endpoint.vpc.to_string(), addresses: vec![address], service: service.signing_name };
            let way = Way::Endpoint(id.clone(), endpoint.vpc.clone());
            self.open(site, || certificate::names(endpoint, service), way, store).await;
        }
        wanted.iter().all(|key| self.sites.holds(key))
    }

    /// The door that all gateway endpoints of a VPC to one service share; answers which they are, once it is open.
    async fn gateway(&mut self, world: &Snapshot, vpc: &VpcId, service: &'static str, store: &Store) -> Vec<EndpointId> {
        let endpoints = world.linked::<VpcEndpoint>(Vpc::KIND, vpc).filter(|endpoint| {
            let leads = endpoint.aws_service().is_some_and(|own| own.signing_name == service);
            endpoint.kind == EndpointKind::Gateway && leads && is_wanted(world, endpoint)
        });
        let endpoints: Vec<EndpointId> = endpoints.map(|endpoint| endpoint.id.clone()).collect();
        let key = format!("{vpc}/{service}");
        let Some(door) = FrontDoor::of(service).filter(|_| !endpoints.is_empty()) else {
            self.sites.close(&key).await;
            return Vec::new();
        };
        let site = Site { key: key.clone(), namespace: vpc.to_string(), addresses: vec![door.address()], service };
        self.open(site, || door.names().collect(), Way::Routes(vpc.clone()), store).await;
        if self.sites.holds(&key) { endpoints } else { Vec::new() }
    }

    /// Opens a door unless it is open already.
    async fn open(&mut self, site: Site, names: impl FnOnce() -> Vec<String> + Send, way: Way, store: &Store) {
        let ports = service_ports(site.service);
        let addrs = site.addresses.iter().flat_map(|address| ports.iter().map(|port| SocketAddrV4::new(*address, *port)));
        let (authority, front, store) = (Arc::clone(&self.authority), Arc::clone(&self.front), store.clone());
        let (service, routed) = (site.service, matches!(way, Way::Routes(_)));
        let serve = move |place: Arc<dyn Place>, addrs: &[SocketAddrV4]| {
            let tls = certificate::server(&authority, &names())?;
            let host: Arc<dyn Host> = Arc::new(Porter::new(front, store, service, way));
            let (plain, secure): (Vec<SocketAddrV4>, Vec<SocketAddrV4>) = addrs.iter().partition(|addr| addr.port() == PLAIN);
            door::serve(&*place, Doors { secure: &secure, plain: &plain, routed }, &tls, &host)
        };
        self.sites.serve_as(&site.key, &site.namespace, addrs.collect(), serve).await;
    }
}

/// A door to open.
struct Site {
    key: String,
    namespace: String,
    addresses: Vec<Ipv4Addr>,
    service: &'static str,
}

/// Whether an endpoint is to be answered, in a VPC that is in the kernel.
fn is_wanted(world: &Snapshot, endpoint: &VpcEndpoint) -> bool {
    let there = world.find::<Vpc>(endpoint.vpc.as_str()).is_some_and(|vpc| vpc.state == VpcState::Available);
    there && endpoint.state.is_open()
}

fn legs(world: &Snapshot, endpoint: &VpcEndpoint) -> Vec<Ipv4Addr> {
    let interfaces = endpoint.interfaces.iter().filter_map(|id| world.find::<NetworkInterface>(id.as_str()));
    interfaces.filter_map(|interface| interface.primary()).collect()
}

/// Writes which endpoints have their sockets open: from now on the network lets packets to them.
async fn tell(store: &Store, world: &Snapshot, served: &BTreeSet<EndpointId>) -> Result<(), StoreError> {
    let fresh = |id: &&EndpointId| world.find::<VpcEndpoint>(id.as_str()).is_some_and(|endpoint| !endpoint.served);
    let fresh: Vec<&EndpointId> = served.iter().filter(fresh).collect();
    if fresh.is_empty() {
        return Ok(());
    }
    let write = store.write(|txn| {
        for id in &fresh {
            if txn.find::<VpcEndpoint>(id.as_str()).is_some_and(|endpoint| endpoint.state != EndpointState::Deleting) {
                txn.update::<VpcEndpoint>(id.as_str(), |endpoint| endpoint.served = true);
            }
        }
        Ok(())
    });
    write.await
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
