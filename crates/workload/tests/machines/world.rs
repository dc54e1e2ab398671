//! A network namespace and a folder of machines, both gone when the test ends.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use kernel::{Change, Kernel, Link, LinkEnd, LinkKind, Mac, Namespaces, Netlink, Object};
use workload::{Limits, MachineId, Machines, Running, Spec, Status};

pub const HELPER: &str = env!("CARGO_BIN_EXE_machine-helper");
const PATIENCE: Duration = Duration::from_secs(30);

/// Where the network of a world's machines is, below its folder.
const NETWORKS: &str = "networks";
const NETWORK: &str = "m";

pub struct World {
    pub machines: Machines,
    pub netns: PathBuf,
    networks: Namespaces,
    folder: tempfile::TempDir,
}

impl World {
    pub fn new() -> Self {
        assert!(nix::unistd::geteuid().is_root(), "this test makes namespaces and mounts: run it as root");
        let folder = tempfile::tempdir().unwrap();
        let networks = Namespaces::at(folder.path().join(NETWORKS)).unwrap();
        networks.create_with_own_root(NETWORK).unwrap();
        let netns = networks.path(NETWORK).unwrap();
        let machines = machines_in(folder.path());
        Self { machines, netns, networks, folder }
    }

    /// Links the network to one that is not the machines', as a router is.
    pub fn link_to_another_network(&self) {
        let end = |name: &str| LinkEnd { name: name.into(), mac: Mac::of(name), mtu: 1500, up: true };
        let kind = LinkKind::Veth { namespace: NETWORK.into(), peer: end("eth0") };
        let link = Change::Add(Object::Link(Link { end: end("near"), kind }));
        self.networks.create("router").unwrap();
        Netlink::new(self.networks.clone(), "underpass-test").apply("router", &[link]).unwrap();
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A machine that runs `script`.
    pub fn spec(&self, name: &str, script: &str) -> Spec {
        spec_in(&self.machines, &self.netns, name, script)
    }

    pub fn start(&self, name: &str, script: &str) -> (MachineId, Running) {
        let spec = self.spec(name, script);
        let running = self.machines.start(&spec).unwrap();
        (spec.id, running)
    }

    pub fn console(&self, id: &MachineId) -> String {
        String::from_utf8_lossy(&self.machines.console(id, 64 * 1024).unwrap()).into_owned()
    }

    /// Waits until the console has a text; answers the console.
    pub fn printed(&self, id: &MachineId, text: &str) -> String {
        eventually(|| Some(self.console(id)).filter(|console| console.contains(text)))
            .unwrap_or_else(|| panic!("{text:?} was not printed, but:\n{}", self.console(id)))
    }

    /// Runs a shell line in a machine, by a process of its own so that its output can be read; answers status and output.
    pub fn shell(&self, id: &MachineId, line: &str) -> (i32, String) {
        let output = self.joining(id, line).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        (output.status.code().unwrap(), text)
    }

    /// What runs a shell line in a machine.
    pub fn joining(&self, id: &MachineId, line: &str) -> Command {
        let mut command = Command::new(HELPER);
        command.arg("machine-join").arg(self.folder().join("machines").join(id.as_str())).args(["sh", "-c", line]);
        command
    }
}

impl Drop for World {
    fn drop(&mut self) {
        let listed = self.machines.list().map(|machines| machines.into_iter().map(|(id, _)| id).collect::<Vec<_>>());
        let failed = listed.iter().flatten().filter_map(|id| self.machines.destroy(id).err()).map(|error| error.to_string());
        let failed: Vec<_> = failed.collect();
        let unmounted = self.networks.clone().remove();
        // A test that has failed already is to say its own reason.
        if !thread::panicking() {
            assert!(listed.is_ok() && failed.is_empty() && unmounted.is_ok(), "{failed:?} {unmounted:?}");
        }
    }
}

/// The network of the machines of the world in `folder`.
pub fn network_in(folder: &Path) -> PathBuf {
    folder.join(NETWORKS).join(NETWORK)
}

pub fn machines_in(folder: &Path) -> Machines {
    Machines::new(folder.join("machines"), HELPER.into()).unwrap()
}

pub fn spec_in(machines: &Machines, netns: &Path, name: &str, script: &str) -> Spec {
    Spec {
        id: name.parse().unwrap(),
        netns: netns.to_owned(),
        hostname: format!("{name}.internal"),
        image: machines.builtin_image(&[]).unwrap(),
        user_data: (!script.is_empty()).then(|| script.as_bytes().to_vec()),
        resolv_conf: "nameserver 10.0.0.2\n".into(),
        hosts: vec![([10, 0, 0, 9].into(), "db.internal".into())],
        ca_pem: "-----BEGIN CERTIFICATE-----\nOURS\n-----END CERTIFICATE-----\n".into(),
        env: vec![("GREETING".into(), "hello there".into())],
        limits: Limits { memory_bytes: Some(512 << 20), processes: Some(200) },
    }
}

pub fn running(status: Status) -> Option<Running> {
    match status {
        Status::Running(running) => Some(running),
        Status::Stopped | Status::Absent => None,
    }
}

/// Looks again until there is something to see, or patience ends.
pub fn eventually<T>(mut look: impl FnMut() -> Option<T>) -> Option<T> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match look() {
            Some(seen) => return Some(seen),
            None if Instant::now() > deadline => return None,
            None => thread::sleep(Duration::from_millis(2)),
        }
    }
}

pub fn words(words: &[&str]) -> Vec<OsString> {
    words.iter().map(OsString::from).collect()
}

/// How often the host mentions `text` in its mounts.
pub fn mounts_naming(text: &Path) -> usize {
    let text = text.display().to_string();
    fs::read_to_string("/proc/self/mountinfo").unwrap().lines().filter(|line| line.contains(&text)).count()
}

/// How many processes of the host have `text` in their command line.
pub fn processes_with(text: &str) -> usize {
    command_lines().filter(|(_, line)| line.contains(text)).count()
}

/// A process of the host whose command line has all of `texts`.
pub fn process_with(texts: &[&str]) -> Option<i32> {
    command_lines().find(|(_, line)| texts.iter().all(|text| line.contains(text))).map(|(pid, _)| pid)
}

fn command_lines() -> impl Iterator<Item = (i32, String)> {
    fs::read_dir("/proc").unwrap().flatten().filter_map(|entry| {
        let pid = entry.file_name().to_str()?.parse().ok()?;
        let line = fs::read(entry.path().join("cmdline")).ok()?;
        Some((pid, String::from_utf8_lossy(&line).into_owned()))
    })
}
