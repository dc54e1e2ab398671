//! Drives a domain: tells it what changed, lets it converge, and wakes it when it asked for it. Every domain runs on a thread
//! of its own, so that one that waits for the kernel or a process holds up no other.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use store::{Change, Snapshot, Store};
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

    /// Remembers what `change`, which led to `world`, may ask of this domain.
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
}

impl Driver {
    /// Drives nothing yet. What it will start ends when `running` turns false.
    pub fn new(store: Store, running: watch::Receiver<bool>) -> Self {
        Self { store, running, waiting: Arc::new(AtomicUsize::new(1)) }
    }

    /// Starts a domain; joining the thread waits until it is idle.
    ///
    /// # Errors
    /// When there can be no thread more.
    pub fn drive<D: Domain>(&self, domain: D) -> std::io::Result<JoinHandle<()>> {
        let (runtime, driver) = (Handle::current(), self.clone());
        self.waiting.fetch_add(1, Ordering::Relaxed);
        std::thread::Builder::new().name(D::NAME.into()).spawn(move || runtime.block_on(run(domain, driver)))
    }

    /// No domain comes any more.
    pub fn has_all(&self) {
        self.waiting.fetch_sub(1, Ordering::Release);
    }

    /// Whether every domain has converged once since the start.
    pub fn is_ready(&self) -> bool {
        self.waiting.load(Ordering::Acquire) == 0
    }
}

async fn run<D: Domain>(mut domain: D, Driver { store, mut running, waiting }: Driver) {
    let mut changes = store.watch();
    domain.note_all(&store.snapshot());
    let mut patience = domain.converge(&store).await;
    waiting.fetch_sub(1, Ordering::Release);
    let mut looked = Instant::now();
    while *running.borrow() {
        tokio::select! {
            _ = running.changed() => {}
            batch = changes.next() => {
                let world = store.snapshot();
                match batch {
                    Some(batch) => batch.changes.iter().for_each(|change| domain.note(&world, change)),
                    None => domain.note_all(&world),
                }
                while let Some(batch) = changes.try_next() {
                    batch.changes.iter().for_each(|change| domain.note(&world, change));
                }
                patience = patience.min(domain.converge(&store).await);
            }
            () = sleep_until(looked + patience) => {
                domain.note_all(&store.snapshot());
                patience = domain.converge(&store).await;
                looked = Instant::now();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;

    use super::*;

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
}
