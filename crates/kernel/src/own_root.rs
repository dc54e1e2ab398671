//! Network namespaces whose root is nobody outside: each belongs to a user namespace of its own.
//!
//! The kernel asks for CAP_NET_ADMIN in the user namespace that owns a network namespace. A machine's root that had it in
//! the host's could change every namespace that it can name, and it can name the one at the other end of its own link:
//! rtnetlink takes `IFLA_TARGET_NETNSID` and `IFLA_LINK_NETNSID` from whoever is root over both ends.

use std::fs::{self, File};
use std::io;

use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::waitpid;
use nix::unistd::Pid;

/// A process that does nothing in a user namespace and a network namespace of its own, both of which it holds until it
/// is dropped. Users and groups have the numbers there that they have here.
pub(crate) struct Holder(Pid);

impl Holder {
    pub(crate) fn start() -> io::Result<Self> {
        let flags = libc::CLONE_NEWUSER | libc::CLONE_NEWNET | libc::SIGCHLD;
        // SAFETY: without CLONE_VM this is fork. The child has memory of its own, in which it touches nothing: it only makes
        // system calls that are safe after fork, and never returns.
        match Errno::result(unsafe { libc::syscall(libc::SYS_clone, libc::c_long::from(flags), 0, 0, 0, 0) })? {
            0 => wait_to_be_killed(),
            pid => {
                let holder = Self(Pid::from_raw(i32::try_from(pid).map_err(io::Error::other)?));
                for map in ["uid_map", "gid_map"] {
                    let same = unchanged(&fs::read_to_string(format!("/proc/self/{map}"))?);
                    fs::write(format!("/proc/{}/{map}", holder.0), same)?;
                }
                Ok(holder)
            }
        }
    }

    /// The network namespace.
    pub(crate) fn network(&self) -> io::Result<File> {
        File::open(format!("/proc/{}/ns/net", self.0))
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        // It cannot have ended otherwise, and nobody else waits for it.
        let _ = kill(self.0, Signal::SIGKILL);
        let _ = waitpid(self.0, None);
    }
}

fn wait_to_be_killed() -> ! {
    // SAFETY: both take integers or nothing. Should we be killed, so is the child.
    unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) };
    loop {
        // SAFETY: it takes nothing.
        unsafe { libc::pause() };
    }
}

/// The map that leaves every number of a map (`inside outside count` a line) as it is inside.
fn unchanged(map: &str) -> String {
    let lines = map.lines().map(|line| {
        let mut fields = line.split_ascii_whitespace();
        let (inside, count) = (fields.next().unwrap_or_default(), fields.nth(1).unwrap_or_default());
        format!("{inside} {inside} {count}\n")
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stay_what_they_are() {
        assert_eq!(unchanged("         0          0 4294967295\n"), "0 0 4294967295\n");
        assert_eq!(unchanged("0 1000 1\n1 100000 65536\n"), "0 0 1\n1 1 65536\n");
    }
}
