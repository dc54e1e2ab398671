//! Servers by namespace: each namespace has at most one, which is opened again when the namespace was made anew.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddrV4;
use std::os::unix::fs::MetadataExt;

use dataplane::{Namespace, Place, Serving};
use kernel::Namespaces;

/// The servers of one domain.
pub(crate) struct Sites {
    namespaces: Namespaces,
    open: HashMap<String, Site>,
}

struct Site {
    /// Which namespace it was, whatever has its name now.
    identity: u64,
    addrs: Vec<SocketAddrV4>,
    serving: Serving,
}

impl Sites {
    pub(crate) fn new(namespaces: Namespaces) -> Self {
        Self { namespaces, open: HashMap::new() }
    }

    /// Serves at `addrs` in `namespace` with what `serve` opens, unless that is so already.
    ///
    /// Fails when the namespace is not there yet or a socket cannot be opened; then nothing is served in it.
    pub(crate) async fn serve(
        &mut self,
        namespace: &str,
        addrs: Vec<SocketAddrV4>,
        serve: impl FnOnce(&dyn Place, &[SocketAddrV4]) -> io::Result<Serving> + Send,
    ) -> io::Result<()> {
        let path = self.namespaces.path(namespace).map_err(io::Error::other)?;
        let identity = path.metadata().map(|file| file.ino()).ok();
        if self.open.get(namespace).is_some_and(|site| Some(site.identity) == identity && site.addrs == addrs) {
            return Ok(());
        }
        self.close(namespace).await;
        let place = Namespace::open(path)?;
        let serving = serve(&place, &addrs)?;
        self.open.insert(namespace.to_owned(), Site { identity: place.identity(), addrs, serving });
        Ok(())
    }

    /// The namespaces that are served.
    pub(crate) fn namespaces(&self) -> impl Iterator<Item = &str> {
        self.open.keys().map(String::as_str)
    }

    /// Closes every socket in `namespace`.
    pub(crate) async fn close(&mut self, namespace: &str) {
        if let Some(site) = self.open.remove(namespace) {
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
    async fn opened(sites: &mut Sites, namespace: &str) -> io::Result<bool> {
        let mut opened = false;
        let view = View::new([]);
        let serve = |place: &dyn Place, addrs: &[SocketAddrV4]| {
            opened = true;
            dns::serve(place, addrs, &view)
        };
        sites.serve(namespace, addrs(), serve).await.map(|()| opened)
    }

    #[tokio::test]
    async fn a_namespace_that_was_made_anew_is_served_again_and_others_are_left_alone() {
        let directory = tempfile::tempdir().unwrap();
        let namespaces = Namespaces::at(directory.path().join("netns")).expect("this test needs root");
        let mut sites = Sites::new(namespaces.clone());
        assert_eq!(opened(&mut sites, "a").await.unwrap_err().kind(), io::ErrorKind::NotFound);
        namespaces.create("a").unwrap();
        assert!(opened(&mut sites, "a").await.unwrap());
        assert!(!opened(&mut sites, "a").await.unwrap(), "it is served already");
        namespaces.delete("a").unwrap();
        namespaces.create("a").unwrap();
        assert!(opened(&mut sites, "a").await.unwrap(), "this is another namespace");
        sites.close("a").await;
        assert!(opened(&mut sites, "a").await.unwrap(), "its sockets were closed");
        drop(sites);
        namespaces.remove().unwrap();
    }
}
