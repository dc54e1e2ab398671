//! Drives a domain: tells it what changed, lets it converge, and wakes it when it asked for it. Every domain runs on a thread
//! of its own, so that one that waits for the kernel or a process holds up no other.

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

/// Starts a domain. It ends when `running` turns false; joining the thread waits until it is idle.
pub fn drive<D: Domain>(domain: D, store: Store, running: watch::Receiver<bool>) -> std::io::Result<std::thread::JoinHandle<()>> {
    let runtime = Handle::current();
    std::thread::Builder::new().name(D::NAME.into()).spawn(move || runtime.block_on(run(domain, store, running)))
}

async fn run<D: Domain>(mut domain: D, store: Store, mut running: watch::Receiver<bool>) {
    let mut changes = store.watch();
    domain.note_all(&store.snapshot());
    let mut patience = domain.converge(&store).await;
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
