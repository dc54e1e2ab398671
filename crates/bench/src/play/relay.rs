//! The socket path alone: what the daemon would run for an endpoint that needs bytes.

use std::error::Error;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use dataplane::tcp::{Engine, Route};
use dataplane::{Namespace, Place};

/// How many connections each way may have.
const LIMIT: usize = 100_000;

/// Carries connections along `ways`, each `LISTEN=TARGET`.
pub(super) fn relay(consumer: &Path, provider: &Path, source: Ipv4Addr, ways: &[String]) -> Result<(), Box<dyn Error>> {
    let engine = Engine::start(std::thread::available_parallelism()?.get())?;
    let consumer = Namespace::open(consumer)?;
    let provider: Arc<dyn Place> = Arc::new(Namespace::open(provider)?);
    let mut listeners = Vec::new();
    for way in ways {
        let (listen, target) = way.split_once('=').ok_or("a way is LISTEN=TARGET")?;
        let (listen, target): (SocketAddrV4, SocketAddrV4) = (listen.parse()?, target.parse()?);
        let route = Route {
            upstream: Arc::clone(&provider),
            sources: vec![source],
            as_client: None,
            targets: vec![target],
            evicted: Vec::new(),
            proxy_header: None,
            front: None,
            back: None,
            connect_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(350),
            reminder: None,
        };
        listeners.push(engine.listen(&consumer, listen, route, LIMIT)?);
    }
    std::io::copy(&mut std::io::stdin(), &mut std::io::sink())?;
    drop(listeners);
    Ok(())
}
