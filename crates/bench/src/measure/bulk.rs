//! Throughput of one and of four streams, and the processor time of a gigabit.

use std::error::Error;
use std::net::Ipv4Addr;
use std::process::{Command, Stdio};
use std::time::Duration;

use super::Scale;
use super::samples::Samples;
use crate::line::Line;
use crate::netns::Netns;
use crate::path::{BULK, Path};
use crate::process::{Background, counted, in_namespace};
use crate::report::{Report, Target};

/// Streams, and the names of what is measured with them.
const MEASURES: [(&str, &str, &str); 2] =
    [("1", "throughput, 1 stream", "CPU per Gbit, 1 stream"), ("4", "throughput, 4 streams", "CPU per Gbit, 4 streams")];

pub(super) fn sample(line: &Line, path: &Path, scale: &Scale, samples: &mut Samples) -> Result<(), Box<dyn Error>> {
    for (streams, throughput, cost) in MEASURES {
        let (to, seconds) = (path.to(BULK), scale.each.as_secs_f64().ceil().to_string());
        let mut client = Command::new("iperf3");
        client.args(["--json", "--client", &to.ip().to_string(), "--port", &to.port().to_string()]);
        client.args(["--time", &seconds, "--parallel", streams]).stdin(Stdio::null()).stdout(Stdio::piped());
        let before = line.meter.used()?;
        let answer = Background::start(counted(in_namespace(&mut client, &path.client), &line.meter))?.json()?;
        let used = (line.meter.used()? - before).as_secs_f64() * 1e3;
        let received = &answer["end"]["sum_received"];
        let (Some(rate), Some(bytes)) = (received["bits_per_second"].as_f64(), received["bytes"].as_f64()) else {
            return Err(format!("iperf3 through the {}: {}", path.name, answer["error"]).into());
        };
        samples.note(throughput, path.name, rate / 1e9);
        samples.note(cost, path.name, used / (bytes * 8.0 / 1e9));
    }
    Ok(())
}

/// The throughput of one stream from a namespace, in Gbit/s.
pub(super) fn alone(client: &Netns, to: Ipv4Addr, time: Duration) -> Result<f64, Box<dyn Error>> {
    let mut iperf = Command::new("iperf3");
    iperf.args(["--json", "--client", &to.to_string(), "--port", &BULK.to_string()]);
    iperf.args(["--time", &time.as_secs_f64().ceil().to_string()]).stdin(Stdio::null()).stdout(Stdio::piped());
    let answer = Background::start(in_namespace(&mut iperf, client))?.json()?;
    let rate = answer["end"]["sum_received"]["bits_per_second"].as_f64();
    rate.map(|rate| rate / 1e9).ok_or_else(|| format!("iperf3 to {to}: {}", answer["error"]).into())
}

pub(super) fn tell(samples: &Samples, report: &mut Report) {
    let targets = [("bare", Target::RatioAtLeast(0.85)), ("HAProxy", Target::RatioAtLeast(2.0))];
    for (_, throughput, cost) in MEASURES {
        samples.compare(throughput, "Gbit/s", &targets, report);
        samples.compare(cost, "ms/Gbit", &[], report);
    }
}
