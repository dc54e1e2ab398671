//! The machines of one folder: starting, finding again, stopping and removing them. All calls block; none keeps state in
//! memory, so a daemon that was killed goes on where it was.

use std::ffi::OsString;
use std::fs::{self, DirBuilder, File, Permissions};
use std::io::Read;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use nix::fcntl::{Flock, FlockArg};

use crate::error::{OnPath, StepFailed, gather};
use crate::foreground::Relay;
use crate::layout::Layout;
use crate::process::ProcessHandle;
use crate::record::{Record, read_json, write_json};
use crate::{Error, Image, MachineId, Spec, cgroup, console, helper, init};

/// How long a killed machine may take to end before we say that it would not.
const KILLED: Duration = Duration::from_secs(10);

/// The machines of one folder.
#[derive(Debug, Clone)]
pub struct Machines {
    folder: PathBuf,
    helper: PathBuf,
}

/// A machine that runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Running {
    /// Its first process, in the host's numbering.
    pub pid: i32,
    /// Why the limits of its [`Spec`] are not enforced, if they are not.
    pub unenforced_limits: Option<String>,
}

/// What has become of a machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// Its first process is alive.
    Running(Running),
    /// It was started, and has ended by itself or was stopped. Its files are there.
    Stopped,
    /// There is nothing of that name.
    Absent,
}

impl Machines {
    /// The machines in `folder`, which is made if need be. `helper` is the program that calls
    /// [`crate::play_helper_role`]: in production, this one.
    pub fn new(folder: PathBuf, helper: PathBuf) -> Result<Self, Error> {
        let unsuitable = |reason| Error::UnsuitableFolder { folder: folder.clone(), reason };
        if !folder.is_absolute() {
            return Err(unsuitable("give an absolute path"));
        }
        if folder.to_str().is_none_or(|path| path.contains([':', ',', '\\'])) {
            return Err(unsuitable("overlayfs cannot name paths with a colon, a comma or a backslash; choose another"));
        }
        DirBuilder::new().recursive(true).mode(0o700).create(&folder).on("create", &folder)?;
        Ok(Self { folder, helper })
    }

    /// The built-in image, with `private` folders of ours hidden; see [`Image::builtin`]. It looks through `/usr/local`, so
    /// make it once in the life of a daemon.
    pub fn builtin_image(&self, private: &[PathBuf]) -> Result<Image, Error> {
        let mut hidden = vec![self.folder.clone()];
        hidden.extend_from_slice(private);
        Image::builtin(&self.folder.join(IMAGES), &hidden)
    }

    /// Starts a machine and waits until its first process is up; user data runs on afterwards. A machine that already
    /// runs is left as it is. User data runs once in the life of a machine, whatever becomes of it.
    pub fn start(&self, spec: &Spec) -> Result<Running, Error> {
        let layout = self.layout(&spec.id);
        let lock = prepare(&layout)?;
        if let Some((running, _)) = find_running(&layout)? {
            return Ok(running);
        }
        forget(&layout)?;
        write_json(&layout.spec(), spec).on("write", &layout.spec())?;
        init::write_generated(&layout.generated(), spec).on("write the files in", &layout.generated())?;
        let not_started = |source| Error::NotStarted { id: spec.id.clone(), source };
        if let Err(failure) = self.launch(&layout, lock)? {
            forget(&layout)?;
            return Err(not_started(failure));
        }
        let running = find_running(&layout)?.map(|(running, _)| running);
        running.ok_or_else(|| not_started(StepFailed::new("keep the first process alive", libc::ECHILD)))
    }

    /// The starter has the lock as its standard input: should we be killed, nobody else starts this machine until it is done.
    fn launch(&self, layout: &Layout, lock: Flock<File>) -> Result<Result<(), StepFailed>, Error> {
        let held = lock.try_clone().on("share", &layout.lock())?;
        let mut starter = Command::new(&self.helper)
            .arg(helper::LAUNCH)
            .arg(layout.folder())
            .env_clear()
            .current_dir("/")
            .stdin(Stdio::from(held))
            .stdout(Stdio::piped())
            .spawn()
            .on("execute", &self.helper)?;
        let mut report = Vec::new();
        if let Some(pipe) = &mut starter.stdout {
            pipe.read_to_end(&mut report).on("hear from", &self.helper)?;
        }
        let status = starter.wait().on("wait for", &self.helper)?;
        if status.success() {
            return Ok(Ok(()));
        }
        let killed = || StepFailed::new("keep the starter alive", libc::ECHILD);
        Ok(Err(serde_json::from_slice(&report).unwrap_or_else(|_| killed())))
    }

    /// Tells a machine that runs of other resolvers, as a lease that is renewed does. A file that the machine has written itself
    /// stays. Answers whether that was a change.
    pub fn tell_resolvers(&self, id: &MachineId, resolv_conf: &str) -> Result<bool, Error> {
        let layout = self.layout(id);
        let Some(_lock) = existing(&layout)? else { return Ok(false) };
        init::rewrite_resolver(&layout.generated(), resolv_conf).on("write the resolvers in", &layout.generated())
    }

    /// What has become of a machine. Another process that has its number by now is not mistaken for it.
    pub fn status(&self, id: &MachineId) -> Result<Status, Error> {
        let layout = self.layout(id);
        if let Some((running, _)) = find_running(&layout)? {
            return Ok(Status::Running(running));
        }
        Ok(if layout.folder().exists() { Status::Stopped } else { Status::Absent })
    }

    /// The names of all machines of the folder, sorted.
    pub fn ids(&self) -> Result<Vec<MachineId>, Error> {
        let mut found = Vec::new();
        for entry in fs::read_dir(&self.folder).on("read", &self.folder)? {
            let name = entry.on("read", &self.folder)?.file_name();
            found.extend(name.to_str().and_then(|name| name.parse::<MachineId>().ok()));
        }
        found.sort();
        Ok(found)
    }

    /// Every machine of the folder, with what has become of it: what a daemon adopts when it starts.
    pub fn list(&self) -> Result<Vec<(MachineId, Status)>, Error> {
        self.ids()?.into_iter().map(|id| Ok((id.clone(), self.status(&id)?))).collect()
    }

    /// Asks a machine to end, and kills it after `grace`. Afterwards no process and no mount of it is left; its files are.
    /// A machine that does not run is no error.
    pub fn stop(&self, id: &MachineId, grace: Duration) -> Result<(), Error> {
        let layout = self.layout(id);
        match existing(&layout)? {
            Some(_lock) => stop_locked(id, &layout, grace),
            None => Ok(()),
        }
    }

    /// Kills a machine and removes all of it. Also what a start that was cut off left behind, and no error if there is nothing.
    pub fn destroy(&self, id: &MachineId) -> Result<(), Error> {
        let layout = self.layout(id);
        let Some(_lock) = existing(&layout)? else { return Ok(()) };
        stop_locked(id, &layout, Duration::ZERO)?;
        fs::remove_dir_all(layout.folder()).on("remove", layout.folder())
    }

    /// The last `max_bytes` that a machine printed, over all its boots; at most 128 KiB are kept.
    pub fn console(&self, id: &MachineId, max_bytes: usize) -> Result<Vec<u8>, Error> {
        let layout = self.layout(id);
        console::read(&layout, max_bytes).on("read the console in", layout.folder())
    }

    /// Runs `program` (its name and arguments) as root in a running machine, with the caller's standard streams, and
    /// answers its exit status as a shell would. 125 means that the machine could not be entered, 126 and 127 that the
    /// program could not be executed or was not found.
    pub fn exec(&self, id: &MachineId, program: &[OsString]) -> Result<u8, Error> {
        let layout = self.layout(id);
        if find_running(&layout)?.is_none() {
            return Err(Error::NotRunning { id: id.clone() });
        }
        let relay = Relay::begin().on("take signals for", &self.helper)?;
        let mut command = Command::new(&self.helper);
        command.arg(helper::JOIN).arg(layout.folder()).args(program);
        let joined = command.spawn().on("execute", &self.helper)?;
        relay.wait(joined).on("wait for", &self.helper)
    }

    /// Removes the images that no machine of the folder uses any more.
    pub fn prune_images(&self, current: &[Image]) -> Result<(), Error> {
        let mut used: Vec<PathBuf> = current.iter().map(|image| image.root.clone()).collect();
        for id in self.ids()? {
            let path = self.layout(&id).spec();
            used.extend(read_json::<Spec>(&path).on("read", &path)?.map(|spec| spec.image.root));
        }
        let images = fs::read_dir(self.folder.join(IMAGES)).into_iter().flatten().flatten().map(|entry| entry.path());
        gather(images.filter(|image| !used.contains(image)).map(|image| fs::remove_dir_all(&image).on("remove", &image)))
    }

    fn layout(&self, id: &MachineId) -> Layout {
        Layout::at(self.folder.join(id.as_str()))
    }
}

/// The name of no machine, because it begins with a dot.
const IMAGES: &str = ".images";

/// Makes the folders of a machine and takes its lock.
fn prepare(layout: &Layout) -> Result<Flock<File>, Error> {
    let lock = loop {
        DirBuilder::new().recursive(true).mode(0o700).create(layout.folder()).on("create", layout.folder())?;
        if let Some(lock) = existing(layout)? {
            break lock;
        }
    };
    for folder in layout.folders() {
        DirBuilder::new().recursive(true).create(&folder).on("create", &folder)?;
        // The root of the machine has the mode of the upper layer.
        fs::set_permissions(&folder, Permissions::from_mode(0o755)).on("set the mode of", &folder)?;
    }
    Ok(lock)
}

/// Takes the lock of a machine, waiting for whoever starts or stops it; `None` if there is no such machine, or none any
/// more after the wait.
fn existing(layout: &Layout) -> Result<Option<Flock<File>>, Error> {
    let file = match File::create(layout.lock()) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        other => other.on("create", &layout.lock())?,
    };
    let lock = Flock::lock(file, FlockArg::LockExclusive).map_err(|(_, errno)| errno.into()).on("lock", &layout.lock())?;
    let removed = lock.metadata().on("look at", &layout.lock())?.nlink() == 0;
    Ok((!removed).then_some(lock))
}

fn stop_locked(id: &MachineId, layout: &Layout, grace: Duration) -> Result<(), Error> {
    if let Some((_, machine)) = find_running(layout)? {
        end(id, layout, &machine, grace)?;
    }
    forget(layout)
}

fn find_running(layout: &Layout) -> Result<Option<(Running, ProcessHandle)>, Error> {
    let path = layout.record();
    let Some(record) = read_json::<Record>(&path).on("read", &path)? else { return Ok(None) };
    let machine = record.init.open().on("look for the process of", &path)?;
    let running = Running { pid: record.init.pid, unenforced_limits: record.cgroup.unenforced };
    Ok(machine.map(|machine| (running, machine)))
}

/// When the first process has ended, the kernel has ended all others of the machine before.
fn end(id: &MachineId, layout: &Layout, machine: &ProcessHandle, grace: Duration) -> Result<(), Error> {
    let signal = |signal| machine.signal(signal).on("end the process of", layout.folder());
    let wait = |patience| machine.wait(patience).on("wait for the process of", layout.folder());
    if !grace.is_zero() {
        signal(libc::SIGTERM)?;
        if wait(grace)? {
            return Ok(());
        }
    }
    signal(libc::SIGKILL)?;
    if wait(KILLED)? { Ok(()) } else { Err(Error::WouldNotEnd { id: id.clone() }) }
}

/// Removes what a machine that has ended leaves outside its files.
fn forget(layout: &Layout) -> Result<(), Error> {
    let record = match fs::remove_file(layout.record()) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        other => other.on("remove", &layout.record()),
    };
    gather([record, cgroup::remove(layout.folder())])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_overlayfs_cannot_name_is_refused_at_once() {
        for bad in ["relative", "/tmp/a:b", "/tmp/a,b", "/tmp/a\\b"] {
            assert!(matches!(Machines::new(bad.into(), "/bin/true".into()), Err(Error::UnsuitableFolder { .. })), "{bad}");
        }
    }

    #[test]
    fn a_machine_that_was_never_started_is_absent_and_may_be_removed() {
        let folder = tempfile::tempdir().expect("a folder");
        let machines = Machines::new(folder.path().join("machines"), "/bin/true".into()).expect("machines");
        let id: MachineId = "i-1".parse().expect("a name");
        assert_eq!(machines.status(&id).expect("readable"), Status::Absent);
        machines.stop(&id, Duration::ZERO).expect("nothing to stop");
        machines.destroy(&id).expect("nothing to remove");
        assert_eq!(machines.list().expect("readable"), []);
    }
}
