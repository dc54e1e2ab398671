//! `underpass down`: stops the daemon and takes away what the kernel has of it.

use std::error::Error;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Args;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::daemon::teardown::{Taken, teardown};
use crate::state::StateDir;

/// How long the daemon may take to finish what it does.
const PATIENCE: Duration = Duration::from_secs(20);

/// Stop Underpass.
#[derive(Args)]
pub struct Down {
    /// Also remove the state directory with every resource in it
    #[arg(long)]
    delete_state: bool,
}

impl Down {
    pub(super) fn run(self, state: StateDir) -> Result<ExitCode, Box<dyn Error>> {
        let state = state.prepare()?;
        if let Ok(daemon) = state.daemon() {
            end(&state, Pid::from_raw(daemon.pid))?;
        }
        let _lock = state.lock()?;
        let Taken { machines, namespaces, programs } = teardown(&state)?;
        println!("Underpass is down: {machines} machines stopped, {namespaces} namespaces removed, {programs} programs ended.");
        match self.delete_state {
            true => std::fs::remove_dir_all(state.root())?,
            false => println!("The resources stay in {}; `underpass up` brings them back.", state.root().display()),
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Asks the daemon to end, and kills it when it does not: nothing is lost either way.
fn end(state: &StateDir, daemon: Pid) -> Result<(), Box<dyn Error>> {
    let _ = kill(daemon, Signal::SIGTERM);
    let begun = Instant::now();
    while state.lock().is_err() {
        if begun.elapsed() > PATIENCE {
            let _ = kill(daemon, Signal::SIGKILL);
        }
        if begun.elapsed() > PATIENCE * 2 {
            return Err(format!("process {daemon} would not end").into());
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    Ok(())
}
