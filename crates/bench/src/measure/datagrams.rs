//! Datagrams with answers: through the link, and on the bare path.

use std::error::Error;
use std::process::Stdio;

use super::Scale;
use super::samples::Samples;
use crate::path::{Path, SERVICE};
use crate::process::{Background, in_namespace, role};
use crate::report::{Report, Row, Target};

const RATE: &str = "UDP requests";
/// What carries datagrams: the proxies beside it carry connections.
const PATHS: [&str; 2] = ["bare", "kernel path"];

pub(super) fn sample(path: &Path, scale: &Scale, samples: &mut Samples) -> Result<(), Box<dyn Error>> {
    if !PATHS.contains(&path.name) {
        return Ok(());
    }
    let mut client = role("datagrams", &[&path.to(SERVICE).to_string(), &scale.each.as_secs_f64().to_string()])?;
    let answer = Background::start(in_namespace(&mut client, &path.client).stdout(Stdio::piped()))?.json()?;
    samples.note(RATE, path.name, answer["per_second"].as_f64().unwrap_or_default());
    Ok(())
}

pub(super) fn tell(samples: &Samples, report: &mut Report) {
    let row = Row::alone(format!("{RATE}, kernel path"), "/s", samples.median(RATE, "kernel path"));
    report.add(row.against("bare", samples.median(RATE, "bare")).must(Target::RatioAtLeast(0.8)));
}
