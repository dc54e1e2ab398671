//! What this host offers to machines, tried out rather than guessed, each with what to do where it does not.

use std::fs;
use std::path::Path;
use std::thread;

use nix::mount::MsFlags;

use crate::image::programs_in_usr;
use crate::{StepFailed, cgroup, mounts, namespaces};

/// Something that machines need of the host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feature {
    /// Its name, for a person.
    pub name: &'static str,
    /// Whether machines cannot run without it.
    pub required: bool,
    /// How it is there, or why it is not.
    pub state: Result<String, String>,
    /// What to do when it is not there.
    pub remedy: &'static str,
}

/// Tries out what machines need, with root file systems in `folder`.
pub fn probe(folder: &Path) -> Vec<Feature> {
    vec![
        Feature {
            name: "overlay file systems",
            required: true,
            state: try_overlay(folder).map(|()| format!("works in {}", folder.display())).map_err(|failure| failure.to_string()),
            remedy: "run as root with CAP_SYS_ADMIN, load the module with `modprobe overlay`, and choose a --state-dir on ext4, xfs or btrfs",
        },
        Feature {
            name: "process namespaces",
            required: true,
            state: try_process_namespaces(),
            remedy: "run as root with CAP_SYS_ADMIN on a kernel with CONFIG_PID_NS, and set user.max_pid_namespaces above 0",
        },
        Feature {
            name: "built-in image",
            required: true,
            state: programs_in_usr(Path::new("/")).map(|()| "the host's /usr".to_owned()).map_err(str::to_owned),
            remedy: "use a distribution with merged /usr, such as Debian 12, Ubuntu 22.04 or Fedora",
        },
        Feature {
            name: "limits on memory and processes",
            required: false,
            state: cgroup::available(),
            remedy: "mount cgroup2 at /sys/fs/cgroup with the memory and pids controllers, writable for Underpass",
        },
    ]
}

/// Mounts one, in a mount namespace that only one thread has and that ends with it.
fn try_overlay(folder: &Path) -> Result<(), StepFailed> {
    use crate::error::During;
    let place = tempfile::Builder::new()
        .prefix("probe-")
        .tempdir_in(folder)
        .during(format!("create a folder in {}", folder.display()))?;
    let at = |name: &str| place.path().join(name);
    for name in ["lower", "upper", "work", "root"] {
        fs::create_dir(at(name)).during("create a folder")?;
    }
    let options =
        format!("lowerdir={},upperdir={},workdir={}", at("lower").display(), at("upper").display(), at("work").display());
    let attempt = || {
        namespaces::separate_mounts()?;
        mounts::new("overlay", &at("root"), MsFlags::empty(), &options)?;
        fs::write(at("root").join("written"), "").during("write through the overlay")?;
        mounts::detach(&at("root"))
    };
    thread::scope(|scope| scope.spawn(attempt).join()).unwrap_or_else(|_| Err(StepFailed::new("try an overlay", libc::EIO)))
}

/// Taking one is only for processes with one thread; so the permission and the allowance are looked at.
fn try_process_namespaces() -> Result<String, String> {
    if fs::metadata("/proc/self/ns/pid_for_children").is_err() {
        return Err("the kernel has none".to_owned());
    }
    let allowance = fs::read_to_string("/proc/sys/user/max_pid_namespaces").unwrap_or_default();
    if allowance.trim() == "0" {
        return Err("user.max_pid_namespaces is 0".to_owned());
    }
    let status = fs::read_to_string("/proc/self/status").map_err(|error| error.to_string())?;
    if may_administer(&status) { Ok("allowed".to_owned()) } else { Err("CAP_SYS_ADMIN is missing".to_owned()) }
}

fn may_administer(status: &str) -> bool {
    const SYS_ADMIN: u64 = 1 << 21;
    let line = status.lines().find_map(|line| line.strip_prefix("CapEff:"));
    line.and_then(|bits| u64::from_str_radix(bits.trim(), 16).ok()).is_some_and(|bits| bits & SYS_ADMIN != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_permission_is_read_from_the_status() {
        assert!(may_administer("Name:\tx\nCapEff:\t000001fffeffffff\n"));
        assert!(!may_administer("CapEff:\t0000000000000000\n"));
        assert!(!may_administer(""));
    }

    #[test]
    fn a_folder_that_is_not_there_has_no_overlays_and_says_so() {
        let features = probe(Path::new("/nowhere/at/all"));
        let overlay = features.iter().find(|feature| feature.name == "overlay file systems").expect("always probed");
        assert!(overlay.state.as_ref().is_err_and(|reason| reason.contains("/nowhere/at/all")), "{overlay:?}");
    }
}
