//! What one more VPC and one more endpoint cost when there are many already: time and memory.

use std::error::Error;
use std::net::Ipv4Addr;
use std::time::Instant;

use super::{Scale, bulk};
use crate::cloud::Cloud;
use crate::cpu::Meter;
use crate::daemon::{Daemon, Daemons};
use crate::line::{CONSUMER, Network, Service, first_byte};
use crate::memory::{kernel, proportional};
use crate::netns::Netns;
use crate::path::Path;
use crate::report::{Report, Row, Target};
use crate::statistics::median;

/// How many of the last ones are looked at.
const LAST: usize = 25;
/// How much dearer the N-th may be than the first ten.
const FLAT: f64 = 1.5;
const ENDPOINT: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 200);

/// What some VPCs, each with an endpoint, cost.
struct Cost {
    vpc: f64,
    endpoint: f64,
    daemon: f64,
    kernel: f64,
    /// What one of them carries beside the others.
    rate: f64,
}

pub(super) fn growth(daemons: &Daemons, scale: &Scale, report: &mut Report) -> Result<(), Box<dyn Error>> {
    let daemon = daemons.fresh("growth")?;
    let meter = Meter::new();
    let service = Service::make(&daemon, &meter)?;
    let mut cloud = daemon.cloud(CONSUMER)?;
    let (mut made, mut first) = (0, None);
    for &world in scale.worlds {
        let cost = grow(&daemon, &mut cloud, &service, world - made, scale)?;
        made = world;
        tell(world, &cost, first.as_ref(), report);
        first.get_or_insert(cost);
    }
    Ok(())
}

/// Makes VPCs with an endpoint each. The last ones are looked at.
fn grow(daemon: &Daemon, cloud: &mut Cloud, service: &Service, count: usize, scale: &Scale) -> Result<Cost, Box<dyn Error>> {
    let before = (proportional(daemon.pid())?, kernel()?);
    let (mut vpcs, mut endpoints, mut client) = (Vec::new(), Vec::new(), None);
    for n in 0..count {
        let begun = Instant::now();
        let vpc = cloud.vpc("10.0.0.0/16")?;
        vpcs.push(begun.elapsed().as_secs_f64() * 1e3);
        let network = Network { subnet: cloud.subnet(&vpc, "10.0.0.0/20")?, group: cloud.open_group(&vpc)?, vpc };
        if n + LAST >= count {
            let (took, from) = seen_endpoint(cloud, service, &network)?;
            endpoints.push(took);
            client = Some(from);
        } else {
            service.endpoint(cloud, &network, ENDPOINT)?;
        }
    }
    let (after, count) = ((proportional(daemon.pid())?, kernel()?), count as f64);
    let client = client.ok_or("nothing was made")?;
    let last = &vpcs[vpcs.len().saturating_sub(LAST)..];
    Ok(Cost {
        vpc: median(last),
        endpoint: median(&endpoints),
        daemon: (after.0 - before.0) / count,
        kernel: (after.1 - before.1) / count,
        rate: bulk::alone(&client, ENDPOINT, scale.each)?,
    })
}

/// From the call to the first byte, in milliseconds, and where that was seen.
fn seen_endpoint(cloud: &mut Cloud, service: &Service, network: &Network) -> Result<(f64, Netns), Box<dyn Error>> {
    let (seat, _) = cloud.seat(&network.subnet, &network.group)?;
    let client = Netns::open(&seat.netns)?;
    let begun = Instant::now();
    service.endpoint(cloud, network, ENDPOINT)?;
    first_byte(&Path { name: "new endpoint", server: client.clone(), client: client.clone(), address: ENDPOINT, shift: 0 })?;
    Ok((begun.elapsed().as_secs_f64() * 1e3, client))
}

fn tell(world: usize, cost: &Cost, first: Option<&Cost>, report: &mut Report) {
    let mut row = |name: &str, unit, value: fn(&Cost) -> f64, asked: bool| {
        let row = Row::alone(format!("{name} {world}"), unit, value(cost));
        report.add(match first {
            Some(first) if asked => row.against("number 10", value(first)).must(Target::RatioAtMost(FLAT)),
            Some(first) => row.against("number 10", value(first)),
            None => row,
        });
    };
    row("time to available, VPC number", "ms", |cost| cost.vpc, true);
    row("time to first byte, endpoint number", "ms", |cost| cost.endpoint, true);
    row("daemon's memory per VPC with endpoint, up to number", "kB", |cost| cost.daemon, true);
    row("throughput through one endpoint beside others, number", "Gbit/s", |cost| cost.rate, false);
    row("kernel's memory per VPC with endpoint, up to number", "kB", |cost| cost.kernel, false);
}
