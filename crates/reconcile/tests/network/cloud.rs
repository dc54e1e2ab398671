//! A world in a store, a kernel, and the network between them; on the real kernel, in a place of its own that goes with it.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use kernel::{Fake, Kernel, Namespaces, Netlink};
use reconcile::network::{Network, Report};
use store::Watch;

use crate::world::World;

pub struct Cloud<K: Kernel + 'static> {
    pub world: World,
    pub kernel: Arc<K>,
    network: RefCell<Network>,
    watch: RefCell<Watch>,
}

/// A cloud in memory.
pub fn simulated() -> Cloud<Fake> {
    Cloud::over(Fake::new(), World::new())
}

/// A cloud on this machine's kernel.
pub fn real() -> Cloud<Netlink> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let directory = std::env::temp_dir().join(format!("network-test-{}-{number}", std::process::id()));
    let places = Namespaces::at(directory).expect("these tests need root");
    Cloud::over(Netlink::new(places, "underpass").with_shortcuts(std::time::Duration::from_secs(2)), World::new())
}

impl<K: Kernel + 'static> Cloud<K> {
    pub fn over(kernel: K, world: World) -> Self {
        let (kernel, watch) = (Arc::new(kernel), world.store.watch());
        let network = RefCell::new(Network::new(Arc::<K>::clone(&kernel)));
        let cloud = Self { world, kernel, network, watch: RefCell::new(watch) };
        cloud.network.borrow_mut().converge_all(&cloud.world.snapshot());
        cloud
    }

    /// Converges on what changed since the last time.
    pub fn converge(&self) -> Report {
        let (world, mut watch) = (self.world.snapshot(), self.watch.borrow_mut());
        let batches = std::iter::from_fn(|| watch.try_next());
        let subjects: BTreeSet<_> =
            batches.flat_map(|b| b.changes.iter().flat_map(|c| plan::affected(&world, c)).collect::<Vec<_>>()).collect();
        self.network.borrow_mut().converge(&world, subjects)
    }

    /// Looks at everything; what was noted before is included.
    pub fn converge_all(&self) -> Report {
        *self.watch.borrow_mut() = self.world.store.watch();
        self.network.borrow_mut().converge_all(&self.world.snapshot())
    }

    /// Converges on what changed, and checks that nothing is left to do.
    #[track_caller]
    pub fn settle(&self) {
        let report = self.converge();
        assert!(report.failed.is_empty(), "{report:?}");
        let report = self.converge_all();
        assert!(report.failed.is_empty() && report.changes == 0, "converging on the changes left something to do: {report:?}");
    }

    /// The daemon starts anew over what it finds.
    pub fn restart(&self) {
        *self.network.borrow_mut() = Network::new(Arc::<K>::clone(&self.kernel));
    }
}

impl<K: Kernel + 'static> Deref for Cloud<K> {
    type Target = World;

    fn deref(&self) -> &World {
        &self.world
    }
}

impl<K: Kernel + 'static> Drop for Cloud<K> {
    fn drop(&mut self) {
        if let Some(real) = (self.kernel.as_ref() as &dyn std::any::Any).downcast_ref::<Netlink>() {
            real.places().clone().remove().unwrap_or_else(|error| eprintln!("left behind: {error}"));
        }
    }
}
