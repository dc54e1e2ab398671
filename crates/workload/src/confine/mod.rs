//! What a process of a machine may ask of the kernel: a fixed set of capabilities, in a user namespace that owns nothing
//! but the machine's network, and a filter of system calls.
//!
//! `no_new_privs` is not set: `sudo` and `ping` by an ordinary user would stop working, and a program with set-user-id
//! gains nothing here that root of the machine does not have, because the bounding set and the filter hold for both.

mod capabilities;
mod seccomp;

use std::os::fd::OwnedFd;

use nix::sched::{CloneFlags, setns};

use crate::StepFailed;
use crate::error::During;

/// The limits, prepared so that applying them neither allocates nor locks: it may happen between fork and exec.
#[derive(Debug)]
pub(crate) struct Confinement {
    root: OwnedFd,
    filter: seccomp::Filter,
}

impl Confinement {
    /// The limits of a machine, whose root is that of `root`: a user namespace, or a process in it.
    pub(crate) fn prepare(root: OwnedFd) -> Self {
        Self { root, filter: seccomp::Filter::machine() }
    }

    /// Confines this process and what it will start, for ever. It must have one thread.
    pub(crate) fn apply(&self) -> Result<(), nix::errno::Errno> {
        // From here on the capabilities are over the machine's network only, and over files as ever.
        setns(&self.root, CloneFlags::CLONE_NEWUSER)?;
        // The filter before the rest: without no_new_privs it takes CAP_SYS_ADMIN to set one.
        self.filter.install()?;
        capabilities::reduce()
    }
}

/// Makes this process unreadable to its machine, though it has the same user number: no look at its descriptors,
/// its executable or its memory.
pub(crate) fn hide_process() -> Result<(), StepFailed> {
    nix::sys::prctl::set_dumpable(false).during("hide the helper from the machine")
}
