//! What a process of a machine may ask of the kernel: a fixed set of capabilities and a filter of system calls.
//!
//! `no_new_privs` is not set: `sudo` and `ping` by an ordinary user would stop working, and a program with set-user-id
//! gains nothing here that root of the machine does not have, because the bounding set and the filter hold for both.

mod capabilities;
mod seccomp;

use crate::StepFailed;
use crate::error::During;

/// The limits, prepared so that applying them neither allocates nor locks: it may happen between fork and exec.
#[derive(Debug)]
pub(crate) struct Confinement(seccomp::Filter);

impl Confinement {
    pub(crate) fn prepare() -> Self {
        Self(seccomp::Filter::machine())
    }

    /// Confines this thread and what it will start, for ever.
    pub(crate) fn apply(&self) -> Result<(), nix::errno::Errno> {
        // The filter first: without no_new_privs it takes CAP_SYS_ADMIN to set one.
        self.0.install()?;
        capabilities::reduce()
    }
}

/// Makes this process unreadable to its machine, though it has the same user number: no look at its descriptors,
/// its executable or its memory.
pub(crate) fn hide_process() -> Result<(), StepFailed> {
    nix::sys::prctl::set_dumpable(false).during("hide the helper from the machine")
}
