//! Taking everything away that an installation has in the kernel: processes, namespaces, mounts. The state stays.

use std::error::Error;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::time::Duration;

use kernel::{Kernel, Namespaces, Netlink};
use nix::mount::{MntFlags, umount2};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde::{Deserialize, Serialize};
use workload::Machines;

use crate::daemon::TABLES;
use crate::state::StateDir;

/// How long a machine may take to stop by itself.
const GRACE: Duration = Duration::from_secs(3);

/// What was taken away.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    /// Machines that ran.
    pub machines: usize,
    /// Namespaces.
    pub namespaces: usize,
    /// Other programs that ran in them.
    pub programs: usize,
}

impl Taken {
    /// This, and what an ephemeral daemon took away itself when it ended.
    #[must_use]
    pub fn and(self, other: &Self) -> Self {
        Self {
            machines: self.machines + other.machines,
            namespaces: self.namespaces + other.namespaces,
            programs: self.programs + other.programs,
        }
    }

    /// Leaves it for who told the daemon to end.
    pub fn leave(&self, state: &StateDir) -> std::io::Result<()> {
        fs::write(state.taken(), serde_json::to_vec(self)?)
    }

    /// What a daemon left, once.
    pub fn left(state: &StateDir) -> Self {
        let found = fs::read(state.taken()).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let _ = fs::remove_file(state.taken());
        found.unwrap_or_default()
    }
}

/// Takes everything away, going on after errors and telling the first.
///
/// # Errors
/// The first thing that would not go.
pub fn teardown(state: &StateDir) -> Result<Taken, Box<dyn Error>> {
    let mut taken = Taken::default();
    let mut first: Result<(), Box<dyn Error>> = Ok(());
    let mut note = |result: Result<(), Box<dyn Error>>| {
        if first.is_ok() {
            first = result;
        }
    };
    for ephemeral in [false, true] {
        note(stop_machines(state, ephemeral).map(|stopped| taken.machines += stopped));
    }
    if state.namespaces().exists() {
        let namespaces = Namespaces::at(state.namespaces())?;
        taken.programs = end_programs(&namespaces)?;
        let kernel = Netlink::new(namespaces, TABLES);
        for namespace in kernel.namespaces()? {
            note(kernel.delete_namespace(&namespace).map_err(Into::into));
            taken.namespaces += 1;
        }
        note(umount2(&state.namespaces(), MntFlags::MNT_DETACH).map_err(Into::into));
        note(fs::remove_dir(state.namespaces()).map_err(Into::into));
    }
    first.map(|()| taken)
}

/// Stops the machines of the cloud that is kept or of one that is not, going on after errors; returns how many ran.
///
/// # Errors
/// The first that would not stop.
pub fn stop_machines(state: &StateDir, ephemeral: bool) -> Result<usize, Box<dyn Error>> {
    let folder = state.machines(ephemeral);
    if !folder.exists() {
        return Ok(0);
    }
    let machines = Machines::new(folder, std::env::current_exe()?)?;
    let (mut ran, mut first) = (0, Ok(()));
    for (id, status) in machines.list()? {
        ran += usize::from(matches!(status, workload::Status::Running(_)));
        first = first.and(machines.stop(&id, GRACE).map(drop));
    }
    Ok(first.map(|()| ran)?)
}

/// Ends every process that has one of our namespaces as its network; returns how many there were.
fn end_programs(namespaces: &Namespaces) -> Result<usize, Box<dyn Error>> {
    let ours: Vec<u64> =
        namespaces.list()?.iter().filter_map(|name| fs::metadata(namespaces.path(name).ok()?).ok()).map(|m| m.ino()).collect();
    let mut ended = 0;
    for entry in fs::read_dir("/proc")?.flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse::<i32>().ok()) else { continue };
        let network = fs::metadata(entry.path().join("ns/net")).map(|m| m.ino());
        if network.is_ok_and(|network| ours.contains(&network)) && kill(Pid::from_raw(pid), Signal::SIGKILL).is_ok() {
            ended += 1;
        }
    }
    Ok(ended)
}
