//! New connections: connect, request, response, close, each once; the server closes first.

use std::error::Error;
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;

use super::Scale;
use super::samples::{OURS, Samples};
use crate::line::Line;
use crate::path::{Path, SERVICE};
use crate::process::{Background, counted, in_namespace, role};
use crate::report::{Report, Row, Target};

/// Connections at a time.
const THREADS: &str = "32";

const RATE: &str = "new connections";
const COST: &str = "CPU per connection";
const MEDIAN: &str = "time of a new connection, p50";
const TAIL: &str = "time of a new connection, p99";

pub(super) fn sample(line: &Line, path: &Path, scale: &Scale, samples: &mut Samples) -> Result<(), Box<dyn Error>> {
    let before = line.meter.used()?;
    let answer = run(line, path, scale.each)?;
    let used = (line.meter.used()? - before).as_secs_f64() * 1e6;
    let number = |name: &str| answer[name].as_f64().unwrap_or_default();
    if number("failed") > 0.0 {
        eprintln!("   {} connections failed on the {}: {}", answer["failed"], path.name, answer["error"]);
    }
    samples.note(RATE, path.name, number("done") / number("seconds"));
    samples.note(COST, path.name, used / number("done").max(1.0));
    samples.note(MEDIAN, path.name, number("p50"));
    samples.note(TAIL, path.name, number("p99"));
    Ok(())
}

/// Makes connections for some time.
pub(super) fn run(line: &Line, path: &Path, time: Duration) -> Result<Value, Box<dyn Error>> {
    let mut client = role("connect", &[&path.to(SERVICE).to_string(), THREADS, &time.as_secs_f64().to_string()])?;
    let client = counted(in_namespace(&mut client, &path.client), &line.meter);
    Background::start(client.stdout(Stdio::piped()))?.json()
}

pub(super) fn tell(samples: &Samples, report: &mut Report) {
    samples.compare(RATE, "1/s", &[("HAProxy", Target::RatioAtLeast(1.0))], report);
    samples.compare(COST, "µs", &[], report);
    for ours in OURS {
        for peer in ["HAProxy", "nginx"] {
            let row = Row::alone(format!("added {COST}, {ours}"), "µs", samples.added(COST, ours))
                .against(peer, samples.added(COST, peer));
            let asked = ours == OURS[0] && peer == "HAProxy";
            report.add(if asked { row.must(Target::RatioAtMost(0.7)) } else { row });
        }
    }
    samples.compare(MEDIAN, "µs", &[], report);
    samples.compare(TAIL, "µs", &[], report);
}
