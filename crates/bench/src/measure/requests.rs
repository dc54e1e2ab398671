//! Requests and responses on one kept connection.

use std::error::Error;
use std::process::Stdio;

use super::Scale;
use super::samples::{OURS, Samples};
use crate::line::Line;
use crate::path::{Path, SERVICE};
use crate::process::{Background, counted, in_namespace, role};
use crate::report::{Report, Row, Target};

const MEDIAN: &str = "round trip, p50";
const TAIL: &str = "round trip, p99";
const COST: &str = "CPU per request";

pub(super) fn sample(line: &Line, path: &Path, scale: &Scale, samples: &mut Samples) -> Result<(), Box<dyn Error>> {
    let mut client = role("request", &[&path.to(SERVICE).to_string(), &scale.each.as_secs_f64().to_string()])?;
    let client = counted(in_namespace(&mut client, &path.client), &line.meter).stdout(Stdio::piped());
    let before = line.meter.used()?;
    let answer = Background::start(client)?.json()?;
    let used = (line.meter.used()? - before).as_secs_f64() * 1e6;
    let number = |name: &str| answer[name].as_f64().unwrap_or_default();
    samples.note(MEDIAN, path.name, number("p50"));
    samples.note(TAIL, path.name, number("p99"));
    samples.note(COST, path.name, used / number("done").max(1.0));
    Ok(())
}

pub(super) fn tell(samples: &Samples, report: &mut Report) {
    samples.compare(MEDIAN, "µs", &[], report);
    for ours in OURS {
        let row = Row::alone(format!("added {MEDIAN}, {ours}"), "µs", samples.added(MEDIAN, ours));
        let row = row.against("HAProxy", samples.added(MEDIAN, "HAProxy"));
        report.add(if ours == OURS[0] { row.must(Target::AtMost(6.0)) } else { row });
    }
    samples.compare(TAIL, "µs", &[], report);
    samples.compare(COST, "µs", &[], report);
}
