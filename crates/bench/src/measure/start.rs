//! Starting: to the first answered call, with nothing and with a hundred VPCs; and what an idle daemon keeps in memory.

use std::error::Error;
use std::time::Duration;

use super::{Scale, describe};
use crate::daemon::{Daemon, Daemons};
use crate::memory::resident;
use crate::report::{Report, Row, Target};
use crate::statistics::median;

/// The VPCs that a daemon finds when it is started again.
const VPCS: usize = 100;
/// How long a daemon is left alone before it counts as idle.
const REST: Duration = Duration::from_secs(2);

pub(super) fn start(daemons: &Daemons, scale: &Scale, report: &mut Report) -> Result<(), Box<dyn Error>> {
    let mut fresh = Vec::new();
    for _ in 0..scale.rounds {
        fresh.push(millis(&daemons.fresh("start")?));
    }
    report.add(Row::alone("start to first answer, fresh", "ms", median(&fresh)).must(Target::AtMost(150.0)));

    let mut daemon = daemons.fresh("start")?;
    std::thread::sleep(REST);
    report.add(Row::alone("resident memory, idle", "MB", resident(daemon.pid())? / 1024.0).must(Target::AtMost(40.0)));
    describe::describe(&daemon, scale, report)?;
    let mut cloud = daemon.cloud("333333333333")?;
    for _ in 0..VPCS {
        cloud.vpc("10.0.0.0/16")?;
    }
    std::thread::sleep(REST);
    report.add(Row::alone(format!("resident memory, idle, {VPCS} VPCs"), "MB", resident(daemon.pid())? / 1024.0));
    let mut again = Vec::new();
    for _ in 0..scale.rounds {
        daemon = daemon.kill().start()?;
        again.push(millis(&daemon));
    }
    report.add(
        Row::alone(format!("start to first answer, {VPCS} VPCs after kill -9"), "ms", median(&again)).must(Target::AtMost(150.0)),
    );
    Ok(())
}

fn millis(daemon: &Daemon) -> f64 {
    daemon.started_in.as_secs_f64() * 1e3
}
