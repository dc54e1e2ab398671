//! `underpass down`: stops the daemon and takes away what the kernel has of it.

use std::error::Error;
use std::fs::File;
use std::process::ExitCode;
use std::sync::mpsc::channel;
use std::time::Duration;

use clap::Args;
use nix::fcntl::Flock;
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
        let daemon = state.daemon().ok();
        let (_lock, by_daemon) = match &daemon {
            Some(daemon) => (end(&state, Pid::from_raw(daemon.pid))?, Taken::left(&state)),
            None => (state.lock()?, Taken::default()),
        };
        let Taken { machines, namespaces, programs } = teardown(&state)?.and(&by_daemon);
        println!("Underpass is down: {machines} machines stopped, {namespaces} namespaces removed, {programs} programs ended.");
        if daemon.is_some_and(|daemon| daemon.ephemeral) {
            println!("It was ephemeral: its resources are gone with it.");
        }
        match self.delete_state {
            true => std::fs::remove_dir_all(state.root())?,
            false if state.database().exists() => {
                println!("The resources stay in {}; `underpass up` brings them back.", state.root().display());
            }
            false => {}
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Asks the daemon to end, and kills it when it does not: nothing is lost either way. Answers the lock that it had.
fn end(state: &StateDir, daemon: Pid) -> Result<Flock<File>, Box<dyn Error>> {
    let (free, told) = channel();
    let waiting = state.clone();
    std::thread::spawn(move || free.send(waiting.wait()));
    for signal in [Signal::SIGTERM, Signal::SIGKILL] {
        let _ = kill(daemon, signal);
        if let Ok(lock) = told.recv_timeout(PATIENCE) {
            return Ok(lock?);
        }
    }
    Err(format!("process {daemon} would not end").into())
}
