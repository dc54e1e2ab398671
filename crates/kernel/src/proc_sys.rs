//! Reading and writing files below `/proc/sys`, at a cost that depends as little as can be on how many namespaces there are.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, ErrorKind, Read, Seek, Write};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};

use nix::fcntl::{OFlag, open, openat};
use nix::sys::stat::Mode;

/// The upper folders (`net/ipv4`), each opened once, of an instance of procfs of our own. An instance keeps the folders of
/// all namespaces that were ever looked up in it under one name, so that in the host's a look-up takes longer with every
/// namespace there is.
#[derive(Default)]
pub(crate) struct Folders {
    instance: Option<OwnedFd>,
    open: HashMap<String, OwnedFd>,
}

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
        if !self.open.contains_key(folder) {
            let opened = self.folder(folder)?;
            self.open.insert(folder.to_owned(), opened);
        }
        Ok(openat(&self.open[folder], rest, how | OFlag::O_CLOEXEC, Mode::empty())?.into())
    }

    fn folder(&mut self, folder: &str) -> io::Result<OwnedFd> {
        const FLAGS: OFlag = OFlag::O_PATH.union(OFlag::O_DIRECTORY).union(OFlag::O_CLOEXEC);
        if self.instance.is_none() {
            self.instance = Some(own_instance().or_else(|_| Ok::<_, io::Error>(open("/proc", FLAGS, Mode::empty())?))?);
        }
        let instance = self.instance.as_ref().ok_or(ErrorKind::NotFound)?;
        Ok(openat(instance, format!("sys/{folder}").as_str(), FLAGS, Mode::empty())?)
    }
}

/// A fresh procfs that is mounted nowhere and goes with its descriptor. Without the right to make one the host's will do.
fn own_instance() -> io::Result<OwnedFd> {
    const FSCONFIG_CMD_CREATE: libc::c_uint = 6;
    const CLOSE_ON_EXEC: libc::c_uint = 1;
    let nothing = std::ptr::null::<libc::c_char>();
    // SAFETY: the name is a C string, and the descriptors are checked and owned at once.
    unsafe {
        let context = owned(libc::syscall(libc::SYS_fsopen, c"proc".as_ptr(), CLOSE_ON_EXEC))?;
        let made = libc::syscall(libc::SYS_fsconfig, context.as_raw_fd(), FSCONFIG_CMD_CREATE, nothing, nothing, 0);
        if made < 0 {
            return Err(io::Error::last_os_error());
        }
        owned(libc::syscall(libc::SYS_fsmount, context.as_raw_fd(), CLOSE_ON_EXEC, 0))
    }
}

/// # Safety
/// `descriptor` is what a system call answered that opens a descriptor, or -1.
unsafe fn owned(descriptor: libc::c_long) -> io::Result<OwnedFd> {
    match i32::try_from(descriptor) {
        // SAFETY: by our caller's word nobody else owns it.
        Ok(fd) if fd >= 0 => Ok(unsafe { OwnedFd::from_raw_fd(fd) }),
        _ => Err(io::Error::last_os_error()),
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
