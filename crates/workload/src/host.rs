//! Runs a program of the host with the network of a namespace: the host's whole tree and the caller's streams, but
//! another resolver, other host names and our certificate authority, each of which only this program sees.

use std::ffi::OsString;
use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use crate::error::During;
use crate::foreground::Relay;
use crate::tether::Tether;
use crate::{Error, StepFailed, mounts, namespaces, trust};

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
    /// Variables of the caller's that it does not have.
    pub without: &'a [String],
}

/// Runs `program` (its name and arguments) and answers its exit status as a shell would: 128 and the number of the
/// signal if one ended it. A program that is not there is an [`Error::NotRun`] with the kernel's error number.
///
/// Signals to this process go on to the program while it runs, and the program does not outlive this process.
pub fn run(view: &View<'_>, program: &[OsString]) -> Result<u8, Error> {
    let name = program.first().map(|name| name.display().to_string()).unwrap_or_default();
    // A thread takes the namespaces, so that the process keeps its own; the program inherits those of the thread.
    let outcome = thread::scope(|scope| scope.spawn(|| run_here(view, program)).join());
    let outcome = outcome.unwrap_or_else(|_| Err(StepFailed::new("start a thread", libc::EAGAIN)));
    outcome.map_err(|source| Error::NotRun { program: name, source })
}

fn run_here(view: &View<'_>, program: &[OsString]) -> Result<u8, StepFailed> {
    let (name, arguments) = program.split_first().ok_or_else(|| StepFailed::new("choose a program", libc::EINVAL))?;
    let files = tempfile::Builder::new().prefix("underpass-exec-").tempdir().during("create a folder")?;
    namespaces::enter_network(view.netns)?;
    namespaces::separate_mounts()?;
    for (path, content) in replaced_files(view) {
        cover(&path, &content, files.path())?;
    }
    hide_name_cache(files.path())?;
    let bundle = show_bundle(view.ca_pem, files.path())?;
    let mut command = Command::new(name);
    command.args(arguments).envs(trust::environment(&bundle.display().to_string()));
    for name in view.without {
        command.env_remove(name);
    }
    command.envs(view.env.iter().map(|(name, value)| (name, value)));
    let (tether, _anchor) = Tether::new().during("tie the program to its caller")?;
    // SAFETY: between fork and exec it only makes system calls.
    unsafe {
        command.pre_exec(move || tether.fasten());
    }
    let relay = Relay::begin().during("take signals")?;
    let child = command.spawn().during(format!("run {}", name.display()))?;
    if !bundle.starts_with(files.path()) {
        // What covers a file stays, though its own name goes: should we be killed, nothing is left behind.
        drop(files);
    }
    relay.wait(child).during("wait for the program")
}

/// The files of the host that the program sees with another content.
fn replaced_files(view: &View<'_>) -> Vec<(PathBuf, String)> {
    let resolver = Some(("/etc/resolv.conf", view.resolv_conf.to_owned()));
    let hosts = view.hosts.map(|hosts| ("/etc/hosts", hosts.to_owned()));
    let names = fs::read_to_string("/etc/nsswitch.conf").ok().and_then(|text| plain_name_service(&text));
    let names = names.map(|text| ("/etc/nsswitch.conf", text));
    [resolver, hosts, names].into_iter().flatten().map(|(path, text)| (path.into(), text)).collect()
}

/// Shows `content` in the place of a file, which must exist. The content lies in `files`, under the file's own name.
fn cover(path: &Path, content: &str, files: &Path) -> Result<(), StepFailed> {
    let shown = files.join(path.file_name().unwrap_or_default());
    fs::write(&shown, content).during(format!("write {}", shown.display()))?;
    mounts::bind(&shown, path)
}

/// A cache of names that runs on the host would answer with the host's names.
fn hide_name_cache(files: &Path) -> Result<(), StepFailed> {
    let cache = Path::new("/run/nscd");
    if !cache.is_dir() {
        return Ok(());
    }
    let empty = files.join("nscd");
    fs::create_dir(&empty).during("create a folder")?;
    mounts::bind(&empty, cache)
}

/// Shows our authorities in the place of the host's bundle, or beside it if it has none; answers where.
fn show_bundle(ca_pem: &str, files: &Path) -> Result<PathBuf, StepFailed> {
    let merged = files.join("ca-certificates.crt");
    fs::write(&merged, trust::merged_bundle(ca_pem)).during("write the certificate authorities")?;
    let Some(place) = trust::host_bundle() else { return Ok(merged) };
    mounts::bind(&merged, &place)?;
    Ok(place)
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
