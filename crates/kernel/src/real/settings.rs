//! Kernel settings below `/proc/sys/net`, which show the namespace of the thread that looks.

use std::io::{self, ErrorKind};

use super::refused;
use crate::error::KernelError;
use crate::object::{Change, Object, Sysctl};
use crate::proc_sys::{Folders, words};

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
