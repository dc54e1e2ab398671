//! The real kernel: each call works on a thread of its own inside the namespace, over netlink sockets opened there.

use std::collections::HashMap;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;
use std::time::Duration;

use nix::net::if_::if_nametoindex;
use nix::sys::stat::fstat;

use crate::conntrack::{self, Flow};
use crate::error::KernelError;
use crate::kernel::Kernel;
use crate::namespaces::{Namespaces, aside, enter};
use crate::netlink::{Answer, Socket, Writer};
use crate::nftables;
use crate::object::{Change, Key, Object};
use crate::order::{Stage, in_order, stage};
use crate::route;
use crate::shortcut::Shortcuts;

mod links;
mod settings;
mod survey;

/// The most bytes of rtnetlink messages sent at once: were all refused, the answers would fit an ordinary buffer.
const BATCH: usize = 8 << 10;

/// The kernel of this machine, as far as namespaces of one place and tables of one prefix go.
#[derive(Debug, Clone)]
pub struct Netlink {
    namespaces: Namespaces,
    prefix: String,
    shortcuts: Option<Arc<Shortcuts>>,
}

impl Netlink {
    /// Works on the namespaces of a place and, in them, on the nftables tables whose names begin with `prefix`.
    pub fn new(namespaces: Namespaces, prefix: &str) -> Netlink {
        Netlink { namespaces, prefix: prefix.to_owned(), shortcuts: None }
    }

    /// The same, with shortcuts where this machine can have them. A flow is judged again after so long, two seconds at most:
    /// that must be far less than the shortest time after which the kernel forgets a flow of which it sees nothing. Only one
    /// process may work so on a namespace: what another changes there is noticed no sooner.
    #[must_use]
    pub fn with_shortcuts(self, judged_again: Duration) -> Netlink {
        let shortcuts =
            Shortcuts::new(judged_again).inspect_err(|error| tracing::info!(%error, "this machine can have no shortcuts"));
        Netlink { shortcuts: shortcuts.ok().map(Arc::new), ..self }
    }

    /// The place of the namespaces.
    pub fn places(&self) -> &Namespaces {
        &self.namespaces
    }

    /// Runs `work` on a thread inside the namespace.
    fn inside<T: Send>(
        &self,
        namespace: &str,
        work: impl FnOnce(&Inside<'_>) -> Result<T, KernelError> + Send,
    ) -> Result<T, KernelError> {
        let home = self.namespaces.open(namespace)?;
        aside(|| {
            let failed = |e| KernelError::failed(format!("enter the namespace {namespace}"), e);
            enter(&home).map_err(failed)?;
            let route = Socket::open(route::NETLINK_ROUTE).map_err(failed)?;
            work(&Inside { kernel: self, name: namespace, home: &home, route })
        })?
    }
}

impl Kernel for Netlink {
    fn create_namespace(&self, namespace: &str) -> Result<(), KernelError> {
        self.namespaces.create(namespace)
    }

    fn create_machine_namespace(&self, namespace: &str) -> Result<(), KernelError> {
        self.namespaces.create_with_own_root(namespace)
    }

    fn delete_namespace(&self, namespace: &str) -> Result<(), KernelError> {
        self.shortcuts.iter().for_each(|shortcuts| shortcuts.gone(namespace));
        self.namespaces.delete(namespace)
    }

    fn namespaces(&self) -> Result<Vec<String>, KernelError> {
        self.namespaces.list()
    }

    fn apply(&self, namespace: &str, changes: &[Change]) -> Result<(), KernelError> {
        let made = self.inside(namespace, |inside| {
            let ordered = in_order(changes);
            ordered.chunk_by(|a, b| stage(a) == stage(b)).try_for_each(|group| inside.make(stage(group[0]), group))
        });
        // Also after an error: some changes are made.
        self.shortcuts.iter().for_each(|shortcuts| shortcuts.forget(namespace));
        made
    }

    fn has_shortcuts(&self) -> bool {
        self.shortcuts.is_some()
    }

    fn observe(&self, namespace: &str, sysctls: &[&str]) -> Result<Vec<Object>, KernelError> {
        self.inside(namespace, |inside| {
            let mut objects = survey::survey(inside)?;
            objects.extend(nftables::observe(&self.prefix)?);
            objects.extend(settings::read(sysctls)?);
            Ok(objects)
        })
    }

    fn forget(&self, namespace: &str, which: &(dyn Fn(&Flow) -> bool + Sync)) -> Result<usize, KernelError> {
        let forgotten = self.inside(namespace, |_| conntrack::forget(which));
        self.shortcuts.iter().for_each(|shortcuts| shortcuts.forget(namespace));
        forgotten
    }
}

/// A thread inside a namespace.
struct Inside<'a> {
    kernel: &'a Netlink,
    name: &'a str,
    home: &'a OwnedFd,
    route: Socket,
}

impl Inside<'_> {
    /// Makes the changes of one stage.
    fn make(&self, stage: Stage, changes: &[&Change]) -> Result<(), KernelError> {
        match stage {
            Stage::Unroute | Stage::Route => self.make_routes(changes),
            Stage::Unlink => links::remove(self, changes),
            Stage::Filter => nftables::commit(changes),
            Stage::Set | Stage::SetDevice => settings::make(changes),
            Stage::Link => changes.iter().try_for_each(|change| links::make(self, change)),
            Stage::Shorten => changes.iter().try_for_each(|change| self.shorten(change)),
        }
    }

    /// Makes or removes a shortcut. Where there are none, or where the device has gone with its shortcut, there is none to remove.
    fn shorten(&self, change: &Change) -> Result<(), KernelError> {
        let made = match (change, &self.kernel.shortcuts) {
            (Change::Add(Object::Shortcut(device)) | Change::Replace(Object::Shortcut(device)), Some(shortcuts)) => {
                let index = if_nametoindex(device.as_str());
                index.map_err(io::Error::from).and_then(|index| shortcuts.attach(self.name, self.number()?, index))
            }
            (Change::Remove(Key::Shortcut(device)), Some(shortcuts)) => match if_nametoindex(device.as_str()) {
                Ok(index) => self.number().and_then(|number| shortcuts.detach(self.name, number, index)),
                Err(_) => Ok(()),
            },
            (Change::Remove(_), None) => Ok(()),
            _ => Err(io::ErrorKind::Unsupported.into()),
        };
        made.map_err(|error| refused(change, error, None))
    }

    /// What tells this namespace from every other that there is.
    fn number(&self) -> io::Result<u32> {
        Ok(fstat(self.home)?.st_ino as u32)
    }

    /// Addresses, neighbours, routes and rules: one message each, many at once.
    fn make_routes(&self, changes: &[&Change]) -> Result<(), KernelError> {
        let mut known: HashMap<String, Option<u32>> = HashMap::new();
        let mut index = |name: &str| *known.entry(name.to_owned()).or_insert_with(|| if_nametoindex(name).ok());
        let mut writer = Writer::default();
        for (sequence, change) in (0..).zip(changes) {
            let written = route::write(&mut writer, sequence, change, &mut index);
            if !written && !matches!(change, Change::Remove(_)) {
                return Err(refused(change, io::Error::from_raw_os_error(libc::ENODEV), None));
            }
            if writer.bytes().len() > BATCH {
                self.send(&std::mem::take(&mut writer), changes)?;
            }
        }
        self.send(&writer, changes)
    }

    fn send(&self, writer: &Writer, changes: &[&Change]) -> Result<(), KernelError> {
        if writer.bytes().is_empty() {
            return Ok(());
        }
        let answers = self.route.request(writer.bytes()).map_err(|e| KernelError::failed("talk to rtnetlink", e))?;
        for answer in answers.into_iter().filter(|answer| answer.errno != 0) {
            let change = usize::try_from(answer.sequence).ok().and_then(|index| changes.get(index));
            let change = change.ok_or(KernelError::Malformed("an answer to nothing that was asked"))?;
            if !harmless(change, answer.errno) {
                return Err(refused(change, io::Error::from_raw_os_error(answer.errno), answer.reason));
            }
        }
        Ok(())
    }

    /// Sends a message whose success is what matters.
    fn demand(&self, socket: &Socket, writer: &Writer, step: impl Fn() -> String) -> Result<(), KernelError> {
        let answers = socket.request(writer.bytes()).map_err(|e| KernelError::failed(step(), e))?;
        answers.into_iter().find(|answer| answer.errno != 0).map_or(Ok(()), |answer| Err(failure(step(), answer)))
    }

    /// Works with a socket of another namespace, then comes home.
    fn abroad<T>(&self, namespace: &str, work: impl FnOnce(&Socket) -> Result<T, KernelError>) -> Result<T, KernelError> {
        let there = self.kernel.namespaces.open(namespace)?;
        let failed = |e| KernelError::failed(format!("enter the namespace {namespace}"), e);
        enter(&there).map_err(failed)?;
        let socket = Socket::open(route::NETLINK_ROUTE);
        enter(self.home.as_fd()).map_err(|e| KernelError::failed(format!("return to {}", self.name), e))?;
        work(&socket.map_err(failed)?)
    }
}

/// Whether the error says that the change was made already.
fn harmless(change: &Change, errno: i32) -> bool {
    match change {
        Change::Add(Object::Rule(_)) | Change::Replace(Object::Rule(_)) => errno == libc::EEXIST,
        Change::Add(_) | Change::Replace(_) => false,
        Change::Remove(Key::Sysctl(_)) => true,
        Change::Remove(_) => matches!(errno, libc::ENOENT | libc::ESRCH | libc::ENODEV | libc::EADDRNOTAVAIL),
    }
}

fn refused(change: &Change, source: io::Error, reason: Option<String>) -> KernelError {
    let change = match reason {
        Some(reason) => format!("{change} ({reason})"),
        None => change.to_string(),
    };
    KernelError::Refused { change, source }
}

fn failure(step: String, answer: Answer) -> KernelError {
    let change = answer.reason.map_or(step.clone(), |reason| format!("{step} ({reason})"));
    KernelError::Refused { change, source: io::Error::from_raw_os_error(answer.errno) }
}
