//! Memory of connections on which nothing happens: of our daemon for the kernel path, of the proxies for theirs.

use std::error::Error;
use std::io::Read;
use std::process::Stdio;

use super::Scale;
use crate::daemon::Daemon;
use crate::line::Line;
use crate::memory::proportional;
use crate::path::{Path, SERVICE};
use crate::peer::SOCKET;
use crate::process::{Background, in_namespace, role};
use crate::report::{Report, Row, Target};

/// What the memory of a process that does nothing may vary, in kilobytes per connection.
const NOISE: f64 = 0.01;

pub(super) fn idle(daemon: &Daemon, line: &Line, scale: &Scale, report: &mut Report) -> Result<(), Box<dyn Error>> {
    let _held = daemon.held()?;
    let kernel = per_connection(line.path("kernel path")?, daemon.pid(), scale.idle)?;
    let mut proxies = Vec::new();
    for proxy in &line.proxies {
        proxies.push((proxy.name, per_connection(line.path(proxy.name)?, proxy.process.id(), scale.idle)?));
    }
    for (peer, theirs) in proxies.iter().filter(|(name, _)| *name != SOCKET) {
        report.add(
            Row::alone("user memory per idle connection, kernel path", "kB", kernel)
                .against(peer, *theirs)
                .must(Target::AtMost(NOISE)),
        );
    }
    let socket = proxies.iter().find(|(name, _)| *name == SOCKET).map(|(_, memory)| *memory).unwrap_or_default();
    for (peer, theirs) in proxies.iter().filter(|(name, _)| *name != SOCKET) {
        report.add(Row::alone("user memory per idle connection, socket path", "kB", socket).against(peer, *theirs));
    }
    Ok(())
}

/// How much more memory a process has for each of many connections.
fn per_connection(path: &Path, pid: u32, count: usize) -> Result<f64, Box<dyn Error>> {
    let before = proportional(pid)?;
    let mut client = role("hold", &[&path.to(SERVICE).to_string(), &count.to_string()])?;
    let client = in_namespace(&mut client, &path.client).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut client = Background::start(client)?;
    let mut said = [0; 1];
    client
        .stdout()?
        .read_exact(&mut said)
        .map_err(|_| format!("{count} connections cannot be held through the {}", path.name))?;
    Ok((proportional(pid)? - before) / count as f64)
}
