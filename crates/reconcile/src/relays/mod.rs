//! Relays: the listeners whose connections pass through sockets of the daemon, because they speak TLS or open with a PROXY
//! protocol header. A node has a socket in its own VPC's router, and each endpoint one in its consumer's router: that socket
//! is the endpoint's identity, and there the client has its own address.

mod log;
mod wanted;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::sync::Arc;
use std::time::Duration;

use dataplane::Namespace;
use dataplane::tcp::{Engine, Front, Listener, ProxyHeader, Route, Sessions};
use dataplane::tls::{Certificate, Certificates, Offer, client};
use kernel::Namespaces;
use resource::{DEFAULT_IDLE_SECONDS, SslPolicy, VpcId};
use store::{Change, Snapshot, Store};

use crate::network::{AS_CLIENT, connections_forgotten};
use crate::{Domain, ObjectSink, TimeScale};
use wanted::{Door, Terminated, Wanted};

/// How often everything is looked at, at the least, and how soon again after something could not be done.
const LOOK: Duration = Duration::from_secs(10);
const RETRY: Duration = Duration::from_millis(200);
/// How long a file of an access log is written to.
const LOG_PERIOD: Duration = Duration::from_secs(300);
/// How long a target may take to accept.
const CONNECT: Duration = Duration::from_secs(10);

/// The relays of this machine.
pub struct RelaysDomain {
    namespaces: Namespaces,
    engine: Engine,
    /// How many connections a listener carries at once, at the most.
    limit: usize,
    scale: TimeScale,
    store: Store,
    logs: Arc<dyn ObjectSink>,
    open: BTreeMap<Door, Relay>,
    /// What is open for each balancer, by its ARN.
    sites: HashMap<String, Site>,
    /// The balancers whose relays are to be looked at.
    noted: BTreeSet<String>,
}

/// What is open for a balancer.
#[derive(Default)]
struct Site {
    doors: BTreeSet<Door>,
    /// Its listeners that speak TLS, by ARN.
    fronts: HashMap<String, Spoken>,
}

struct Relay {
    /// The namespaces that it was opened in and leads to, whatever has their names now.
    identities: (u64, u64),
    wanted: Wanted,
    spoken: Option<Spoken>,
    listener: Listener,
}

/// How a listener speaks TLS, made ready.
#[derive(Clone)]
struct Spoken {
    terminated: Terminated,
    front: Arc<Front>,
}

impl RelaysDomain {
    /// Relays in `namespaces`, each listener with at most `limit` connections at once, where time passes at `scale`. Access
    /// logs of what `store` says are delivered to `logs`.
    ///
    /// # Errors
    /// When there can be no threads.
    pub fn new(
        namespaces: Namespaces,
        limit: usize,
        scale: TimeScale,
        (store, logs): (Store, Arc<dyn ObjectSink>),
    ) -> io::Result<Self> {
        let engine = Engine::start(std::thread::available_parallelism().map_or(1, Into::into))?;
        let (open, sites, noted) = Default::default();
        Ok(Self { namespaces, engine, limit, scale, store, logs, open, sites, noted })
    }
}

impl Domain for RelaysDomain {
    const NAME: &'static str = "relays";

    fn note(&mut self, world: &Snapshot, change: &Change) {
        self.noted.extend(wanted::touched(world, change));
    }

    fn note_all(&mut self, world: &Snapshot) {
        self.noted.extend(wanted::balancers(world));
        self.noted.extend(self.sites.keys().cloned());
    }

    async fn converge(&mut self, store: &Store) -> Duration {
        let world = store.snapshot();
        let doors = |arn: String| (wanted::doors(&world, &arn), arn);
        let wanted: Vec<(BTreeMap<Door, Wanted>, String)> = std::mem::take(&mut self.noted).into_iter().map(doors).collect();
        for (doors, arn) in &wanted {
            self.leave(arn, doors).await;
        }
        for (doors, arn) in wanted {
            if !self.stand(&world, &arn, doors).await {
                self.noted.insert(arn);
            }
        }
        if self.noted.is_empty() { LOOK } else { RETRY }
    }
}

impl RelaysDomain {
    /// Closes what a balancer has and does not want any more. It comes first: an address may have gone from one to another.
    async fn leave(&mut self, arn: &str, wanted: &BTreeMap<Door, Wanted>) {
        let Some(site) = self.sites.get_mut(arn) else { return };
        let gone: Vec<Door> = site.doors.iter().filter(|door| !wanted.contains_key(door)).cloned().collect();
        site.doors.retain(|door| wanted.contains_key(door));
        site.fronts.retain(|arn, _| wanted.values().any(|wanted| wanted.tls.as_ref() == Some(arn)));
        if wanted.is_empty() {
            self.sites.remove(arn);
        }
        for door in gone {
            self.close(&door).await;
        }
    }

    /// Opens what a balancer wants; says whether all of it is open.
    async fn stand(&mut self, world: &Snapshot, arn: &str, wanted: BTreeMap<Door, Wanted>) -> bool {
        let mut all = true;
        for (door, wanted) in wanted {
            self.sites.entry(arn.to_owned()).or_default().doors.insert(door.clone());
            if let Err(error) = self.serve(world, arn, &door, wanted).await {
                tracing::debug!(vpc = %door.vpc, address = %door.address, %error, "not served yet; trying again");
                self.close(&door).await;
                all = false;
            }
        }
        all
    }

    async fn close(&mut self, door: &Door) {
        if let Some(relay) = self.open.remove(door) {
            relay.listener.cut().await;
        }
    }

    /// Opens a door, or lets what is open lead where it is wanted.
    async fn serve(&mut self, world: &Snapshot, balancer: &str, door: &Door, wanted: Wanted) -> io::Result<()> {
        let spoken = match &wanted.tls {
            Some(arn) => Some(self.spoken(world, balancer, arn)?),
            None => None,
        };
        let identities = (self.identity(&door.vpc)?, self.identity(&wanted.upstream)?);
        if let Some(relay) = self.open.get_mut(door).filter(|relay| relay.identities == identities) {
            let same =
                relay.wanted == wanted && relay.spoken.as_ref().map(|s| &s.terminated) == spoken.as_ref().map(|s| &s.terminated);
            if !same {
                relay.listener.publish(route(&self.namespaces, self.scale, &wanted, spoken.as_ref())?);
                (relay.wanted, relay.spoken) = (wanted, spoken);
            }
            return Ok(());
        }
        self.close(door).await;
        let route = route(&self.namespaces, self.scale, &wanted, spoken.as_ref())?;
        let place = open(&self.namespaces, &door.vpc)?;
        let listener = self.engine.listen(&place, door.address, route, self.limit)?;
        self.open.insert(door.clone(), Relay { identities, wanted, spoken, listener });
        Ok(())
    }

    /// Which namespace a VPC's router is now.
    fn identity(&self, vpc: &VpcId) -> io::Result<u64> {
        Ok(self.namespaces.path(vpc.as_str()).map_err(io::Error::other)?.metadata()?.ino())
    }

    /// The front of a listener. It stays the same while nothing about it changes, so that sessions can be resumed.
    fn spoken(&mut self, world: &Snapshot, balancer: &str, arn: &str) -> io::Result<Spoken> {
        let terminated = wanted::terminated(world, arn).ok_or(io::ErrorKind::NotFound)?;
        let site = self.sites.entry(balancer.to_owned()).or_default();
        if let Some(spoken) = site.fronts.get(arn).filter(|spoken| spoken.terminated == terminated) {
            return Ok(spoken.clone());
        }
        let logs = terminated.logged.then(|| {
            let period = self.scale.shorten(LOG_PERIOD);
            log::keep(arn.to_owned(), self.store.clone(), Arc::clone(&self.logs), period)
        });
        let spoken = Spoken { front: Arc::new(front(&terminated, logs).map_err(io::Error::other)?), terminated };
        site.fronts.insert(arn.to_owned(), spoken.clone());
        Ok(spoken)
    }
}

fn front(terminated: &Terminated, logs: Option<Sessions>) -> Result<Front, Box<dyn std::error::Error + Send + Sync>> {
    let shown = terminated.certificates.iter();
    let mut certificates = Vec::new();
    for shown in shown {
        certificates.push(Arc::new(Certificate::from_pem(&shown.arn, &shown.chain, &shown.key)?));
    }
    let mut certificates = certificates.into_iter();
    let default = certificates.next().ok_or("a TLS listener has a certificate")?;
    let offer = offer(terminated.policy)?;
    Ok(Front::new(Certificates::new(default, certificates), &offer, terminated.protocols, logs)?)
}

fn offer(policy: &SslPolicy) -> Result<Offer, &'static str> {
    Offer::of(policy.offered(), policy.post_quantum()).ok_or("the policy has nothing that can be offered")
}

fn route(namespaces: &Namespaces, scale: TimeScale, wanted: &Wanted, spoken: Option<&Spoken>) -> io::Result<Route> {
    let back = match spoken.filter(|spoken| spoken.terminated.again) {
        Some(spoken) => {
            let offer = back(spoken.terminated.policy).map_err(io::Error::other)?;
            Some(client(&offer).map_err(io::Error::other)?)
        }
        None => None,
    };
    Ok(Route {
        upstream: Arc::new(open(namespaces, &wanted.upstream)?),
        sources: wanted.sources.clone(),
        as_client: wanted.as_client.then_some(AS_CLIENT),
        targets: wanted.targets.clone(),
        evicted: wanted.evicted.clone(),
        proxy_header: wanted.proxied.then(|| ProxyHeader { endpoint: wanted.endpoint.clone(), checksum: false }),
        front: spoken.map(|spoken| Arc::clone(&spoken.front)),
        back,
        connect_timeout: CONNECT,
        idle_timeout: scale.shorten(Duration::from_secs(wanted.idle)),
        reminder: reminder(scale, wanted.idle),
    })
}

/// How often a connection has to say that it is there, when it may be idle for longer than routers remember it. Sockets count
/// in whole seconds.
fn reminder(scale: TimeScale, idle: u64) -> Option<Duration> {
    let remembered = connections_forgotten(scale).as_secs();
    (idle > u64::from(DEFAULT_IDLE_SECONDS)).then(|| Duration::from_secs(remembered / 3))
}

/// How targets are spoken to behind a listener of this policy.
fn back(policy: &SslPolicy) -> Result<Offer, &'static str> {
    offer(SslPolicy::named(policy.towards_targets()).ok_or("every policy has one for its targets")?)
}

fn open(namespaces: &Namespaces, vpc: &VpcId) -> io::Result<Namespace> {
    Namespace::open(namespaces.path(vpc.as_str()).map_err(io::Error::other)?)
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use super::*;

    #[test]
    fn a_connection_that_may_be_idle_for_longer_says_in_time_that_it_is_there_however_fast_time_passes() {
        for factor in [1, 60, 350, 6000] {
            let scale = TimeScale::new(NonZeroU32::new(factor).expect("not zero"));
            assert_eq!(reminder(scale, 350), None);
            let every = reminder(scale, 6000).expect("routers forget it sooner");
            assert!(every.subsec_nanos() == 0 && !every.is_zero(), "{every:?}");
            assert!(every * 3 <= connections_forgotten(scale), "{every:?} at {factor}");
        }
    }
}
