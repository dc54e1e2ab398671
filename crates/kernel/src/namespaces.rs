//! The place of the namespaces: a private directory in which each namespace is held by a mount of its name, so that it
//! outlives every process that works in it.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::MetadataExt;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::thread;

use nix::mount::{MntFlags, MsFlags, mount, umount2};
use nix::sched::{CloneFlags, setns, unshare};
use nix::sys::statfs::{NSFS_MAGIC, TMPFS_MAGIC, statfs};

use crate::error::KernelError;
use crate::own_root::Holder;
use crate::proc_sys::Folders;
use crate::route::set_loopback_up;

/// Congestion controls that do not pace, best first. A new namespace inherits the machine's; BBR there costs 2.4 times
/// the CPU per gigabit on a virtual link.
const CONGESTION_CONTROLS: [&str; 2] = ["cubic", "reno"];
/// What the thread of a piece of work may use; only what is used is ever allocated.
const STACK: usize = 1 << 20;

/// A directory of namespaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Namespaces {
    directory: PathBuf,
}

impl Namespaces {
    /// Opens the place, making the directory and its private mount if they are not there yet. Only one process works on a
    /// place at a time; what an earlier one left half made or half removed goes.
    ///
    /// # Errors
    /// When the directory cannot be made or mounted, for instance without CAP_SYS_ADMIN.
    pub fn at(directory: impl Into<PathBuf>) -> Result<Namespaces, KernelError> {
        let directory = directory.into();
        let step = |what: &str| format!("{what} {}", directory.display());
        fs::create_dir_all(&directory).map_err(|e| KernelError::failed(step("make"), e))?;
        if !is_own_mount(&directory).map_err(|e| KernelError::failed(step("inspect"), e))? {
            let flags = MsFlags::MS_NOSUID | MsFlags::MS_NODEV | MsFlags::MS_NOEXEC;
            mount(Some("underpass"), &directory, Some("tmpfs"), flags, Some("mode=0700,size=1m"))
                .map_err(|e| KernelError::failed(step("mount"), e))?;
        }
        mount(None::<&str>, &directory, None::<&str>, MsFlags::MS_PRIVATE, None::<&str>)
            .map_err(|e| KernelError::failed(step("make private"), e))?;
        remove_unfinished(&directory).map_err(|e| KernelError::failed(step("tidy"), e))?;
        Ok(Namespaces { directory })
    }

    /// Where they are held.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Makes a namespace, with its loopback up, without a pacing congestion control, and without IPv6 on its links.
    ///
    /// # Errors
    /// [`KernelError::NamespaceExists`]; [`KernelError::Invalid`] for a name that is no plain file name.
    pub fn create(&self, name: &str) -> Result<(), KernelError> {
        self.make(name, || Ok(unshare(CloneFlags::CLONE_NEWNET)?))
    }

    /// Makes a namespace as [`Namespaces::create`] does, for processes that are not to be trusted: it belongs to a user
    /// namespace of its own, and root there is root over no other network.
    ///
    /// # Errors
    /// As [`Namespaces::create`].
    pub fn create_with_own_root(&self, name: &str) -> Result<(), KernelError> {
        self.make(name, || enter(Holder::start()?.network()?))
    }

    /// Makes a namespace by what brings a thread into a new one.
    fn make(&self, name: &str, enter_new: impl FnOnce() -> io::Result<()> + Send) -> Result<(), KernelError> {
        let path = self.path(name)?;
        if is_namespace(&path) {
            return Err(KernelError::NamespaceExists(name.to_owned()));
        }
        let failed = |e: io::Error| KernelError::failed(format!("create the network namespace {name}"), e);
        // What is there is the file of a namespace that was never finished.
        OpenOptions::new().write(true).create(true).truncate(false).open(&path).map_err(failed)?;
        aside(|| {
            enter_new().map_err(failed)?;
            set_loopback_up().map_err(failed)?;
            let mut settings = Folders::default();
            choose_congestion_control(&mut settings)?;
            // Otherwise the first address of a subnet takes the others along when it goes.
            settings.write("net/ipv4/conf/all/promote_secondaries", "1").map_err(failed)?;
            no_ipv6_on_links(&mut settings).map_err(failed)?;
            mount(Some("/proc/thread-self/ns/net"), &path, None::<&str>, MsFlags::MS_BIND, None::<&str>)
                .map_err(|e| failed(e.into()))
        })?
    }

    /// Removes the name of a namespace; the namespace goes when no process and no socket is left in it. One that is not
    /// there is no error.
    ///
    /// # Errors
    /// When the mount or its file cannot be removed.
    pub fn delete(&self, name: &str) -> Result<(), KernelError> {
        let path = self.path(name)?;
        let failed = |e: io::Error| KernelError::failed(format!("delete the network namespace {name}"), e);
        while is_namespace(&path) {
            umount2(&path, MntFlags::MNT_DETACH).map_err(|e| failed(e.into()))?;
        }
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed(error)),
            _ => Ok(()),
        }
    }

    /// The names of all namespaces, sorted.
    ///
    /// # Errors
    /// When the directory cannot be read.
    pub fn list(&self) -> Result<Vec<String>, KernelError> {
        let failed = |e| KernelError::failed(format!("list {}", self.directory.display()), e);
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.directory).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            if is_namespace(&entry.path()) {
                names.extend(entry.file_name().into_string().ok());
            }
        }
        names.sort();
        Ok(names)
    }

    /// The file of a namespace, which `nsenter --net=` and `ip` understand. It need not exist.
    ///
    /// # Errors
    /// [`KernelError::Invalid`] for a name that is no plain file name of at most 100 letters, digits, `-`, `_` and `.`.
    pub fn path(&self, name: &str) -> Result<PathBuf, KernelError> {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if name.is_empty() || name.len() > 100 || name.starts_with('.') || !name.chars().all(plain) {
            let reason = "a namespace's name has 1 to 100 letters, digits, '-', '_' and '.', and begins with no '.'";
            return Err(KernelError::Invalid { what: format!("the name {name:?}"), reason });
        }
        Ok(self.directory.join(name))
    }

    /// Opens a namespace; the descriptor keeps it alive.
    ///
    /// # Errors
    /// [`KernelError::NoNamespace`].
    pub fn open(&self, name: &str) -> Result<OwnedFd, KernelError> {
        let path = self.path(name)?;
        if !is_namespace(&path) {
            return Err(KernelError::NoNamespace(name.to_owned()));
        }
        let file = File::open(&path).map_err(|e| KernelError::failed(format!("open the namespace {name}"), e))?;
        Ok(file.into())
    }

    /// Runs `work` in a namespace, on a thread that exists only for it, and returns what it returns. Sockets that it
    /// opens stay in the namespace wherever they are used later.
    ///
    /// # Errors
    /// [`KernelError::NoNamespace`], or when the namespace cannot be entered.
    pub fn run_in<T: Send>(&self, name: &str, work: impl FnOnce() -> T + Send) -> Result<T, KernelError> {
        let namespace = self.open(name)?;
        aside(|| {
            enter(&namespace).map_err(|e| KernelError::failed(format!("enter the namespace {name}"), e))?;
            Ok(work())
        })?
    }

    /// Opens a socket, or anything else that belongs to a namespace, in it.
    ///
    /// # Errors
    /// As [`Namespaces::run_in`], and what `open` refuses.
    pub fn socket_in<S: Send>(&self, name: &str, open: impl FnOnce() -> io::Result<S> + Send) -> Result<S, KernelError> {
        self.run_in(name, open)?.map_err(|e| KernelError::failed(format!("open a socket in the namespace {name}"), e))
    }

    /// Deletes every namespace, then the place itself. What fails does not stop the rest.
    ///
    /// # Errors
    /// [`KernelError::Several`] with everything that failed.
    pub fn remove(self) -> Result<(), KernelError> {
        let mut errors = Vec::new();
        match self.list() {
            Ok(names) => errors.extend(names.iter().filter_map(|name| self.delete(name).err())),
            Err(error) => errors.push(error),
        }
        let step = |what: &str| format!("{what} {}", self.directory.display());
        if is_own_mount(&self.directory).unwrap_or(false)
            && let Err(error) = umount2(&self.directory, MntFlags::MNT_DETACH)
        {
            errors.push(KernelError::failed(step("unmount"), error));
        }
        if let Err(error) = fs::remove_dir(&self.directory) {
            errors.push(KernelError::failed(step("remove"), error));
        }
        if errors.is_empty() { Ok(()) } else { Err(KernelError::Several(errors)) }
    }
}

/// Moves the calling thread into a namespace. Only for threads that nobody else uses.
pub(crate) fn enter(namespace: impl AsFd) -> io::Result<()> {
    Ok(setns(namespace, CloneFlags::CLONE_NEWNET)?)
}

/// Runs `work` on a thread of its own, so that a change of namespace touches nobody.
pub(crate) fn aside<T: Send>(work: impl FnOnce() -> T + Send) -> Result<T, KernelError> {
    thread::scope(|scope| {
        let thread = thread::Builder::new()
            .name("netns".to_owned())
            .stack_size(STACK)
            .spawn_scoped(scope, work)
            .map_err(|e| KernelError::failed("start a thread", e))?;
        Ok(thread.join().unwrap_or_else(|panic| resume_unwind(panic)))
    })
}

/// Gives the namespace of this thread the first congestion control that it may have, and checks that it took.
pub(crate) fn choose_congestion_control(settings: &mut Folders) -> Result<(), KernelError> {
    const PATH: &str = "net/ipv4/tcp_congestion_control";
    if CONGESTION_CONTROLS.iter().any(|choice| settings.write(PATH, choice).is_ok_and(|now| now == *choice)) {
        return Ok(());
    }
    let actual = settings.read(PATH).unwrap_or_default();
    Err(KernelError::Unmoved { path: PATH.to_owned(), wanted: CONGESTION_CONTROLS.join(" or "), actual })
}

/// Our filters are IPv4's, so that nothing may get past them by link-local IPv6. The loopback keeps its `::1`.
fn no_ipv6_on_links(settings: &mut Folders) -> io::Result<()> {
    match settings.write("net/ipv6/conf/default/disable_ipv6", "1") {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Removes the files that hold no namespace: a process died between making one and mounting the namespace there, or between
/// unmounting it and removing the file.
fn remove_unfinished(directory: &Path) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if !is_namespace(&path) {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}

fn is_namespace(path: &Path) -> bool {
    statfs(path).is_ok_and(|fs| fs.filesystem_type() == NSFS_MAGIC)
}

/// Whether a file system of memory is mounted exactly here.
fn is_own_mount(directory: &Path) -> io::Result<bool> {
    let above = fs::metadata(directory.join(".."))?.dev();
    let here = fs::metadata(directory)?.dev();
    Ok(here != above && statfs(directory).map_err(io::Error::from)?.filesystem_type() == TMPFS_MAGIC)
}
