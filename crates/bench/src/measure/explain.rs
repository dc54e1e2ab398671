//! `underpass explain` among a thousand interfaces: the daemon's answer over one connection, without the start of a program.

use std::error::Error;
use std::time::Instant;

use super::Scale;
use super::group::{build, populate};
use crate::cloud::Cloud;
use crate::cpu::Meter;
use crate::daemon::Daemons;
use crate::line::{CONSUMER, ENDPOINT, Network, Service};
use crate::path::SERVICE;
use crate::report::{Report, Row, Target};
use crate::statistics::percentile;

/// How many network interfaces there are.
const INTERFACES: usize = 1000;
/// Those that are there before the others: of the endpoint, the sender and the receiver.
const FIRST: usize = 3;
/// How long an explanation may take, in milliseconds.
const MOST: f64 = 20.0;
const PORT: &str = "9000";

pub(super) fn explain(daemons: &Daemons, scale: &Scale, report: &mut Report) -> Result<(), Box<dyn Error>> {
    let daemon = daemons.fresh("explain")?;
    let meter = Meter::new();
    let service = Service::make(&daemon, &meter)?;
    let mut cloud = daemon.cloud(CONSUMER)?;
    let world = build(&mut cloud)?;
    let network = Network { subnet: world.subnet.clone(), group: cloud.open_group(&world.vpc)?, vpc: world.vpc.clone() };
    let endpoint = service.endpoint(&mut cloud, &network, ENDPOINT)?;
    populate(&daemon, &world, INTERFACES - FIRST)?;

    let mut cloud = daemon.cloud(CONSUMER)?;
    let [from, to] = &world.interfaces;
    let receiver = format!("{to}:{PORT}");
    let mut ask = |cloud: &mut Cloud, name: &str, destination: &str, verdict: &str| {
        measure(cloud, scale, (from, destination), verdict).map(|took| tell(name, &took, report))
    };
    ask(&mut cloud, "denied by a group", &receiver, "denied")?;
    cloud.ec2("AuthorizeSecurityGroupIngress", &world.rule("tcp", PORT))?;
    ask(&mut cloud, "allowed to a group", &receiver, "allowed")?;
    ask(&mut cloud, "through an endpoint", &format!("{endpoint}:{SERVICE}"), "allowed")
}

/// Asks again and again; the times in milliseconds, sorted. What is said must be so.
fn measure(cloud: &mut Cloud, scale: &Scale, (from, to): (&str, &str), verdict: &str) -> Result<Vec<f64>, Box<dyn Error>> {
    let (begun, mut took) = (Instant::now(), Vec::new());
    while begun.elapsed() < scale.each {
        let start = Instant::now();
        let answer = cloud.explain(from, to)?;
        took.push(start.elapsed().as_secs_f64() * 1e3);
        if answer["explanation"]["verdict"] != verdict {
            return Err(format!("{from} to {to} is not {verdict}: {}", answer["text"]).into());
        }
    }
    took.sort_by(f64::total_cmp);
    Ok(took)
}

fn tell(name: &str, took: &[f64], report: &mut Report) {
    let row = |share, part: &str| {
        Row::alone(format!("explain among {INTERFACES} interfaces, {name}{part}"), "ms", percentile(took, share))
    };
    report.add(row(0.5, "").must(Target::AtMost(MOST)));
    report.add(row(0.99, ", p99"));
}
