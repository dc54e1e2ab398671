//! Processor time of a set of programs, with what the kernel does for them: by a control group, else of the whole machine; and
//! of one program alone.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Counts the processor time of the programs that are admitted.
pub struct Meter(Source);

enum Source {
    /// A group of version 1, whose `cpuacct.usage` is in nanoseconds.
    Accounting(PathBuf),
    /// A group of version 2, whose `cpu.stat` is in microseconds.
    Unified(PathBuf),
    /// No group can be made here: what the machine was not idle.
    Machine,
}

/// Where a program writes itself in.
#[derive(Clone)]
pub struct Members(std::ffi::CString);

impl Meter {
    /// Makes a group with nothing in it.
    pub fn new() -> Self {
        let name = format!("underpass-bench-{}", std::process::id());
        let make = |root: &str, file: &str| {
            let group = Path::new(root).join(&name);
            (Path::new(root).join("cgroup.procs").exists() && fs::create_dir_all(&group).is_ok() && group.join(file).exists())
                .then_some(group)
        };
        let accounting = make("/sys/fs/cgroup/cpuacct", "cpuacct.usage").map(Source::Accounting);
        let unified = || make("/sys/fs/cgroup", "cpu.stat").map(Source::Unified);
        Self(accounting.or_else(unified).unwrap_or(Source::Machine))
    }

    /// The time used so far.
    pub fn used(&self) -> io::Result<Duration> {
        match &self.0 {
            Source::Accounting(group) => {
                let text = fs::read_to_string(group.join("cpuacct.usage"))?;
                Ok(Duration::from_nanos(text.trim().parse().map_err(io::Error::other)?))
            }
            Source::Unified(group) => {
                let text = fs::read_to_string(group.join("cpu.stat"))?;
                let usage = text.lines().find_map(|line| line.strip_prefix("usage_usec "));
                Ok(Duration::from_micros(usage.unwrap_or("0").parse().map_err(io::Error::other)?))
            }
            Source::Machine => Ok(busy(&fs::read_to_string("/proc/stat")?)),
        }
    }

    /// Where a program must write itself to be counted; none when everything is.
    pub fn members(&self) -> Option<Members> {
        let (Source::Accounting(group) | Source::Unified(group)) = &self.0 else { return None };
        std::ffi::CString::new(group.join("cgroup.procs").into_os_string().into_encoded_bytes()).ok().map(Members)
    }
}

impl Members {
    /// Admits the calling process. Allocates nothing, so that it may be called between fork and exec.
    pub fn admit_self(&self) -> io::Result<()> {
        use nix::fcntl::{OFlag, open};
        let file = open(self.0.as_c_str(), OFlag::O_WRONLY | OFlag::O_CLOEXEC, nix::sys::stat::Mode::empty())?;
        nix::unistd::write(&file, b"0")?;
        Ok(())
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        if let Source::Accounting(group) | Source::Unified(group) = &self.0 {
            let _ = fs::remove_dir(group);
        }
    }
}

/// The time that a process and its children have used so far, in hundredths of a second.
pub fn of(pid: u32) -> io::Result<Duration> {
    let own = spent(&fs::read_to_string(format!("/proc/{pid}/stat"))?);
    let children = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
    let children = children.split_whitespace().filter_map(|child| of(child.parse().ok()?).ok());
    Ok(own + children.sum::<Duration>())
}

/// Fields 14 and 15 of `/proc/PID/stat`, counted behind the name in parentheses.
fn spent(stat: &str) -> Duration {
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace().skip(11).take(2);
    Duration::from_millis(fields.filter_map(|field| field.parse::<u64>().ok()).sum::<u64>() * 10)
}

/// What all processors were busy, of `/proc/stat`, whose unit is a hundredth of a second.
fn busy(stat: &str) -> Duration {
    let fields = stat.lines().next().unwrap_or_default().split_whitespace().skip(1);
    let ticks: Vec<u64> = fields.filter_map(|field| field.parse().ok()).collect();
    let idle: u64 = ticks.iter().skip(3).take(2).sum();
    Duration::from_millis((ticks.iter().take(8).sum::<u64>() - idle) * 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_process_spent_is_its_own_time_and_the_kernels() {
        let stat = "7 (a) b) S 1 7 7 0 -1 4194560 100 200 0 0 30 12 99 98 20 0 1 0";
        assert_eq!(spent(stat), Duration::from_millis(420));
        assert!(of(std::process::id()).is_ok_and(|time| time < Duration::from_secs(3600)));
    }

    #[test]
    fn waiting_is_not_being_busy() {
        assert_eq!(busy("cpu  10 1 20 700 50 2 3 4 0 0\ncpu0 1\n"), Duration::from_millis(400));
    }
}
