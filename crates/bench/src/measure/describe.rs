//! DescribeVpcs, one after the other over one connection.

use std::error::Error;
use std::time::Instant;

use super::Scale;
use crate::daemon::Daemon;
use crate::report::{Report, Row, Target};
use crate::statistics::median;

pub(super) fn describe(daemon: &Daemon, scale: &Scale, report: &mut Report) -> Result<(), Box<dyn Error>> {
    let mut cloud = daemon.cloud("444444444444")?;
    cloud.vpc("10.0.0.0/16")?;
    let mut rates = Vec::new();
    for _ in 0..scale.rounds {
        let (begun, mut done) = (Instant::now(), 0_u32);
        while begun.elapsed() < scale.each {
            cloud.ec2("DescribeVpcs", &[])?;
            done += 1;
        }
        rates.push(f64::from(done) / begun.elapsed().as_secs_f64());
    }
    report.add(Row::alone("DescribeVpcs over one connection", "1/s", median(&rates)).must(Target::AtLeast(10_000.0)));
    Ok(())
}
