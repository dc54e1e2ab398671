//! Runs a program of the host with the network of a namespace: the host's whole tree and the caller's streams, but
//! another resolver, other host names and our certificate authority, each of which only this program sees.

use std::ffi::{CString, OsString};
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use nix::errno::Errno;
use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, setns, unshare};
use nix::sys::prctl::set_pdeathsig;
use nix::sys::signal::Signal;

use crate::error::During;
use crate::foreground::Relay;
use crate::{Error, StepFailed, trust};

/// What a program of the host sees differently.
#[derive(Debug, Clone)]
pub struct View<'a> {
    /// The file to which the network namespace is bound.
    pub netns: &'a Path,
    /// The whole of `/etc/resolv.conf`.
    pub resolv_conf: &'a str,
    /// The whole of `/etc/hosts`; `None` leaves the host's.
    pub hosts: Option<&'a str>,
    /// Certificate authorities, in PEM, that it trusts beyond the host's.
    pub ca_pem: &'a str,
    /// Variables in its environment beyond the caller's.
    pub env: &'a [(String, String)],
}

/// Runs `program` (its name and arguments) and answers its exit status as a shell would: 128 and the number of the
/// signal if one ended it.
///
/// Signals to this process go on to the program while it runs, and the program does not outlive this process. The
/// calling thread must be the one that waits: one program at a time per process.
pub fn run(view: &View<'_>, program: &[OsString]) -> Result<u8, Error> {
    let name = program.first().map(|name| name.display().to_string()).unwrap_or_default();
    start_and_wait(view, program).map_err(|source| Error::NotRun { program: name, source })
}

fn start_and_wait(view: &View<'_>, program: &[OsString]) -> Result<u8, StepFailed> {
    let (name, arguments) = program.split_first().ok_or_else(|| StepFailed::new("choose a program", libc::EINVAL))?;
    let files = tempfile::Builder::new().prefix("underpass-exec-").tempdir().during("create a folder")?;
    let (covers, bundle) = write_covers(view, files.path())?;
    let netns = fs::File::open(view.netns).during(format!("open the network namespace {}", view.netns.display()))?;
    let mut command = Command::new(name);
    command.args(arguments).envs(trust::environment(&bundle)).envs(view.env.iter().map(|(name, value)| (name, value)));
    // SAFETY: between fork and exec it only makes system calls with values prepared before; nothing is allocated.
    unsafe {
        command.pre_exec(move || {
            set_pdeathsig(Signal::SIGKILL)?;
            setns(&netns, CloneFlags::CLONE_NEWNET)?;
            unshare(CloneFlags::CLONE_NEWNS)?;
            mount(None::<&str>, c"/", None::<&str>, MsFlags::MS_REC | MsFlags::MS_SLAVE, None::<&str>)?;
            covers.iter().try_for_each(Cover::apply)?;
            Ok(())
        });
    }
    let relay = Relay::begin().during("take signals")?;
    let child = command.spawn().during(format!("run {}", name.display()))?;
    relay.wait(child).during("wait for the program")
}

/// One file that is seen in the place of another.
struct Cover {
    from: CString,
    to: CString,
}

impl Cover {
    fn new(from: &Path, to: &Path) -> io::Result<Self> {
        let text = |path: &Path| CString::new(path.as_os_str().as_bytes());
        Ok(Self { from: text(from)?, to: text(to)? })
    }

    fn apply(&self) -> Result<(), Errno> {
        mount(Some(self.from.as_c_str()), self.to.as_c_str(), None::<&str>, MsFlags::MS_BIND, None::<&str>)
    }
}

/// Writes the files into `folder`; answers what covers what, and where the program finds the bundle of authorities.
fn write_covers(view: &View<'_>, folder: &Path) -> Result<(Vec<Cover>, String), StepFailed> {
    let bundle_in_place = trust::host_bundle();
    let bundle = folder.join("ca-certificates.crt");
    let mut contents = vec![(PathBuf::from("/etc/resolv.conf"), view.resolv_conf.as_bytes().to_vec())];
    contents.extend(view.hosts.map(|hosts| (PathBuf::from("/etc/hosts"), hosts.as_bytes().to_vec())));
    if let Some(names) = plain_name_service(&fs::read_to_string("/etc/nsswitch.conf").unwrap_or_default()) {
        contents.push((PathBuf::from("/etc/nsswitch.conf"), names.into_bytes()));
    }
    let mut covers = Vec::new();
    for (n, (to, content)) in contents.into_iter().enumerate() {
        let from = folder.join(n.to_string());
        fs::write(&from, content).during("write what the program sees")?;
        covers.push(Cover::new(&from, &to).during("name what the program sees")?);
    }
    fs::write(&bundle, trust::merged_bundle(view.ca_pem)).during("write the certificate authorities")?;
    let seen_at = bundle_in_place.as_deref().unwrap_or(&bundle);
    covers.extend(bundle_in_place.iter().map(|to| Cover::new(&bundle, to)).collect::<io::Result<Vec<_>>>().during("name the bundle")?);
    // A cache of names that runs on the host would answer with the host's names.
    let caches = ["/run/nscd", "/var/run/nscd"].map(Path::new).into_iter().filter(|cache| cache.is_dir());
    for cache in caches.take(1) {
        let empty = folder.join("empty");
        fs::create_dir(&empty).during("write what the program sees")?;
        covers.push(Cover::new(&empty, cache).during("name what the program sees")?);
    }
    Ok((covers, seen_at.display().to_string()))
}

/// The host's `nsswitch.conf` with names looked up in files and DNS only, if it says otherwise: other sources ask a daemon
/// of the host, which is in another network.
fn plain_name_service(text: &str) -> Option<String> {
    const PLAIN: &str = "hosts: files dns";
    let is_hosts = |line: &str| line.trim_start().starts_with("hosts:");
    let asks_elsewhere = |line: &str| line.split_ascii_whitespace().skip(1).any(|source| !matches!(source, "files" | "dns"));
    let lines: Vec<_> = text.lines().map(|line| if is_hosts(line) { PLAIN } else { line }).collect();
    text.lines().any(|line| is_hosts(line) && asks_elsewhere(line)).then(|| lines.join("\n") + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_that_asks_a_daemon_for_names_is_told_to_ask_the_network() {
        let ubuntu = "passwd: files systemd\nhosts: files mdns4_minimal [NOTFOUND=return] resolve dns\n";
        assert_eq!(plain_name_service(ubuntu).as_deref(), Some("passwd: files systemd\nhosts: files dns\n"));
        assert_eq!(plain_name_service("hosts: files dns\n"), None);
        assert_eq!(plain_name_service(""), None);
    }
}
