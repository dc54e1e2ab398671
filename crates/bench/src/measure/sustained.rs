//! New connections for a long time: whether ports, tables or memory run out.

use std::error::Error;

use super::{Scale, connections};
use crate::line::Line;
use crate::report::{Report, Row, Target};

/// How much slower the end may be than the beginning.
const STEADY: f64 = 0.9;

pub(super) fn sustained(line: &Line, scale: &Scale, report: &mut Report) -> Result<(), Box<dyn Error>> {
    let path = line.path("kernel path")?;
    let counters = || -> std::io::Result<[u64; 2]> {
        Ok([path.client.tcp_counter("TCPSynRetrans")?, path.server.tcp_counter("PAWSTimewait")?])
    };
    let before = counters()?;
    let answer = connections::run(line, path, scale.long)?;
    let after = counters()?;
    let each: Vec<f64> = answer["each_second"].as_array().into_iter().flatten().filter_map(serde_json::Value::as_f64).collect();
    let part = (each.len() / 6).max(1);
    let mean = |seconds: &[f64]| seconds.iter().sum::<f64>() / seconds.len().max(1) as f64;
    let (first, last) = (mean(&each[..part.min(each.len())]), mean(&each[each.len().saturating_sub(part)..]));
    let seconds = scale.long.as_secs();
    let named = format!("new connections for {seconds} s, the last {part} s");
    report.add(Row::alone(named, "1/s", last).against(&format!("first {part} s"), first).must(Target::RatioAtLeast(STEADY)));
    let slowest = each.iter().copied().fold(f64::INFINITY, f64::min);
    report
        .add(Row::alone(format!("new connections for {seconds} s, slowest second"), "1/s", slowest).against("mean", mean(&each)));
    let failed = answer["failed"].as_f64().unwrap_or(f64::NAN);
    report.add(Row::alone(format!("new connections for {seconds} s, failed"), "", failed).must(Target::AtMost(0.0)));
    for (name, n) in [("SYNs sent again", 0), ("SYNs refused in TIME_WAIT", 1)] {
        report.add(
            Row::alone(format!("new connections for {seconds} s, {name}"), "", (after[n] - before[n]) as f64)
                .must(Target::AtMost(0.0)),
        );
    }
    Ok(())
}
