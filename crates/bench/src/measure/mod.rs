//! What is measured: a file per measure.

mod bulk;
mod connections;
mod datagrams;
mod describe;
mod endpoint;
mod explain;
mod group;
mod growth;
mod idle;
mod names;
mod requests;
mod samples;
mod start;
mod sustained;
mod tls;

use std::error::Error;
use std::time::Duration;

use crate::daemon::Daemons;
use crate::line::Line;
use crate::report::Report;

/// How much is measured.
pub struct Scale {
    /// Rounds whose median counts.
    pub rounds: usize,
    /// The length of one measurement of a path.
    pub each: Duration,
    /// The length of the long run of new connections.
    pub long: Duration,
    /// How many idle connections.
    pub idle: usize,
    /// The worlds whose last VPC and endpoint are measured.
    pub worlds: &'static [usize],
    /// How many interfaces the smaller and the larger group has.
    pub members: [usize; 3],
}

impl Scale {
    /// For numbers that stand.
    pub fn full() -> Self {
        Self {
            rounds: 5,
            each: Duration::from_secs(3),
            long: Duration::from_secs(60),
            idle: 4000,
            worlds: &[10, 100, 1000],
            members: [10, 1_000, 10_000],
        }
    }

    /// For a look while working.
    pub fn quick() -> Self {
        Self {
            rounds: 3,
            each: Duration::from_millis(800),
            long: Duration::from_secs(6),
            idle: 1000,
            worlds: &[10, 30, 100],
            members: [10, 1_000, 3_000],
        }
    }
}

/// Measures that share a world.
pub struct Group {
    /// How `--only` calls them.
    pub name: &'static str,
    /// Measures them.
    pub run: fn(&Daemons, &Scale, &mut Report) -> Result<(), Box<dyn Error>>,
}

/// All of them.
pub const GROUPS: [Group; 7] = [
    Group { name: "line", run: line },
    Group { name: "tls", run: tls::tls },
    Group { name: "names", run: names::names },
    Group { name: "start", run: start::start },
    Group { name: "growth", run: growth::growth },
    Group { name: "group", run: group::group },
    Group { name: "explain", run: explain::explain },
];

/// What passes through a PrivateLink.
fn line(daemons: &Daemons, scale: &Scale, report: &mut Report) -> Result<(), Box<dyn Error>> {
    let daemon = daemons.fresh("line")?;
    let line = Line::build(daemons, &daemon)?;
    endpoint::endpoint(&daemon, &line, scale, report)?;
    idle::idle(&daemon, &line, scale, report)?;
    // Packets need no daemon: while they are measured it stands still, for us as for the others.
    let _held = daemon.held()?;
    let mut samples = samples::Samples::default();
    for round in 1..=scale.rounds {
        eprintln!("   round {round} of {}", scale.rounds);
        for path in &line.paths {
            bulk::sample(&line, path, scale, &mut samples)?;
            connections::sample(&line, path, scale, &mut samples)?;
            requests::sample(&line, path, scale, &mut samples)?;
            datagrams::sample(path, scale, &mut samples)?;
        }
    }
    bulk::tell(&samples, report);
    connections::tell(&samples, report);
    requests::tell(&samples, report);
    datagrams::tell(&samples, report);
    sustained::sustained(&line, scale, report)
}
