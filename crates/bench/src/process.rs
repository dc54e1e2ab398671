//! Programs that run beside the measurement: placed in a namespace, counted by a meter, ended with it.

use std::error::Error;
use std::io::Read;
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdout, Command, Stdio};

use nix::sched::{CloneFlags, setns};
use nix::sys::signal::Signal;
use serde_json::Value;

use crate::cpu::Meter;
use crate::netns::Netns;

/// A program that is killed when this is dropped, or when this process ends in whatever way.
pub struct Background(Child);

impl Background {
    /// Starts a program.
    pub fn start(command: &mut Command) -> Result<Self, Box<dyn Error>> {
        let name = command.get_program().to_string_lossy().into_owned();
        // SAFETY: prctl is one system call.
        unsafe { command.pre_exec(|| Ok(nix::sys::prctl::set_pdeathsig(Signal::SIGKILL)?)) };
        Ok(Self(command.spawn().map_err(|error| format!("{name} cannot be started: {error}"))?))
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.0.id()
    }

    /// What it prints.
    pub fn stdout(&mut self) -> Result<&mut ChildStdout, Box<dyn Error>> {
        self.0.stdout.as_mut().ok_or_else(|| "its output was not kept".into())
    }

    /// Whether it still runs.
    pub fn runs(&mut self) -> bool {
        matches!(self.0.try_wait(), Ok(None))
    }

    /// Waits for its end and reads the JSON that it printed.
    pub fn json(mut self) -> Result<Value, Box<dyn Error>> {
        let mut text = String::new();
        self.0.stdout.take().ok_or("its output was not kept")?.read_to_string(&mut text)?;
        let status = self.0.wait()?;
        serde_json::from_str(&text).map_err(|_| format!("it ended with {status} and printed {text:?}").into())
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// This program again, in another role.
pub fn role(name: &str, arguments: &[&str]) -> Result<Command, Box<dyn Error>> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg(name).args(arguments).stdin(Stdio::null());
    Ok(command)
}

/// Has the program run in `netns`.
pub fn in_namespace<'c>(command: &'c mut Command, netns: &Netns) -> &'c mut Command {
    let netns = netns.clone();
    // SAFETY: setns is one system call on a descriptor that the closure keeps open.
    unsafe {
        command.pre_exec(move || Ok(setns(std::os::fd::BorrowedFd::borrow_raw(netns.descriptor()), CloneFlags::CLONE_NEWNET)?))
    }
}

/// Has the program's processor time counted by `meter`.
pub fn counted<'c>(command: &'c mut Command, meter: &Meter) -> &'c mut Command {
    let Some(members) = meter.members() else { return command };
    // SAFETY: opening and writing a file are system calls; the path was built before the fork.
    unsafe { command.pre_exec(move || members.admit_self()) }
}

/// Lets this process and its children open as many descriptors as the machine allows.
pub fn raise_descriptor_limit() -> std::io::Result<()> {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: both calls get a valid pointer to a limit that lives here.
    let done = unsafe {
        libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit);
        limit.rlim_cur = limit.rlim_max;
        libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit)
    };
    if done == 0 { Ok(()) } else { Err(std::io::Error::last_os_error()) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_program_prints_json_or_what_it_printed_is_told() {
        let said = |text: &str| {
            let mut echo = Command::new("echo");
            Background::start(echo.arg(text).stdout(Stdio::piped())).unwrap().json()
        };
        assert_eq!(said(r#"{"a": 1}"#).unwrap()["a"], 1);
        assert!(said("no json").unwrap_err().to_string().contains("no json"));
    }

    #[test]
    fn a_program_is_gone_when_it_is_dropped() {
        let mut program = Background::start(Command::new("sleep").arg("1000")).unwrap();
        let pid = program.id();
        assert!(program.runs());
        drop(program);
        assert!(!std::path::Path::new(&format!("/proc/{pid}")).exists());
    }

    #[test]
    fn a_program_that_is_not_there_is_named() {
        let error = Background::start(&mut Command::new("no-such-program")).err().map(|error| error.to_string());
        assert!(error.unwrap().starts_with("no-such-program cannot be started"));
    }

    #[test]
    fn what_a_program_uses_is_counted() {
        let meter = Meter::new();
        let before = meter.used().unwrap();
        let mut busy = Command::new("sh");
        let busy = counted(busy.args(["-c", "i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done; echo 1"]), &meter);
        Background::start(busy.stdout(Stdio::piped())).unwrap().json().unwrap();
        assert!(meter.used().unwrap() - before > std::time::Duration::from_millis(5));
    }
}
