//! Drives a domain: tells it what changed, lets it converge, and wakes it when it asked for it. Every domain runs on a thread
//! of its own, so that one that waits for the kernel or a process holds up no other.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use store::{Batch, Change, Revision, Snapshot, Store};
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

/// One part of the world that is brought to what the store says.
///
/// A domain takes no orders: it looks at the whole wanted state. [`Domain::note`] only keeps it from looking at what
/// cannot have changed.
pub trait Domain: Send + 'static {
    /// For the log.
    const NAME: &'static str;

    /// Remembers what `change`, which led to `world` or to one before it, may ask of this domain.
    fn note(&mut self, world: &Snapshot, change: &Change);

    /// Remembers that anything may have changed: at the start, after falling behind, and now and then.
    fn note_all(&mut self, world: &Snapshot);

    /// Does what the noted changes ask; says when to look at everything again at the latest. May block.
    fn converge(&mut self, store: &Store) -> impl Future<Output = Duration> + Send;
}

/// Starts domains, and knows whether all of them have looked at the world once.
#[derive(Clone)]
pub struct Driver {
    store: Store,
    running: watch::Receiver<bool>,
    /// Those that have not yet, and one for the list that is not complete.
    waiting: Arc<AtomicUsize>,
    /// Up to which commit each has done what changes asked.
    reached: watch::Sender<BTreeMap<&'static str, Revision>>,
    /// The name of one that died.
    dead: watch::Sender<Option<&'static str>>,
}

impl Driver {
    /// Drives nothing yet. What it will start ends when `running` turns false.
    pub fn new(store: Store, running: watch::Receiver<bool>) -> Self {
        let (reached, dead) = (watch::Sender::default(), watch::Sender::default());
        Self { store, running, waiting: Arc::new(AtomicUsize::new(1)), reached, dead }
    }

    /// Starts a domain; joining the thread waits until it is idle.
    ///
    /// # Errors
    /// When there can be no thread more.
    pub fn drive<D: Domain>(&self, domain: D) -> std::io::Result<JoinHandle<()>> {
        let (runtime, driver, dead) = (Handle::current(), self.clone(), self.dead.clone());
        self.waiting.fetch_add(1, Ordering::Relaxed);
        self.reach(D::NAME, Revision::default());
        std::thread::Builder::new().name(D::NAME.into()).spawn(move || {
            // What it believes of the world may be half changed: nobody goes on with it.
            if catch_unwind(AssertUnwindSafe(|| runtime.block_on(run(domain, driver)))).is_err() {
                dead.send_replace(Some(D::NAME));
            }
        })
    }

    /// Waits until a domain has died of a panic, and says which. Nothing brings its part of the world to the store any more.
    pub async fn died(&self) -> &'static str {
        let mut dead = self.dead.subscribe();
        let named = dead.wait_for(Option::is_some).await.ok().and_then(|dead| *dead);
        named.expect("what sends it lives as long as self, and there is a name once there is one")
    }

    /// No domain comes any more.
    pub fn has_all(&self) {
        self.waiting.fetch_sub(1, Ordering::Release);
    }

    /// Whether every domain has converged once since the start.
    pub fn is_ready(&self) -> bool {
        self.waiting.load(Ordering::Acquire) == 0
    }

    /// Waits until every domain has done what the store's commits ask, and what came of that. In a world that others keep
    /// changing that may be never.
    pub async fn settled(&self) {
        let mut reached = self.reached.subscribe();
        loop {
            let last = self.store.snapshot().revision();
            // The sender lives as long as self.
            let _ = reached.wait_for(|reached| reached.values().all(|revision| *revision >= last)).await;
            if self.store.snapshot().revision() == last {
                return;
            }
        }
    }

    fn reach(&self, domain: &'static str, revision: Revision) {
        self.reached.send_modify(|reached| {
            reached.insert(domain, revision);
        });
    }
}

async fn run<D: Domain>(mut domain: D, driver: Driver) {
    let (store, mut running) = (&driver.store, driver.running.clone());
    let mut changes = store.watch();
    let world = store.snapshot();
    domain.note_all(&world);
    let mut patience = domain.converge(store).await;
    driver.reach(D::NAME, world.revision());
    driver.waiting.fetch_sub(1, Ordering::Release);
    let mut looked = Instant::now();
    while *running.borrow() {
        tokio::select! {
            _ = running.changed() => {}
            batches = changes.next_all() => {
                // Taken last, so that it shows every change that is noted.
                let world = store.snapshot();
                match &batches {
                    Some(batches) => batches.iter().flat_map(|b| b.changes.iter()).for_each(|change| domain.note(&world, change)),
                    None => domain.note_all(&world),
                }
                patience = patience.min(domain.converge(store).await);
                driver.reach(D::NAME, noted(&world, batches.as_deref()));
            }
            () = sleep_until(looked + patience) => {
                domain.note_all(&store.snapshot());
                patience = domain.converge(store).await;
                looked = Instant::now();
            }
        }
    }
}

/// The last commit of which a domain has been told everything: `world` may show one of which it has not.
fn noted(world: &Snapshot, batches: Option<&[Batch]>) -> Revision {
    batches.and_then(<[Batch]>::last).map_or_else(|| world.revision(), |last| last.revision)
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;

    use super::*;

    /// Dies at the first change.
    struct Mortal;

    impl Domain for Mortal {
        const NAME: &'static str = "mortal";

        fn note(&mut self, _: &Snapshot, _: &Change) {
            panic!("as announced");
        }

        fn note_all(&mut self, _: &Snapshot) {}

        async fn converge(&mut self, _: &Store) -> Duration {
            Duration::from_secs(60)
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_domain_that_dies_is_named() {
        let (_stop, running) = watch::channel(true);
        let store = Store::in_memory();
        let driver = Driver::new(store.clone(), running);
        let thread = driver.drive(Mortal).expect("a thread");
        driver.has_all();
        while !driver.is_ready() {
            tokio::task::yield_now().await;
        }
        let written = store.write(|txn| Ok::<_, store::StoreError>(txn.next_number("any")));
        written.await.expect("memory takes every write");
        assert_eq!(driver.died().await, "mortal");
        thread.join().expect("it ends in order");
    }

    /// Converges when it is let.
    struct Held(Option<oneshot::Receiver<()>>, Option<oneshot::Sender<()>>);

    impl Domain for Held {
        const NAME: &'static str = "held";

        fn note(&mut self, _: &Snapshot, _: &Change) {}

        fn note_all(&mut self, _: &Snapshot) {}

        async fn converge(&mut self, _: &Store) -> Duration {
            if let Some(let_go) = self.0.take() {
                let _ = let_go.await;
            } else if let Some(again) = self.1.take() {
                let _ = again.send(());
            }
            Duration::ZERO
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn it_is_ready_when_all_have_come_and_each_has_converged_once() {
        let (stop, running) = watch::channel(true);
        let driver = Driver::new(Store::in_memory(), running);
        let ((let_go, held), (again, second)) = (oneshot::channel(), oneshot::channel());
        let thread = driver.drive(Held(Some(held), Some(again))).expect("a thread");
        assert!(!driver.is_ready());
        driver.has_all();
        assert!(!driver.is_ready(), "one has not converged");
        let_go.send(()).expect("it waits");
        second.await.expect("it converges again");
        assert!(driver.is_ready());
        stop.send_replace(false);
        thread.join().expect("it ends");
    }

    /// Answers each of the first commits with one of its own.
    struct Echo(u32);

    impl Domain for Echo {
        const NAME: &'static str = "echo";

        fn note(&mut self, _: &Snapshot, _: &Change) {}

        fn note_all(&mut self, _: &Snapshot) {}

        async fn converge(&mut self, store: &Store) -> Duration {
            tokio::task::yield_now().await;
            if self.0 > 0 {
                self.0 -= 1;
                let written = store.write(|txn| Ok::<_, store::StoreError>(txn.next_number("echo"))).await;
                written.expect("memory takes every write");
            }
            Duration::from_secs(60)
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn the_world_is_settled_when_nothing_comes_of_anything_any_more() {
        let (stop, running) = watch::channel(true);
        let store = Store::in_memory();
        let driver = Driver::new(store.clone(), running);
        let thread = driver.drive(Echo(3)).expect("a thread");
        let written = store.write(|txn| Ok::<_, store::StoreError>(txn.next_number("any"))).await;
        written.expect("memory takes every write");
        driver.settled().await;
        assert_eq!(store.snapshot().revision(), Revision(4), "one of ours, three echoes");
        stop.send_replace(false);
        thread.join().expect("it ends");
    }
}
