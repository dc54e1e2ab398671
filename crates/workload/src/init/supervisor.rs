//! The life of the first process after boot: one loop over signals and the console.

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::AsFd;
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode};
use std::time::Instant;

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{SigSet, Signal, kill};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;

use super::user_data::{self, UserData};
use crate::console::ConsoleWriter;

/// Signals that ask the machine to end; the first process of a process namespace ignores all that it does not take.
const END: [Signal; 3] = [Signal::SIGTERM, Signal::SIGINT, Signal::SIGPWR];

/// From now on signals wait to be read.
pub(super) fn take_signals() -> nix::Result<SignalFd> {
    let signals: SigSet = END.into_iter().chain([Signal::SIGCHLD]).collect();
    signals.thread_block()?;
    SignalFd::with_flags(&signals, SfdFlags::SFD_NONBLOCK | SfdFlags::SFD_CLOEXEC)
}

/// The first process, once it is alone in its world.
pub(super) struct Supervisor {
    console: ConsoleWriter,
    printed: File,
    signals: SignalFd,
    environment: Vec<(String, String)>,
    user_data: Option<Vec<u8>>,
    script: Option<(Pid, Instant)>,
    ending: bool,
}

impl Supervisor {
    pub(super) fn new(
        console: ConsoleWriter,
        printed: File,
        signals: SignalFd,
        environment: Vec<(String, String)>,
        user_data: Option<Vec<u8>>,
    ) -> Self {
        Self { console, printed, signals, environment, user_data, script: None, ending: false }
    }

    /// Runs until the machine is asked to end and its last process has.
    pub(super) fn run(mut self) -> ExitCode {
        self.begin_user_data();
        loop {
            let mut ready =
                [PollFd::new(self.signals.as_fd(), PollFlags::POLLIN), PollFd::new(self.printed.as_fd(), PollFlags::POLLIN)];
            match poll(&mut ready, PollTimeout::NONE) {
                Ok(_) | Err(Errno::EINTR) => {}
                Err(_) => return ExitCode::FAILURE,
            }
            self.carry_console();
            self.read_signals();
            if self.bury_the_dead() && self.ending {
                self.carry_console();
                self.say("stopped");
                return ExitCode::SUCCESS;
            }
        }
    }

    fn begin_user_data(&mut self) {
        let Some(bytes) = self.user_data.take() else { return self.say("up") };
        match UserData::classify(&bytes) {
            UserData::Nothing => self.say("up, without user data"),
            UserData::Unsupported(form) => self.say(&format!("up; user data is {form}, which is not supported, and was not run")),
            UserData::Script(script) => match self.start_script(script) {
                Ok(pid) => self.script = Some((pid, Instant::now())),
                Err(error) => self.say(&format!("up; user data did not run: {error}")),
            },
        }
    }

    fn start_script(&mut self, script: &[u8]) -> io::Result<Pid> {
        let path = user_data::write_script(script)?;
        self.say("up, running user data");
        let environment = self.environment.iter().map(|(name, value)| (name, value));
        let child = Command::new(path).env_clear().envs(environment).current_dir("/").process_group(0).spawn()?;
        // No process number is larger than an i32; the kernel counts in them.
        Ok(Pid::from_raw(child.id().cast_signed()))
    }

    /// Moves what was printed to the console. A console that cannot be written must not stop the machine.
    fn carry_console(&mut self) {
        let mut buffer = [0; 16 * 1024];
        while let Ok(length @ 1..) = self.printed.read(&mut buffer) {
            let _ = self.console.write(&buffer[..length]);
            if length < buffer.len() {
                break;
            }
        }
    }

    fn read_signals(&mut self) {
        while let Ok(Some(signal)) = self.signals.read_signal() {
            let asked_to_end = END.iter().any(|&end| signal.ssi_signo == end as u32);
            if asked_to_end && !self.ending {
                self.ending = true;
                self.say("stopping");
                let everyone = Pid::from_raw(-1);
                let _ = kill(everyone, Signal::SIGTERM);
                let _ = kill(everyone, Signal::SIGCONT);
            }
        }
    }

    /// Collects every process that has ended; says whether none is left.
    fn bury_the_dead(&mut self) -> bool {
        loop {
            match waitpid(Pid::from_raw(-1), Some(WaitPidFlag::WNOHANG)) {
                Ok(WaitStatus::StillAlive) => return false,
                Ok(status) => self.note_end_of_script(status),
                Err(Errno::EINTR) => {}
                Err(_) => return true,
            }
        }
    }

    fn note_end_of_script(&mut self, status: WaitStatus) {
        let Some((script, begun)) = self.script.filter(|(script, _)| status.pid() == Some(*script)) else { return };
        self.carry_console();
        let took = begun.elapsed().as_millis();
        match status {
            WaitStatus::Exited(_, code) => {
                self.say(&format!("user data (process {script}) ended with status {code} after {took} ms"))
            }
            WaitStatus::Signaled(_, signal, _) => {
                self.say(&format!("user data (process {script}) was ended by {signal} after {took} ms"))
            }
            _ => return,
        }
        self.script = None;
    }

    fn say(&mut self, line: &str) {
        let _ = self.console.write(format!("[boot] {line}\n").as_bytes());
    }
}
