//! Servers by namespace: each namespace has at most one (or one under each of several keys), which is opened again when the
//! namespace was made anew.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddrV4;
use std::os::unix::fs::MetadataExt;
use std::sync::Arc;
use std::time::Duration;

use dataplane::{Namespace, Place, Serving};
use kernel::Namespaces;

/// How often it is seen whether namespaces were made anew.
const SWEEP: Duration = Duration::from_secs(10);
/// How soon what could not be served is tried again at first; it doubles up to the sweep.
const RETRY: Duration = Duration::from_millis(100);
/// How often it has doubled at the most.
const DOUBLINGS: u32 = 7;

/// The servers of one domain.
pub(crate) struct Sites {
    namespaces: Namespaces,
    open: HashMap<String, Site>,
    /// Whether something could not be served since the patience was last asked for, and how often in a row that was so.
    missed: bool,
    misses: u32,
}

struct Site {
    /// Which namespace it was, whatever has its name now.
    identity: u64,
    addrs: Vec<SocketAddrV4>,
    serving: Serving,
}

impl Sites {
    pub(crate) fn new(namespaces: Namespaces) -> Self {
        Self { namespaces, open: HashMap::new(), missed: false, misses: 0 }
    }

    /// Serves at `addrs` in `namespace` with what `serve` opens, unless that is so already. What fails is missed.
    pub(crate) async fn serve(
        &mut self,
        namespace: &str,
        addrs: Vec<SocketAddrV4>,
        serve: impl FnOnce(Arc<dyn Place>, &[SocketAddrV4]) -> io::Result<Serving> + Send,
    ) {
        self.serve_as(namespace, namespace, addrs, serve).await;
    }

    /// The same as one of several servers in the namespace, each under a key of its own.
    pub(crate) async fn serve_as(
        &mut self,
        key: &str,
        namespace: &str,
        addrs: Vec<SocketAddrV4>,
        serve: impl FnOnce(Arc<dyn Place>, &[SocketAddrV4]) -> io::Result<Serving> + Send,
    ) {
        match self.try_serve(key, namespace, addrs, serve).await {
            Ok(()) => return,
            Err(error) if error.kind() == io::ErrorKind::NotFound => tracing::debug!(namespace, "not there yet; trying again"),
            Err(error) => tracing::warn!(namespace, %error, "nothing can be served there; trying again"),
        }
        self.missed = true;
    }

    async fn try_serve(
        &mut self,
        key: &str,
        namespace: &str,
        addrs: Vec<SocketAddrV4>,
        serve: impl FnOnce(Arc<dyn Place>, &[SocketAddrV4]) -> io::Result<Serving> + Send,
    ) -> io::Result<()> {
        let path = self.namespaces.path(namespace).map_err(io::Error::other)?;
        let identity = path.metadata().map(|file| file.ino()).ok();
        if self.open.get(key).is_some_and(|site| Some(site.identity) == identity && site.addrs == addrs) {
            return Ok(());
        }
        self.close(key).await;
        let place = Namespace::open(path)?;
        let identity = place.identity();
        let serving = serve(Arc::new(place), &addrs)?;
        self.open.insert(key.to_owned(), Site { identity, addrs, serving });
        Ok(())
    }

    /// When everything is to be looked at again: soon when something was missed, then less and less so.
    pub(crate) fn patience(&mut self) -> Duration {
        self.misses = if std::mem::take(&mut self.missed) { self.misses.saturating_add(1) } else { 0 };
        match self.misses.min(DOUBLINGS) {
            0 => SWEEP,
            misses => SWEEP.min(RETRY * (1 << (misses - 1))),
        }
    }

    /// Whether there is a server under `key`.
    pub(crate) fn holds(&self, key: &str) -> bool {
        self.open.contains_key(key)
    }

    /// The keys of the servers: their namespaces, unless they have keys of their own.
    pub(crate) fn namespaces(&self) -> impl Iterator<Item = &str> {
        self.open.keys().map(String::as_str)
    }

    /// Closes every socket of the server under `key`.
    pub(crate) async fn close(&mut self, key: &str) {
        if let Some(site) = self.open.remove(key) {
            site.serving.stop().await;
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::net::Ipv4Addr;

    use dataplane::dns::{self, View};

    use super::*;

    fn addrs() -> Vec<SocketAddrV4> {
        vec![SocketAddrV4::new(Ipv4Addr::LOCALHOST, 53)]
    }

    /// Whether a server was opened, rather than found.
    async fn opened(sites: &mut Sites, namespace: &str) -> bool {
        let mut opened = false;
        let view = View::public(dns::Layer::default());
        let serve = |place: Arc<dyn Place>, addrs: &[SocketAddrV4]| {
            opened = true;
            dns::serve(&*place, addrs, &view)
        };
        sites.serve(namespace, addrs(), serve).await;
        opened
    }

    #[tokio::test]
    async fn a_namespace_that_was_made_anew_is_served_again_and_others_are_left_alone() {
        let directory = tempfile::tempdir().unwrap();
        let namespaces = Namespaces::at(directory.path().join("netns")).expect("this test needs root");
        let mut sites = Sites::new(namespaces.clone());
        namespaces.create("a").unwrap();
        assert!(opened(&mut sites, "a").await);
        assert!(!opened(&mut sites, "a").await, "it is served already");
        namespaces.delete("a").unwrap();
        namespaces.create("a").unwrap();
        assert!(opened(&mut sites, "a").await, "this is another namespace");
        sites.close("a").await;
        assert!(opened(&mut sites, "a").await, "its sockets were closed");
        drop(sites);
        namespaces.remove().unwrap();
    }

    #[tokio::test]
    async fn what_is_missing_is_looked_for_soon_then_less_often_and_what_is_there_only_now_and_then() {
        let directory = tempfile::tempdir().unwrap();
        let namespaces = Namespaces::at(directory.path().join("netns")).expect("this test needs root");
        let mut sites = Sites::new(namespaces.clone());
        for expected in [100, 200, 400, 800, 1600, 3200, 6400, 6400] {
            assert!(!opened(&mut sites, "a").await);
            assert_eq!(sites.patience(), Duration::from_millis(expected));
        }
        namespaces.create("a").unwrap();
        assert!(opened(&mut sites, "a").await);
        assert_eq!(sites.patience(), SWEEP);
        drop(sites);
        namespaces.remove().unwrap();
    }
}
