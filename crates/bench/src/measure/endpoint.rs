//! From CreateVpcEndpoint to the first byte through it, at a service that accepts by itself.

use std::error::Error;
use std::net::Ipv4Addr;
use std::time::Instant;

use super::Scale;
use crate::daemon::Daemon;
use crate::line::{CONSUMER, Line, first_byte};
use crate::path::Path;
use crate::report::{Report, Row, Target};
use crate::statistics::median;

pub(super) fn endpoint(daemon: &Daemon, line: &Line, scale: &Scale, report: &mut Report) -> Result<(), Box<dyn Error>> {
    let mut cloud = daemon.cloud(CONSUMER)?;
    let kernel = line.path("kernel path")?;
    let mut took = Vec::new();
    for n in 0..u8::try_from(scale.rounds)? {
        let address = Ipv4Addr::new(10, 0, 1, n);
        let begun = Instant::now();
        line.service.endpoint(&mut cloud, &line.consumer, address)?;
        first_byte(&Path {
            name: "new endpoint",
            client: kernel.client.clone(),
            server: kernel.server.clone(),
            address,
            shift: 0,
        })?;
        took.push(begun.elapsed().as_secs_f64() * 1e3);
    }
    report.add(Row::alone("CreateVpcEndpoint to first byte", "ms", median(&took)).must(Target::AtMost(100.0)));
    Ok(())
}
