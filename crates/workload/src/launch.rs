//! The starter of a machine: a short-lived process between the daemon and the machine's first process.
//!
//! The daemon has threads and cannot fork safely, so it executes this. It takes the namespaces, starts the first process
//! in them, notes who that is, lets it go and ends; the first process then belongs to nobody and outlives the daemon.

use std::fs;
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, ExitCode, Stdio};

use nix::errno::Errno;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::unistd::setsid;

use crate::cgroup::{self, Membership};
use crate::error::During;
use crate::layout::Layout;
use crate::process::ProcessIdentity;
use crate::record::{Record, read_json, write_json};
use crate::{Spec, StepFailed, helper, namespaces, own_executable};

/// Open files of a machine's process, as systemd gives them.
const OPEN_FILES: u64 = 1024;

/// Starts the machine in `folder`; standard output takes the report, which is empty on success.
pub(crate) fn main(folder: PathBuf) -> ExitCode {
    match launch(&Layout::at(folder)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let report = serde_json::to_vec(&failure).unwrap_or_default();
            let _ = io::stdout().write_all(&report);
            ExitCode::FAILURE
        }
    }
}

fn launch(layout: &Layout) -> Result<(), StepFailed> {
    let spec: Spec = read_json(&layout.spec())
        .during("read what the machine should be")?
        .ok_or_else(|| StepFailed::new("read what the machine should be", libc::ENOENT))?;
    let user_data_was_taken = layout.user_data_taken().exists();
    setsid().during("leave the session of the daemon")?;
    limit_files().during("limit open files")?;
    let cgroup = cgroup::join_new(layout.folder(), &spec.limits);
    namespaces::enter_network(&spec.netns)?;
    namespaces::separate_mounts()?;
    let executable = own_executable::cover()?;
    namespaces::separate_processes()?;
    let init = Command::new(executable)
        .arg(helper::INIT)
        .arg(layout.folder())
        .env_clear()
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .during("start the first process")?;
    let outcome = hand_over(layout, init, cgroup);
    if outcome.is_err() {
        let _ = fs::remove_file(layout.record());
        if !user_data_was_taken {
            // A boot that failed did not run it, so the next one may.
            let _ = fs::remove_file(layout.user_data_taken());
        }
    }
    outcome
}

/// Notes who the first process is, lets it go, and waits until it has booted or says why it has not.
fn hand_over(layout: &Layout, mut init: Child, cgroup: Membership) -> Result<(), StepFailed> {
    let outcome = note(layout, &init, cgroup).and_then(|()| let_go(&mut init));
    if outcome.is_err() {
        let _ = init.kill();
        let _ = init.wait();
    }
    outcome
}

fn note(layout: &Layout, init: &Child, cgroup: Membership) -> Result<(), StepFailed> {
    let identity = ProcessIdentity::of(init.id().cast_signed())
        .during("identify the first process")?
        .ok_or_else(|| StepFailed::new("identify the first process", libc::ESRCH))?;
    write_json(&layout.record(), &Record { init: identity, cgroup }).during("note the first process")
}

fn let_go(init: &mut Child) -> Result<(), StepFailed> {
    let go = init.stdin.take().map(|mut pipe| pipe.write_all(b"!"));
    go.transpose().during("let the first process go")?;
    let mut report = Vec::new();
    if let Some(pipe) = &mut init.stdout {
        pipe.read_to_end(&mut report).during("hear from the first process")?;
    }
    // It closes the report by becoming a machine, or by ending: with words, or without.
    let ended = init.try_wait().during("look at the first process")?;
    match (serde_json::from_slice::<StepFailed>(&report), ended) {
        (Ok(failure), _) => Err(failure),
        (Err(_), Some(_)) => Err(StepFailed::new("keep the first process alive", libc::ECHILD)),
        (Err(_), None) => Ok(()),
    }
}

/// The daemon may have raised its own; programs with `select` break when they inherit that.
fn limit_files() -> Result<(), Errno> {
    let (_, hard) = getrlimit(Resource::RLIMIT_NOFILE)?;
    setrlimit(Resource::RLIMIT_NOFILE, OPEN_FILES.min(hard), hard)?;
    setrlimit(Resource::RLIMIT_CORE, 0, 0)
}
