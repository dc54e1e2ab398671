//! The socket path alone, for measurement: `socket_path LISTEN_NETNS ADDR:PORT TARGET_NETNS SOURCE TARGET:PORT [THREADS]`.
//!
//! A namespace is a path such as `/run/netns/consumer`, or `-` for the caller's own. It runs until standard input ends.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use dataplane::tcp::{Engine, Route};
use dataplane::{Here, Namespace, Place};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [listen_in, listen_at, target_in, source, target, threads @ ..] = arguments.as_slice() else {
        return Err("usage: socket_path LISTEN_NETNS ADDR:PORT TARGET_NETNS SOURCE TARGET:PORT [THREADS]".into());
    };
    let engine = Engine::start(threads.first().map_or(Ok(2), |text| text.parse())?)?;
    let route = Route {
        upstream: place(target_in)?,
        sources: vec![source.parse()?],
        as_client: None,
        targets: vec![target.parse()?],
        evicted: Vec::new(),
        proxy_header: None,
        front: None,
        back: None,
        connect_timeout: Duration::from_secs(10),
        idle_timeout: Duration::from_secs(350),
        reminder: None,
    };
    let listener = engine.listen(place(listen_in)?.as_ref(), listen_at.parse()?, route, 100_000)?;
    std::io::copy(&mut std::io::stdin(), &mut std::io::sink())?;
    println!("{} connections are open", listener.connections());
    Ok(())
}

fn place(name: &str) -> std::io::Result<Arc<dyn Place>> {
    Ok(if name == "-" { Arc::new(Here) } else { Arc::new(Namespace::open(name)?) })
}
