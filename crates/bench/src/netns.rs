//! Network namespaces: those of Underpass, opened, and those of the bare path, which go with this process.

use std::error::Error;
use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd, RawFd};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::thread;

use nix::sched::{CloneFlags, setns, unshare};

use crate::process;

/// An open namespace.
#[derive(Clone, Debug)]
pub struct Netns(Arc<File>);

impl Netns {
    /// Opens the namespace that is mounted at `path`.
    pub fn open(path: &Path) -> io::Result<Self> {
        Ok(Self(Arc::new(File::open(path)?)))
    }

    /// Makes a namespace without a name.
    pub fn create() -> io::Result<Self> {
        aside(|| {
            unshare(CloneFlags::CLONE_NEWNET)?;
            Self::open(Path::new("/proc/thread-self/ns/net"))
        })
    }

    /// The descriptor that keeps it alive.
    pub fn descriptor(&self) -> RawFd {
        self.0.as_raw_fd()
    }

    /// A path by which other programs find it, as long as this process lives.
    pub fn path(&self) -> String {
        format!("/proc/{}/fd/{}", std::process::id(), self.descriptor())
    }

    /// Runs `work` in it; sockets that it opens stay there.
    pub fn within<T: Send>(&self, work: impl FnOnce() -> io::Result<T> + Send) -> io::Result<T> {
        aside(|| {
            setns(&*self.0, CloneFlags::CLONE_NEWNET)?;
            work()
        })
    }

    /// Runs a program in it to its end.
    pub fn run(&self, program: &str, arguments: &[&str]) -> Result<(), Box<dyn Error>> {
        let mut command = Command::new(program);
        command.args(arguments);
        let output = process::in_namespace(&mut command, self).output().map_err(|e| format!("{program}: {e}"))?;
        match output.status.success() {
            true => Ok(()),
            false => Err(format!("{program} {}: {}", arguments.join(" "), String::from_utf8_lossy(&output.stderr)).into()),
        }
    }

    /// Reads a setting.
    pub fn setting(&self, path: &str) -> io::Result<String> {
        self.within(|| std::fs::read_to_string(format!("/proc/sys/{path}"))).map(|text| text.trim().to_owned())
    }

    /// Writes a setting.
    pub fn set(&self, path: &str, value: &str) -> io::Result<()> {
        self.within(|| std::fs::write(format!("/proc/sys/{path}"), value))
    }

    /// A counter of `TcpExt`, such as `TCPSynRetrans`.
    pub fn tcp_counter(&self, name: &str) -> io::Result<u64> {
        let text = self.within(|| std::fs::read_to_string("/proc/thread-self/net/netstat"))?;
        Ok(counter(&text, name).unwrap_or_default())
    }
}

/// Finds a counter in the pairs of lines of `/proc/net/netstat`.
fn counter(text: &str, name: &str) -> Option<u64> {
    let lines: Vec<&str> = text.lines().collect();
    let pairs = lines.chunks_exact(2).flat_map(|pair| pair[0].split(' ').zip(pair[1].split(' ')));
    pairs.into_iter().find(|(known, _)| *known == name)?.1.parse().ok()
}

/// Runs `work` on a thread of its own, so that a change of namespace touches nobody.
fn aside<T: Send>(work: impl FnOnce() -> io::Result<T> + Send) -> io::Result<T> {
    thread::scope(|scope| scope.spawn(work).join().unwrap_or_else(|_| Err(io::Error::other("a thread died"))))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn what_is_set_in_a_namespace_stays_in_it() {
        let (one, other) = (Netns::create().expect("this test needs root"), Netns::create().unwrap());
        one.set("net/ipv4/ip_forward", "1").unwrap();
        other.set("net/ipv4/ip_forward", "0").unwrap();
        assert_eq!(
            (one.setting("net/ipv4/ip_forward").unwrap(), other.setting("net/ipv4/ip_forward").unwrap()),
            ("1".into(), "0".into())
        );
    }

    #[test]
    fn a_program_that_fails_in_a_namespace_tells_why() {
        let netns = Netns::create().expect("this test needs root");
        netns.run("ip", &["link", "set", "lo", "up"]).unwrap();
        let error = netns.run("ip", &["link", "show", "nobody"]).unwrap_err().to_string();
        assert!(error.contains("nobody") && error.contains("does not exist"), "{error}");
        assert_eq!(netns.tcp_counter("TCPSynRetrans").unwrap(), 0);
    }

    #[test]
    fn counters_are_found_by_name() {
        let text = "TcpExt: A B\nTcpExt: 1 2\nIpExt: C\nIpExt: 3\n";
        assert_eq!((counter(text, "B"), counter(text, "C"), counter(text, "D")), (Some(2), Some(3), None));
    }
}
