//! Leaving the namespaces one has for new ones or for those of others.

use std::fs::{self, File};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use nix::errno::Errno;
use nix::sched::{CloneFlags, setns, unshare};

use crate::StepFailed;
use crate::error::During;

/// Enters the network namespace that is bound to a file.
pub(crate) fn enter_network(file: &Path) -> Result<(), StepFailed> {
    let step = || format!("enter the network namespace {}", file.display());
    let namespace = File::open(file).during(step())?;
    setns(namespace, CloneFlags::CLONE_NEWNET).during(step())
}

/// The user namespace that owns the network one is in. It must not be one's own: root of a machine would be root over the
/// host's networks.
pub(crate) fn owner_of_network() -> Result<OwnedFd, StepFailed> {
    const STEP: &str = "find the user namespace of the machine's network";
    /// `NS_GET_USERNS` of ioctl_ns(2).
    const GET_OWNER: libc::Ioctl = 0xb701;
    let network = File::open("/proc/self/ns/net").during(STEP)?;
    // SAFETY: it answers a new descriptor, which nobody else owns, or an error.
    let owner = unsafe {
        let owner = Errno::result(libc::ioctl(network.as_raw_fd(), GET_OWNER)).during(STEP)?;
        File::from(OwnedFd::from_raw_fd(owner))
    };
    let (theirs, ours) = (owner.metadata().during(STEP)?, fs::metadata("/proc/self/ns/user").during(STEP)?);
    if theirs.ino() == ours.ino() {
        return Err(StepFailed::new("make a machine in a network namespace that belongs to the host", libc::EPERM));
    }
    Ok(owner.into())
}

/// Takes a mount namespace of its own, whose mounts the host never sees.
pub(crate) fn separate_mounts() -> Result<(), StepFailed> {
    unshare(CloneFlags::CLONE_NEWNS).during("make a mount namespace")?;
    crate::mounts::detach_from_host()
}

/// Takes the host name and message queues of its own; the next child is the first process of a new process namespace.
pub(crate) fn separate_processes() -> Result<(), StepFailed> {
    unshare(CloneFlags::CLONE_NEWPID | CloneFlags::CLONE_NEWUTS | CloneFlags::CLONE_NEWIPC)
        .during("make process, host name and message namespaces")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_no_namespace_is_named() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let failure = enter_network(file.path()).expect_err("not a namespace");
        assert_eq!(failure.step, format!("enter the network namespace {}", file.path().display()));
        assert_eq!(failure.errno, libc::EINVAL);
    }

    #[test]
    fn another_kind_of_namespace_is_not_taken_for_a_network() {
        let failure = enter_network(Path::new("/proc/self/ns/uts")).expect_err("not a network namespace");
        assert_eq!(failure.errno, libc::EINVAL);
    }
}
