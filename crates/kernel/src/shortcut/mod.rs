//! Shortcuts: packets of flows that a router has judged go from the device they come in by to the peer of the device they leave
//! by, without another look at routes, rules and connections, for a moment or until anything in the router changes.
//!
//! A shortcut is never necessary: where the kernel cannot have them (it needs TCX, Linux 6.6) all packets take the whole way.

use std::collections::HashMap;
use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use self::bpf::{MapKind, Program, Way, ids_on, map};
use self::generations::Generations;
use self::programs::{FLOW, KEY, Means, SLOT, arriving, leaving};

mod assemble;
mod bpf;
mod generations;
mod programs;

/// How many flows are known at once, of all routers.
const FLOWS: u32 = 65_536;
/// The names of our programs, by which a later process finds those of an earlier one.
const ARRIVING: &str = "underpass_in";
const LEAVING: &str = "underpass_out";
/// The index of the loopback in every namespace.
const LOOPBACK: u32 = 1;

/// What all shortcuts of a process share.
#[derive(Debug)]
pub(crate) struct Shortcuts {
    flows: OwnedFd,
    slots: OwnedFd,
    generations: Generations,
    known_for: Duration,
    routers: Mutex<HashMap<String, Arc<Router>>>,
}

/// The programs of one router.
#[derive(Debug)]
struct Router {
    number: u32,
    arriving: Program,
    leaving: Program,
}

impl Shortcuts {
    /// Prepares what they share, or says why this machine can have none. A flow is known for so long, at most two seconds.
    pub(crate) fn new(known_for: Duration) -> io::Result<Self> {
        ids_on(LOOPBACK, Way::In)?;
        let shortcuts = Self {
            flows: map(MapKind::Forgetful, (KEY, FLOW), FLOWS, 0)?,
            slots: map(MapKind::PerProcessor, (4, SLOT), 1, 0)?,
            generations: Generations::new()?,
            known_for: known_for.min(Duration::from_secs(2)),
            routers: Mutex::default(),
        };
        shortcuts.load(0)?;
        Ok(shortcuts)
    }

    /// Lets packets that come in by a device of this thread's namespace take shortcuts, and those that go out by it teach them.
    /// `number` tells the namespace from every other that there is.
    pub(crate) fn attach(&self, namespace: &str, number: u32, device: u32) -> io::Result<()> {
        let router = self.router(namespace, number)?;
        for (program, way) in [(&router.arriving, Way::In), (&router.leaving, Way::Out)] {
            let there = Program::on(device, way)?;
            if !there.iter().any(|other| other.id == program.id) {
                program.attach(device, way)?;
            }
            // Those of an earlier process do not hear of changes.
            for old in there.iter().filter(|old| old.name == program.name && old.id != program.id) {
                old.detach(device, way)?;
            }
        }
        Ok(())
    }

    /// Takes the shortcuts of a device away.
    pub(crate) fn detach(&self, namespace: &str, number: u32, device: u32) -> io::Result<()> {
        let router = self.router(namespace, number)?;
        router.arriving.detach(device, Way::In)?;
        router.leaving.detach(device, Way::Out)
    }

    /// Whether a device of this thread's namespace has those of this process, both.
    pub(crate) fn on(&self, namespace: &str, device: u32) -> io::Result<bool> {
        let Some(router) = self.known(namespace) else { return Ok(false) };
        Ok(ids_on(device, Way::In)?.contains(&router.arriving.id) && ids_on(device, Way::Out)?.contains(&router.leaving.id))
    }

    /// Something in the router has changed: from now on its packets are judged anew.
    pub(crate) fn forget(&self, namespace: &str) {
        if let Some(router) = self.known(namespace) {
            self.generations.next(router.number);
        }
    }

    /// The namespace is gone.
    pub(crate) fn gone(&self, namespace: &str) {
        self.routers.lock().unwrap_or_else(PoisonError::into_inner).remove(namespace);
    }

    fn known(&self, namespace: &str) -> Option<Arc<Router>> {
        self.routers.lock().unwrap_or_else(PoisonError::into_inner).get(namespace).cloned()
    }

    fn router(&self, namespace: &str, number: u32) -> io::Result<Arc<Router>> {
        if let Some(router) = self.known(namespace).filter(|router| router.number == number) {
            return Ok(router);
        }
        let router = Arc::new(self.load(number)?);
        self.routers.lock().unwrap_or_else(PoisonError::into_inner).insert(namespace.to_owned(), router.clone());
        Ok(router)
    }

    fn load(&self, number: u32) -> io::Result<Router> {
        let means = Means {
            flows: self.flows.as_raw_fd(),
            slots: self.slots.as_raw_fd(),
            generations: self.generations.map.as_raw_fd(),
            known_for: self.known_for.as_nanos() as i32,
        };
        Ok(Router {
            number,
            arriving: Program::load(ARRIVING, &arriving(number, means))?,
            leaving: Program::load(LEAVING, &leaving(number, means))?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernel_accepts_the_programs() {
        let shortcuts = Shortcuts::new(Duration::from_secs(1)).expect("this test needs root and Linux 6.6");
        shortcuts.load(7).expect("programs for a router");
    }
}
