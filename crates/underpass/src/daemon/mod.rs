//! The daemon: one visible list of its parts, started in order and stopped in reverse.

pub mod delivery;
mod descriptors;
mod explained;
pub mod features;
mod front;
mod operator;
mod own_program;
pub mod root_keys;
mod routes;
pub mod teardown;

use std::error::Error;
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::JoinHandle;

use api::identity::Trust;
use dataplane::health::Checker;
use dataplane::metadata::Tokens;
use kernel::{Namespaces, Netlink};
use objects::Blobs;
use reconcile::autoscaling::AutoScalingDomain;
use reconcile::certificates::CertificatesDomain;
use reconcile::doors::DoorsDomain;
use reconcile::health::HealthDomain;
use reconcile::housekeeping::Housekeeping;
use reconcile::insights::InsightsDomain;
use reconcile::machines::MachinesDomain;
use reconcile::metadata::MetadataDomain;
use reconcile::names::NamesDomain;
use reconcile::network::{Network, NetworkDomain};
use reconcile::objects::ObjectsDomain;
use reconcile::relays::RelaysDomain;
use reconcile::{Driver, TimeScale};
use store::{Catalogue, Embedded, Store};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;
use workload::Machines;

use crate::authority;
use crate::daemon::features::Feature;
use crate::state::{Announcement, StateDir};

/// How the daemon is configured: parsed once, from the command line.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where the API listens.
    pub listen: SocketAddr,
    /// Who is believed.
    pub trust: Trust,
    /// Whether everything goes when the daemon stops.
    pub ephemeral: bool,
    /// The accounts whose roots get a key when keys are asked for.
    pub accounts: Vec<String>,
    /// How much faster than on AWS the long periods pass.
    pub scale: TimeScale,
}

impl Config {
    /// How the API listens, with its share of so many descriptors.
    fn api(&self, descriptors: u64) -> api::Config {
        let Self { listen, trust, scale, .. } = *self;
        api::Config { listen, trust, scale, connections: descriptors::connections(descriptors) }
    }
}

/// The prefix of our nftables tables.
pub(crate) const TABLES: &str = "underpass";

/// Runs until it is told to stop. `ready` is called once the API answers.
///
/// # Errors
/// When a part cannot start.
pub async fn run(
    state: &StateDir,
    config: &Config,
    features: &[Feature],
    ready: impl FnOnce(SocketAddr),
) -> Result<(), Box<dyn Error>> {
    // From here on: who is told to stop while it starts still stops in order.
    let signals = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let store = open_store(state, config.ephemeral)?;
    let blobs = open_blobs(state, config.ephemeral)?;
    let enforces = config.trust == Trust::Enforce;
    if enforces {
        root_keys::ensure(state, &store, &config.accounts).await?;
    }
    let authority = Arc::new(authority::load(&state.authority())?);
    let ca_pem = authority.certificate().to_owned();
    let namespaces = Namespaces::at(state.namespaces())?;
    own_program::keep(&state.program())?;
    let machines = Machines::new(state.machines(config.ephemeral), state.program())?;
    let (stop, running) = watch::channel(true);

    let driver = Driver::new(store.clone(), running.clone());
    let health = routes::Health::of(features, driver.clone());
    let root = state.root().display().to_string();
    let routes = Arc::new(routes::Own::new(store.clone(), namespaces.clone(), ca_pem.clone(), root, config));
    let descriptors = descriptors::take_all()?;
    let server = api::Server::bind(config.api(descriptors), store.clone(), blobs.clone(), Arc::new(health), routes)?;
    let listen = server.local_addr()?;
    state.announce(&Announcement { pid: std::process::id().cast_signed(), listen, enforces, ephemeral: config.ephemeral })?;
    let front = Arc::new(front::Front(server.doorman()));
    let serving = tokio::spawn(server.serve(stopped(running.clone())));
    ready(listen);

    let kernel = Netlink::new(namespaces.clone(), TABLES).with_shortcuts(reconcile::network::judged_again(config.scale));
    let network = Network::new(Arc::new(kernel)).at(config.scale);
    let (checker, transitions) = Checker::start()?;
    tokio::spawn(reconcile::health::record(transitions, store.clone()));
    let private = [state.root().to_owned()];
    let operator = Arc::new(operator::Operator { store: store.clone(), scale: config.scale });
    let mut names = NamesDomain::new(namespaces.clone(), config.scale)?;
    let certificates = CertificatesDomain::new(authority.clone(), names.internet_view(), config.scale);
    let logs = Arc::new(delivery::Sink::new(store.clone(), blobs.clone()));
    let limit = descriptors::relayed(descriptors);
    let relays = RelaysDomain::new(namespaces.clone(), limit, config.scale, (store.clone(), logs))?;
    let domains: Vec<JoinHandle<()>> = vec![
        driver.drive(NetworkDomain::new(network))?,
        driver.drive(names)?,
        driver.drive(certificates)?,
        driver.drive(MetadataDomain::new(namespaces.clone(), Tokens::with_random_key()?))?,
        driver.drive(MachinesDomain::new(machines, namespaces.clone(), &private, ca_pem)?)?,
        driver.drive(relays)?,
        driver.drive(DoorsDomain::new(namespaces.clone(), authority, front))?,
        driver.drive(HealthDomain::new(namespaces, checker, config.scale))?,
        driver.drive(AutoScalingDomain::new(operator, config.scale))?,
        driver.drive(ObjectsDomain::new(blobs))?,
        driver.drive(Housekeeping::at(config.scale))?,
        driver.drive(InsightsDomain::default())?,
    ];
    driver.has_all();

    let ended = end(signals, &driver).await;
    stop.send_replace(false);
    serving.await?;
    tokio::task::spawn_blocking(move || domains.into_iter().for_each(|domain| drop(domain.join()))).await?;
    if config.ephemeral {
        std::fs::remove_dir_all(state.objects(true))?;
    }
    ended.map_err(Into::into)
}

/// The bytes of objects. An ephemeral daemon has its own, and what an earlier one left is nobody's.
fn open_blobs(state: &StateDir, ephemeral: bool) -> std::io::Result<Blobs> {
    let folder = state.objects(ephemeral);
    if ephemeral && folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    Blobs::open(folder)
}

fn open_store(state: &StateDir, ephemeral: bool) -> Result<Store, Box<dyn Error>> {
    if ephemeral {
        return Ok(Store::in_memory());
    }
    Ok(Store::open(Catalogue::default(), Box::new(Embedded::open(&state.database())?))?)
}

async fn stopped(mut running: watch::Receiver<bool>) {
    while *running.borrow_and_update() {
        if running.changed().await.is_err() {
            return;
        }
    }
}

/// Waits until there is a reason to stop: a signal, or that a part has died.
async fn end((mut term, mut int): (Signal, Signal), driver: &Driver) -> Result<(), Dead> {
    tokio::select! {
        _ = term.recv() => Ok(()),
        _ = int.recv() => Ok(()),
        part = driver.died() => Err(Dead(part)),
    }
}

/// A part of the daemon has died of a fault of ours.
#[derive(Debug, thiserror::Error)]
#[error(
    "the part `{0}` has failed, and the log says how; what runs in the cloud goes on, and `underpass up` takes it over again"
)]
struct Dead(&'static str);
