//! The one task that holds all checks: it sleeps until the next is due, looks, judges, and tells what changed.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap};
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustls::ClientConfig;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use super::probe::probe;
use super::state::{Health, Outcome, Rhythm};
use super::{Check, CheckId};
use crate::Serving;
use crate::tls;

/// Probes under way at once; more wait for one of them to end.
const PROBES: usize = 512;
/// Transitions that may wait to be read; when it is full, checks wait too.
const TRANSITIONS: usize = 1024;

/// A change that the world should see: of the state, or of the reason for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transition {
    /// Which check.
    pub id: CheckId,
    /// What the node thinks of the target now.
    pub health: Health,
}

/// Runs checks until it is dropped.
#[derive(Debug)]
pub struct Checker {
    wanted: watch::Sender<Arc<BTreeMap<CheckId, Check>>>,
    known: Known,
    task: Serving,
}

/// What is thought of every target, for readers who do not follow the transitions.
#[derive(Debug, Clone, Default)]
struct Known(Arc<Mutex<HashMap<CheckId, Health>>>);

impl Checker {
    /// Starts without checks, in the current tokio runtime. Fails if TLS cannot be set up.
    pub fn start() -> Result<(Self, mpsc::Receiver<Transition>), rustls::Error> {
        let (wanted, changes) = watch::channel(Arc::default());
        let (transitions, receiver) = mpsc::channel(TRANSITIONS);
        let known = Known::default();
        let wheel = Wheel {
            tls: tls::client(&tls::Offer::all())?,
            entries: HashMap::new(),
            due: BinaryHeap::new(),
            probes: JoinSet::new(),
            generation: 0,
            known: known.clone(),
            transitions,
        };
        let mut tasks = JoinSet::new();
        tasks.spawn(wheel.run(changes));
        Ok((Self { wanted, known, task: Serving::new(tasks) }, receiver))
    }

    /// Makes `checks` the whole set: new ones are sent at once, missing ones stop, changed ones keep what is known.
    pub fn replace(&self, checks: BTreeMap<CheckId, Check>) {
        self.wanted.send_replace(Arc::new(checks));
    }

    /// What is thought of the target of a check now.
    pub fn health(&self, id: &CheckId) -> Option<Health> {
        self.known.with(|known| known.get(id).copied())
    }

    /// Stops, and waits until every socket is closed.
    pub async fn stop(self) {
        self.task.stop().await;
    }
}

impl Known {
    fn with<T>(&self, look: impl FnOnce(&mut HashMap<CheckId, Health>) -> T) -> T {
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

struct Entry {
    check: Arc<Check>,
    /// Tells a check from an earlier one of the same name, whose results come late.
    generation: u64,
    health: Health,
    rhythm: Rhythm,
    in_phase: bool,
}

struct Wheel {
    tls: Arc<ClientConfig>,
    entries: HashMap<CheckId, Entry>,
    due: BinaryHeap<Reverse<(Instant, u64, CheckId)>>,
    probes: JoinSet<(CheckId, u64, Outcome)>,
    generation: u64,
    known: Known,
    transitions: mpsc::Sender<Transition>,
}

impl Wheel {
    async fn run(mut self, mut changes: watch::Receiver<Arc<BTreeMap<CheckId, Check>>>) {
        loop {
            let next = self.due.peek().map(|Reverse((at, ..))| *at);
            let room = self.probes.len() < PROBES;
            tokio::select! {
                changed = changes.changed() => match changed {
                    Ok(()) => {
                        let wanted = Arc::clone(&changes.borrow_and_update());
                        self.replace(&wanted);
                    }
                    Err(_) => return,
                },
                Some(done) = self.probes.join_next() => match done {
                    Ok((id, generation, outcome)) => self.judge(id, generation, outcome).await,
                    Err(error) => tracing::error!(%error, "a health check died"),
                },
                () = sleep_until(next.unwrap_or_else(Instant::now)), if next.is_some() && room => self.launch(),
            }
        }
    }

    fn replace(&mut self, wanted: &BTreeMap<CheckId, Check>) {
        self.entries.retain(|id, _| wanted.contains_key(id));
        for (id, check) in wanted {
            let old = self.entries.get(id);
            if old.is_some_and(|entry| *entry.check == *check) {
                continue;
            }
            let health = old.map_or(Health::NEW, |entry| entry.health);
            self.generation += 1;
            let (check, generation) = (Arc::new(check.clone()), self.generation);
            let entry = Entry { check, generation, health, rhythm: Rhythm::NEW, in_phase: false };
            self.entries.insert(id.clone(), entry);
            self.due.push(Reverse((Instant::now(), generation, id.clone())));
        }
        let health = self.entries.iter().map(|(id, entry)| (id.clone(), entry.health)).collect();
        self.known.with(|known| *known = health);
    }

    /// Sends the check that is due first, unless it was replaced meanwhile.
    fn launch(&mut self) {
        let Some(Reverse((_, generation, id))) = self.due.pop() else {
            return;
        };
        let Some(entry) = self.entries.get(&id).filter(|entry| entry.generation == generation) else {
            return;
        };
        let (check, tls) = (Arc::clone(&entry.check), Arc::clone(&self.tls));
        self.probes.spawn(async move {
            let outcome = probe(&check, &tls).await;
            (id, generation, outcome)
        });
    }

    async fn judge(&mut self, id: CheckId, generation: u64, outcome: Outcome) {
        let Some(entry) = self.entries.get_mut(&id).filter(|entry| entry.generation == generation) else {
            return;
        };
        let (counts, rhythm, wait) = entry.rhythm.next(entry.health, outcome, entry.check.interval);
        let before = entry.health;
        entry.rhythm = rhythm;
        if counts {
            entry.health = before.after(outcome, entry.check.thresholds);
        }
        let health = entry.health;
        let wait = if entry.in_phase || matches!(health, Health::Initial { .. }) {
            wait
        } else {
            entry.in_phase = true;
            phase(&id, wait)
        };
        self.due.push(Reverse((Instant::now() + wait, generation, id.clone())));
        self.known.with(|known| known.insert(id.clone(), health));
        if before.differs_visibly(health) {
            // Whoever does not listen any more can still ask for the health.
            let _ = self.transitions.send(Transition { id, health }).await;
        }
    }
}

/// The first regular wait is between half an interval and a whole one, so that targets registered together spread out.
fn phase(id: &CheckId, interval: Duration) -> Duration {
    let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one(id);
    interval.mul_f64(0.5 + (hash % 1000) as f64 / 2000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_registered_together_spread_over_half_an_interval() {
        let interval = Duration::from_secs(30);
        let mut waits: Vec<_> = (0..100).map(|n| phase(&CheckId(n.to_string()), interval)).collect();
        waits.sort();
        assert!(waits[0] >= interval / 2 && waits[99] < interval);
        assert!(waits[90] - waits[10] > interval / 4, "{waits:?}");
    }
}
