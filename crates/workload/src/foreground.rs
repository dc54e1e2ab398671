//! Waits for a program that has our terminal and streams, as if it stood in our place: signals go on to it, and how it ends is how we end.

use std::io;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ExitStatus};
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use nix::errno::Errno;
use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, Signal, kill, sigaction};
use nix::sys::wait::{Id, WaitPidFlag, waitid};
use nix::unistd::Pid;

/// What a person or a program sends to end or steer another.
const PASSED_ON: [Signal; 7] =
    [Signal::SIGHUP, Signal::SIGINT, Signal::SIGQUIT, Signal::SIGTERM, Signal::SIGUSR1, Signal::SIGUSR2, Signal::SIGWINCH];

/// The process that signals go on to; 0 when there is none.
static PROGRAM: AtomicI32 = AtomicI32::new(0);
/// A signal that came before the program was there; 0 for none.
static EARLY: AtomicI32 = AtomicI32::new(0);

/// A process has one set of signal handlers.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// Passes on signals from its making to its end. One at a time per process; a second one waits for its turn.
pub(crate) struct Relay {
    _turn: MutexGuard<'static, ()>,
    before: Vec<(Signal, SigAction)>,
}

impl Relay {
    /// Begins to take signals. Made before the program starts, so that none is lost or ends us in between.
    pub(crate) fn begin() -> io::Result<Self> {
        let action = SigAction::new(SigHandler::SigAction(pass_on), SaFlags::SA_RESTART, SigSet::empty());
        let turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        EARLY.store(0, Ordering::SeqCst);
        let mut relay = Self { _turn: turn, before: Vec::new() };
        for signal in PASSED_ON {
            // SAFETY: the handler only uses atomics and calls kill, both of which are safe in a handler.
            let before = unsafe { sigaction(signal, &action) }?;
            relay.before.push((signal, before));
        }
        Ok(relay)
    }

    /// Waits for the program; answers its exit status as a shell would: 128 and the signal's number if one ended it.
    pub(crate) fn wait(self, mut program: Child) -> io::Result<u8> {
        let pid = Pid::from_raw(program.id().cast_signed());
        PROGRAM.store(pid.as_raw(), Ordering::SeqCst);
        if let Ok(signal) = Signal::try_from(EARLY.swap(0, Ordering::SeqCst)) {
            kill(pid, signal)?;
        }
        // It is looked at before it is collected: once collected, its number may be another's.
        while waitid(Id::Pid(pid), WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT) == Err(Errno::EINTR) {}
        PROGRAM.store(0, Ordering::SeqCst);
        program.wait().map(as_shell)
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        for (signal, before) in &self.before {
            // SAFETY: this puts back what was there before.
            let _ = unsafe { sigaction(*signal, before) };
        }
    }
}

/// A terminal sends its signals to the whole group, the program too; those come from the kernel and are not sent twice.
extern "C" fn pass_on(signal: libc::c_int, info: *mut libc::siginfo_t, _context: *mut libc::c_void) {
    // SAFETY: the kernel hands a valid siginfo to a handler that was set with SA_SIGINFO.
    let from_kernel = unsafe { (*info).si_code } == libc::SI_KERNEL;
    let program = PROGRAM.load(Ordering::SeqCst);
    if from_kernel {
        return;
    }
    if program == 0 {
        EARLY.store(signal, Ordering::SeqCst);
        return;
    }
    let saved = Errno::last_raw();
    // SAFETY: kill takes two integers.
    unsafe { libc::kill(program, signal) };
    Errno::set_raw(saved);
}

/// The exit status as a shell gives it.
fn as_shell(status: ExitStatus) -> u8 {
    let number = status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or(0));
    u8::try_from(number).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_status_is_the_programs_own() {
        assert_eq!(as_shell(ExitStatus::from_raw(0)), 0);
        assert_eq!(as_shell(ExitStatus::from_raw(7 << 8)), 7);
        assert_eq!(as_shell(ExitStatus::from_raw(libc::SIGKILL)), 137);
    }
}
