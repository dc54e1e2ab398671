//! A child that ends with its parent, also when the parent has ended before the child could ask for that.

use std::io::{self, PipeReader, PipeWriter};
use std::os::fd::{AsFd, AsRawFd, RawFd};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::prctl::set_pdeathsig;
use nix::sys::signal::Signal;

/// What the child holds: the end of a pipe whose other end only the parent has.
pub(crate) struct Tether {
    held: PipeReader,
    parents: RawFd,
}

/// What the parent keeps until the child runs its program.
pub(crate) struct Anchor {
    _alive: PipeWriter,
}

impl Tether {
    /// Made before the fork.
    pub(crate) fn new() -> io::Result<(Self, Anchor)> {
        let (held, alive) = io::pipe()?;
        Ok((Self { held, parents: alive.as_raw_fd() }, Anchor { _alive: alive }))
    }

    /// In the child, after the last change of its credentials, which would undo it: the kernel tells a parent's end only to
    /// those who asked before. The parent's number says nothing where the child has another process namespace.
    pub(crate) fn fasten(&self) -> io::Result<()> {
        set_pdeathsig(Signal::SIGKILL)?;
        // When the parent let go of it before the fork it is not there, which is as good.
        let _ = nix::unistd::close(self.parents);
        let mut ends = [PollFd::new(self.held.as_fd(), PollFlags::empty())];
        match poll(&mut ends, PollTimeout::ZERO)? {
            0 => Ok(()),
            _ => Err(Errno::ESRCH.into()),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::os::unix::process::CommandExt;
    use std::process::Command;

    use super::*;

    /// Whether a child with a tether runs `true`.
    fn runs(tether: Tether) -> io::Result<bool> {
        let mut command = Command::new("true");
        // SAFETY: between fork and exec it only makes system calls.
        unsafe { command.pre_exec(move || tether.fasten()) };
        command.status().map(|status| status.success())
    }

    #[test]
    fn a_child_whose_parent_has_gone_does_not_start() {
        let (tether, _anchor) = Tether::new().unwrap();
        assert!(runs(tether).unwrap());
        let (tether, anchor) = Tether::new().unwrap();
        drop(anchor);
        assert_eq!(runs(tether).unwrap_err().raw_os_error(), Some(libc::ESRCH));
    }
}
