//! The first process of a machine: builds its world, runs its user data once, collects the dead and carries the console,
//! until it is asked to end or killed. It never restarts and needs nobody outside.

mod generated;
mod rootfs;
mod supervisor;
mod user_data;

pub(crate) use generated::{environment, rewrite_resolver, write as write_generated};

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::process::ExitCode;

use nix::fcntl::OFlag;
use nix::unistd::{dup2_stderr, dup2_stdin, dup2_stdout, sethostname};

use crate::confine::{self, Confinement};
use crate::console::ConsoleWriter;
use crate::error::During;
use crate::layout::Layout;
use crate::record::read_json;
use crate::{Spec, StepFailed, namespaces};
use supervisor::Supervisor;

/// Plays the first process of the machine in `folder`. Standard input says when to go, standard output takes the report.
pub(crate) fn main(folder: PathBuf) -> ExitCode {
    // The byte comes once the starter has noted who we are. Without the note we must not be.
    if io::stdin().read_exact(&mut [0]).is_err() {
        return ExitCode::FAILURE;
    }
    match boot(&Layout::at(folder)) {
        Ok(supervisor) => supervisor.run(),
        Err(failure) => {
            let report = serde_json::to_vec(&failure).unwrap_or_default();
            let _ = io::stdout().write_all(&report);
            ExitCode::FAILURE
        }
    }
}

/// Everything up to the first line of user data. The report is closed, empty, when it succeeds.
fn boot(layout: &Layout) -> Result<Supervisor, StepFailed> {
    let spec: Spec = read_json(&layout.spec())
        .during("read what the machine should be")?
        .ok_or_else(|| StepFailed::new("read what the machine should be", libc::ENOENT))?;
    let mut console = ConsoleWriter::open(layout).during("open the console")?;
    let script = take_user_data(layout, &spec).during("note that the user data was taken")?;
    console.write(format!("[boot] machine {} on image {}\n", spec.id, spec.image.root.display()).as_bytes()).during("print")?;
    let confinement = Confinement::prepare(namespaces::owner_of_network()?);
    confine::hide_process()?;
    rootfs::enter(layout, &spec.image)?;
    sethostname(&spec.hostname).during("set the host name")?;
    let signals = supervisor::take_signals().during("take signals")?;
    let printed = open_console().during("open /dev/console")?;
    confinement.apply().during("give up privileges")?;
    become_silent(&printed).during("redirect the standard streams")?;
    Ok(Supervisor::new(console, printed, signals, environment(&spec), script))
}

/// The user data, if no earlier boot took it. Noted before it runs: it may run never, but it does not run twice.
fn take_user_data(layout: &Layout, spec: &Spec) -> io::Result<Option<Vec<u8>>> {
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(layout.user_data_taken()) {
        Ok(_) => Ok(spec.user_data.clone()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(None),
        Err(error) => Err(error),
    }
}

/// Held for reading and writing, so that it neither ends when the last program closes it nor waits for the first.
fn open_console() -> io::Result<File> {
    let flags = (OFlag::O_NONBLOCK | OFlag::O_CLOEXEC).bits();
    OpenOptions::new().read(true).write(true).custom_flags(flags).open(rootfs::CONSOLE)
}

/// Gives up the pipes to the starter; from here on programs inherit the console. It is opened anew for them, because a
/// program that does not expect a descriptor that never blocks would lose what it prints.
fn become_silent(_reader: &File) -> io::Result<()> {
    let nothing = File::open("/dev/null")?;
    let console = OpenOptions::new().write(true).open(rootfs::CONSOLE)?;
    dup2_stdin(nothing)?;
    dup2_stdout(&console)?;
    dup2_stderr(&console)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Image, Limits};

    #[test]
    fn user_data_is_taken_once_whatever_becomes_of_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let layout = Layout::at(folder.path());
        let spec = Spec {
            id: "m".parse().expect("a name"),
            netns: "/netns".into(),
            hostname: "m".into(),
            image: Image { root: "/image".into(), usr: None, hidden: Vec::new() },
            user_data: Some(b"#!/bin/sh".to_vec()),
            resolv_conf: String::new(),
            hosts: Vec::new(),
            ca_pem: String::new(),
            env: Vec::new(),
            limits: Limits::default(),
        };
        assert_eq!(take_user_data(&layout, &spec).expect("writable"), spec.user_data);
        assert_eq!(take_user_data(&layout, &spec).expect("writable"), None);
        std::fs::remove_dir_all(folder.path()).expect("ours");
        assert!(take_user_data(&layout, &spec).is_err(), "it must not run if it cannot be noted that it did");
    }
}
