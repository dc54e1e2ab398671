//! Runs a program inside a running machine: a process that enters all its namespaces, gives up what its programs do not
//! have, and stands in for the program outside.

use std::ffi::OsString;
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode};

use nix::sched::{CloneFlags, setns};
use nix::sys::prctl::set_pdeathsig;
use nix::sys::signal::Signal;

use crate::confine::{self, Confinement};
use crate::error::During;
use crate::foreground::Relay;
use crate::layout::Layout;
use crate::process::ProcessHandle;
use crate::record::{Record, read_json};
use crate::tether::Tether;
use crate::{Spec, StepFailed, cgroup, helper, init, namespaces, own_executable};

/// Exit statuses that are ours and not the program's, with the numbers that shells and container tools use.
pub(crate) const CANNOT_JOIN: u8 = 125;
const CANNOT_EXECUTE: u8 = 126;
const NOT_FOUND: u8 = 127;

/// Runs `program` in the machine in `folder`; its exit status is the program's own.
pub(crate) fn main(folder: PathBuf, program: &[OsString]) -> ExitCode {
    match join(&folder, program) {
        Ok(status) => ExitCode::from(status),
        Err(failure) => {
            let _ = writeln!(io::stderr(), "underpass: {failure}");
            ExitCode::from(status_of(&failure))
        }
    }
}

const RUN: &str = "run";

fn status_of(failure: &StepFailed) -> u8 {
    match (failure.step.strip_prefix(RUN), failure.errno) {
        (Some(_), libc::ENOENT) => NOT_FOUND,
        (Some(_), _) => CANNOT_EXECUTE,
        _ => CANNOT_JOIN,
    }
}

fn join(folder: &Path, program: &[OsString]) -> Result<u8, StepFailed> {
    set_pdeathsig(Signal::SIGKILL).during("be ended with the caller")?;
    if !own_executable::is_covered()? {
        return Err(again_from_covered_file(folder, program)?);
    }
    let layout = Layout::at(folder);
    let spec: Spec = read_json(&layout.spec()).during("read what the machine is")?.ok_or_else(not_running)?;
    let record: Record = read_json(&layout.record()).during("find the machine")?.ok_or_else(not_running)?;
    let machine = record.init.open().during("find the machine")?.ok_or_else(not_running)?;
    cgroup::join(&record.cgroup).during("enter the cgroups of the machine")?;
    let confinement = Confinement::prepare(machine.as_fd().try_clone_to_owned().during("hold on to the machine")?);
    confine::hide_process()?;
    enter(&machine)?;
    let relay = Relay::begin().during("take signals")?;
    let child = start(program, &spec, confinement)?;
    relay.wait(child).during("wait for the program")
}

fn not_running() -> StepFailed {
    StepFailed::new("find the running machine", libc::ESRCH)
}

/// Executes this program again from a file that the machine cannot write; comes back only on failure.
fn again_from_covered_file(folder: &Path, program: &[OsString]) -> Result<StepFailed, StepFailed> {
    namespaces::separate_mounts()?;
    let executable = own_executable::cover()?;
    let failure = Command::new(executable).arg(helper::JOIN).arg(folder).args(program).exec();
    Ok(StepFailed::new("execute this program again", failure.raw_os_error().unwrap_or(libc::EIO)))
}

fn enter(machine: &ProcessHandle) -> Result<(), StepFailed> {
    let all = CloneFlags::CLONE_NEWNS
        | CloneFlags::CLONE_NEWPID
        | CloneFlags::CLONE_NEWNET
        | CloneFlags::CLONE_NEWUTS
        | CloneFlags::CLONE_NEWIPC;
    setns(machine, all).during("enter the namespaces of the machine")
}

/// Starts the program as a child, because only children are in the machine's process namespace.
fn start(program: &[OsString], spec: &Spec, confinement: Confinement) -> Result<Child, StepFailed> {
    let (name, arguments) = program.split_first().ok_or_else(|| StepFailed::new("choose a program", libc::EINVAL))?;
    let mut command = Command::new(name);
    command.args(arguments).env_clear().envs(init::environment(spec)).current_dir("/");
    if let Some(terminal) = std::env::var_os("TERM") {
        command.env("TERM", terminal);
    }
    let (tether, _anchor) = Tether::new().during("tie the program to its caller")?;
    // SAFETY: between fork and exec it only makes system calls with values prepared before.
    unsafe {
        command.pre_exec(move || {
            confinement.apply()?;
            tether.fasten()
        });
    }
    command.spawn().during(format!("{RUN} {}", name.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_is_not_there_differs_from_a_machine_that_is_not() {
        assert_eq!(status_of(&StepFailed::new("run nothing", libc::ENOENT)), NOT_FOUND);
        assert_eq!(status_of(&StepFailed::new("run /etc", libc::EACCES)), CANNOT_EXECUTE);
        assert_eq!(status_of(&not_running()), CANNOT_JOIN);
    }
}
