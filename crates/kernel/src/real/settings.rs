//! Kernel settings below `/proc/sys/net`, which show the namespace of the thread that looks.

use std::fs;
use std::io::{self, ErrorKind};

use super::refused;
use crate::error::KernelError;
use crate::object::{Change, Object, Sysctl};

/// Writes one setting and checks that it took. A removal is none: a setting has no absence.
pub(super) fn make(change: &Change) -> Result<(), KernelError> {
    let (Change::Add(Object::Sysctl(sysctl)) | Change::Replace(Object::Sysctl(sysctl))) = change else {
        return Ok(());
    };
    check_path(&sysctl.path)?;
    let file = format!("/proc/sys/{}", sysctl.path);
    fs::write(&file, &sysctl.value).map_err(|e| refused(change, e, None))?;
    let actual = words(&fs::read_to_string(&file).map_err(|e| refused(change, e, None))?);
    if actual == words(&sysctl.value) {
        return Ok(());
    }
    Err(KernelError::Unmoved { path: sysctl.path.clone(), wanted: sysctl.value.clone(), actual })
}

/// The current values of settings; one that does not exist is left out.
pub(super) fn read(paths: &[&str]) -> Result<Vec<Object>, KernelError> {
    let mut settings = Vec::new();
    for path in paths {
        check_path(path)?;
        match fs::read_to_string(format!("/proc/sys/{path}")) {
            Ok(value) => settings.push(Object::Sysctl(Sysctl { path: (*path).to_owned(), value: words(&value) })),
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

/// The words of a value, separated by single blanks.
fn words(value: &str) -> String {
    value.split_whitespace().collect::<Vec<_>>().join(" ")
}
