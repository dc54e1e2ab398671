//! Kernel settings below `/proc/sys/net`, which show the namespace of the thread that looks.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, ErrorKind, Read, Seek, Write};
use std::os::fd::OwnedFd;

use nix::fcntl::{OFlag, open, openat};
use nix::sys::stat::Mode;

use super::refused;
use crate::error::KernelError;
use crate::object::{Change, Object, Sysctl};

/// Writes settings and checks that each took. A removal is none: a setting has no absence.
pub(super) fn make(changes: &[&Change]) -> Result<(), KernelError> {
    let mut folders = Folders::default();
    changes.iter().try_for_each(|change| match change {
        Change::Add(Object::Sysctl(sysctl)) | Change::Replace(Object::Sysctl(sysctl)) => make_one(&mut folders, change, sysctl),
        _ => Ok(()),
    })
}

fn make_one(folders: &mut Folders, change: &Change, sysctl: &Sysctl) -> Result<(), KernelError> {
    check_path(&sysctl.path)?;
    let actual = folders.write(&sysctl.path, &sysctl.value).map_err(|e| refused(change, e, None))?;
    if actual == words(&sysctl.value) {
        return Ok(());
    }
    Err(KernelError::Unmoved { path: sysctl.path.clone(), wanted: sysctl.value.clone(), actual })
}

/// The current values of settings; one that does not exist is left out.
pub(super) fn read(paths: &[&str]) -> Result<Vec<Object>, KernelError> {
    let (mut folders, mut settings) = (Folders::default(), Vec::new());
    for path in paths {
        check_path(path)?;
        match folders.read(path) {
            Ok(value) => settings.push(Object::Sysctl(Sysctl { path: (*path).to_owned(), value })),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(failed(path, error)),
        }
    }
    Ok(settings)
}

/// The upper folders (`net/ipv4`), each opened once. The kernel keeps those of all namespaces under one name, so that finding
/// one's own takes longer with every namespace there is.
#[derive(Default)]
struct Folders(HashMap<String, OwnedFd>);

impl Folders {
    /// Writes a setting and reads it back.
    fn write(&mut self, path: &str, value: &str) -> io::Result<String> {
        let mut file = self.open(path, OFlag::O_RDWR)?;
        file.write_all(value.as_bytes())?;
        file.rewind()?;
        content(file)
    }

    fn read(&mut self, path: &str) -> io::Result<String> {
        content(self.open(path, OFlag::O_RDONLY)?)
    }

    fn open(&mut self, path: &str, how: OFlag) -> io::Result<File> {
        let second = path.match_indices('/').nth(1).ok_or(ErrorKind::NotFound)?.0;
        let (folder, rest) = (&path[..second], &path[second + 1..]);
        if !self.0.contains_key(folder) {
            let flags = OFlag::O_PATH | OFlag::O_DIRECTORY | OFlag::O_CLOEXEC;
            self.0.insert(folder.to_owned(), open(format!("/proc/sys/{folder}").as_str(), flags, Mode::empty())?);
        }
        Ok(openat(&self.0[folder], rest, how | OFlag::O_CLOEXEC, Mode::empty())?.into())
    }
}

fn content(mut file: File) -> io::Result<String> {
    let mut text = String::new();
    file.read_to_string(&mut text)?;
    Ok(words(&text))
}

fn failed(path: &str, error: io::Error) -> KernelError {
    KernelError::failed(format!("read the setting {path}"), error)
}

/// Only settings of the network: the others belong to the whole machine.
fn check_path(path: &str) -> Result<(), KernelError> {
    if path.starts_with("net/") && !path.split('/').any(|part| matches!(part, "" | "." | "..")) {
        return Ok(());
    }
    Err(KernelError::Invalid { what: format!("the setting {path:?}"), reason: "it is not below net/" })
}

/// The words of a value, separated by single blanks.
fn words(value: &str) -> String {
    value.split_whitespace().collect::<Vec<_>>().join(" ")
}
