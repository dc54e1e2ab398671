//! Reading and writing files below `/proc/sys`, at a cost that depends as little as can be on how many namespaces there are.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, ErrorKind, Read, Seek, Write};
use std::os::fd::OwnedFd;

use nix::fcntl::{OFlag, open, openat};
use nix::sys::stat::Mode;

/// The upper folders (`net/ipv4`), each opened once. The kernel keeps those of all namespaces under one name, so that finding
/// one's own takes longer with every namespace there is.
#[derive(Default)]
pub(crate) struct Folders(HashMap<String, OwnedFd>);

impl Folders {
    /// Writes a setting and reads it back.
    pub(crate) fn write(&mut self, path: &str, value: &str) -> io::Result<String> {
        let mut file = self.open(path, OFlag::O_RDWR)?;
        file.write_all(value.as_bytes())?;
        file.rewind()?;
        content(file)
    }

    /// Reads a setting.
    pub(crate) fn read(&mut self, path: &str) -> io::Result<String> {
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

/// The words of a value, separated by single blanks.
pub(crate) fn words(value: &str) -> String {
    value.split_whitespace().collect::<Vec<_>>().join(" ")
}
