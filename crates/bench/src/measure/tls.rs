//! TLS 1.3 with a P-256 certificate in front of a server that does not speak it: our TLS listener through a PrivateLink, and
//! HAProxy and nginx in its place.

use std::error::Error;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::Scale;
use super::samples::Samples;
use crate::cpu::{self, Meter};
use crate::daemon::{Daemon, Daemons};
use crate::line::{CONSUMER, ENDPOINT, Network, SECURE, Service};
use crate::netns::Netns;
use crate::path::{Path, SERVICE};
use crate::peer::{self, Proxy};
use crate::play;
use crate::process::{Background, in_namespace, role};
use crate::report::{Report, Row, Target};

/// Its name in the report.
const OURS: &str = "TLS listener";
const PEERS: [&str; 2] = ["HAProxy", "nginx"];
/// How long the first handshake may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// Handshakes at a time.
const THREADS: &str = "32";

/// What is played, over how many streams, and the names of what is measured.
const BULK: [(&str, &str, &str, &str); 3] = [
    ("receive", "1", "TLS throughput to the client, 1 stream", "CPU of the server per Gbit to the client, 1 stream"),
    ("receive", "4", "TLS throughput to the client, 4 streams", "CPU of the server per Gbit to the client, 4 streams"),
    ("send", "4", "TLS throughput to the server, 4 streams", "CPU of the server per Gbit to the server, 4 streams"),
];
const RATE: &str = "full TLS handshakes";
const COST: &str = "CPU of the server per full TLS handshake";
const MEDIAN: &str = "time of a full TLS handshake with a request, p50";

/// One way, and the process that ends TLS on it.
struct Way {
    path: Path,
    server: u32,
}

/// All of them.
struct Ways {
    all: Vec<Way>,
    /// Where clients arrive.
    router: Netns,
    _proxies: Vec<Proxy>,
    _service: Service,
    _meter: Meter,
}

pub(super) fn tls(daemons: &Daemons, scale: &Scale, report: &mut Report) -> Result<(), Box<dyn Error>> {
    let daemon = daemons.fresh("tls")?;
    let ways = Ways::build(daemons, &daemon)?;
    let mut samples = Samples::default();
    for round in 1..=scale.rounds {
        eprintln!("   round {round} of {}", scale.rounds);
        for way in &ways.all {
            // Ours is the daemon; while others are measured it stands still.
            let _held = match way.path.name {
                OURS => None,
                _ => Some((daemon.held()?, peer::let_in(&ways.router, "tcp", way.path.to(SERVICE))?)),
            };
            sample(way, scale, &mut samples)?;
        }
    }
    tell(&samples, report);
    Ok(())
}

impl Ways {
    fn build(daemons: &Daemons, daemon: &Daemon) -> Result<Self, Box<dyn Error>> {
        let (meter, directory) = (Meter::new(), daemons.directory("tls-peers")?);
        let made = rcgen::generate_simple_self_signed(vec!["bench.test".to_owned()])?;
        let (certificate, key) = (made.cert.pem(), made.signing_key.serialize_pem());
        let service = Service::make(daemon, &meter)?;
        service.secure(daemon, (&certificate, &key))?;
        let mut cloud = daemon.cloud(CONSUMER)?;
        let consumer = Network::make(&mut cloud)?;
        let (client, _) = cloud.seat(&consumer.subnet, &consumer.group)?;
        service.endpoint(&mut cloud, &consumer, ENDPOINT)?;
        let (at, server) = (Netns::open(&client.netns)?, Netns::open(&service.server.netns)?);
        let path = Path { name: OURS, client: at, server, address: ENDPOINT, shift: SECURE };
        first_handshake(&path)?;
        let mut between = service.between(&client, &consumer, directory.clone())?;
        between.certificate = Some(both(directory, &certificate, &key)?);
        let held = daemon.held()?;
        let proxies = peer::start_all(&between, &meter)?;
        let mut all: Vec<Way> = proxies.iter().map(|proxy| Way { path: proxy.path(&path), server: proxy.process.id() }).collect();
        all.iter().try_for_each(|way| first_handshake(&way.path))?;
        drop(held);
        all.insert(0, Way { path, server: daemon.pid() });
        Ok(Self { all, router: between.consumer, _proxies: proxies, _service: service, _meter: meter })
    }
}

/// A file that both proxies read, seen by nobody else.
fn both(directory: PathBuf, certificate: &str, key: &str) -> Result<PathBuf, Box<dyn Error>> {
    let file = directory.join("certificate.pem");
    std::fs::write(&file, format!("{certificate}{key}"))?;
    Ok(std::fs::canonicalize(file)?)
}

fn first_handshake(path: &Path) -> Result<(), Box<dyn Error>> {
    let (begun, to) = (Instant::now(), path.to(SERVICE));
    let knock = || play::knock_secure(to).map_err(|error| std::io::Error::other(error.to_string()));
    while let Err(error) = path.client.within(knock) {
        if begun.elapsed() > PATIENCE {
            return Err(format!("no handshake through the {} with {to}: {error}", path.name).into());
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    Ok(())
}

fn sample(way: &Way, scale: &Scale, samples: &mut Samples) -> Result<(), Box<dyn Error>> {
    for (part, streams, throughput, cost) in BULK {
        let (answer, used) = played(way, part, streams, scale.each)?;
        let gigabits = number(&answer, "bytes") * 8.0 / 1e9;
        samples.note(throughput, way.path.name, gigabits / number(&answer, "seconds"));
        samples.note(cost, way.path.name, used.as_secs_f64() * 1e3 / gigabits);
    }
    let (answer, used) = played(way, "shake", THREADS, scale.each)?;
    if number(&answer, "failed") > 0.0 {
        eprintln!("   {} handshakes failed on the {}: {}", answer["failed"], way.path.name, answer["error"]);
    }
    samples.note(RATE, way.path.name, number(&answer, "done") / number(&answer, "seconds"));
    samples.note(COST, way.path.name, used.as_secs_f64() * 1e6 / number(&answer, "done").max(1.0));
    samples.note(MEDIAN, way.path.name, number(&answer, "p50"));
    Ok(())
}

/// What a client printed, and the processor time of who ended TLS meanwhile.
fn played(way: &Way, part: &str, count: &str, time: Duration) -> Result<(Value, Duration), Box<dyn Error>> {
    let before = cpu::of(way.server)?;
    let mut client = role(part, &[&way.path.to(SERVICE).to_string(), count, &time.as_secs_f64().to_string()])?;
    let answer = Background::start(in_namespace(&mut client, &way.path.client).stdout(Stdio::piped()))?.json();
    let answer = answer.map_err(|error| format!("{part} through the {}: {error}", way.path.name))?;
    Ok((answer, cpu::of(way.server)? - before))
}

fn number(answer: &Value, name: &str) -> f64 {
    answer[name].as_f64().unwrap_or_default()
}

fn tell(samples: &Samples, report: &mut Report) {
    for (_, _, throughput, cost) in BULK {
        let better = better(samples, throughput);
        compare(samples, (throughput, "Gbit/s"), (better, Target::RatioAtLeast(1.3)), report);
        compare(samples, (cost, "ms/Gbit"), ("", Target::RatioAtMost(1.0)), report);
    }
    compare(samples, (RATE, "1/s"), ("", Target::RatioAtLeast(1.0)), report);
    compare(samples, (COST, "µs"), ("nginx", Target::RatioAtMost(0.7)), report);
    compare(samples, (MEDIAN, "µs"), ("", Target::RatioAtMost(1.0)), report);
}

/// The peer that reaches more.
fn better(samples: &Samples, measure: &'static str) -> &'static str {
    let [one, other] = PEERS;
    if samples.median(measure, one) > samples.median(measure, other) { one } else { other }
}

/// Reports ours against each peer; the target concerns one of them, or none.
fn compare(
    samples: &Samples,
    (measure, unit): (&'static str, &'static str),
    (asked, target): (&str, Target),
    report: &mut Report,
) {
    for peer in PEERS {
        let row = Row::alone(measure, unit, samples.median(measure, OURS)).against(peer, samples.median(measure, peer));
        report.add(if peer == asked { row.must(target) } else { row });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn throughput_must_beat_the_better_peer_and_nginx_alone_is_asked_for_the_cost_of_a_handshake() {
        let mut samples = Samples::default();
        for (_, _, throughput, _) in BULK {
            samples.note(throughput, "HAProxy", 3.0);
            samples.note(throughput, "nginx", 2.0);
        }
        assert!(BULK.iter().all(|(_, _, throughput, _)| better(&samples, throughput) == "HAProxy"));
        let mut report = Report::default();
        tell(&samples, &mut report);
        assert_eq!(report.asked(), BULK.len() + 1);
    }
}
