//! A machine outlives the daemon that started it, and is found again.

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use workload::{Running, Status};

use crate::world::{World, eventually, machines_in, network_in, running, spec_in};

const FOLDER: &str = "UNDERPASS_TEST_FOLDER";

#[test]
#[ignore = "it is the daemon that another test starts and kills"]
fn plays_a_daemon() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else { return };
    let machines = machines_in(&folder);
    let script = "#!/bin/sh\nwhile :; do echo tick; sleep 0.01; done\n";
    machines.start(&spec_in(&machines, &network_in(&folder), "m", script)).unwrap();
    loop {
        std::thread::park();
    }
}

fn daemon(world: &World) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "crash::plays_a_daemon"])
        .env(FOLDER, world.folder())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

fn start_by_a_daemon_that_is_killed(world: &World) -> Running {
    let id = "m".parse().unwrap();
    let mut daemon = daemon(world);
    let up = eventually(|| running(world.machines.status(&id).unwrap()).filter(|_| world.console(&id).contains("tick")));
    daemon.kill().unwrap();
    daemon.wait().unwrap();
    up.expect("the daemon started the machine")
}

#[test]
fn a_machine_goes_on_when_its_daemon_is_killed_and_is_adopted() {
    let world = World::new();
    let before = start_by_a_daemon_that_is_killed(&world);
    let id = "m".parse().unwrap();
    let ticks = world.console(&id).len();
    eventually(|| (world.console(&id).len() > ticks + 100).then_some(())).expect("it goes on ticking");
    let adopted = machines_in(world.folder());
    assert_eq!(adopted.list().unwrap(), [(id, Status::Running(before))]);
    adopted.destroy(&"m".parse().unwrap()).unwrap();
    assert_eq!(adopted.list().unwrap(), []);
}

#[test]
fn a_machine_whose_first_process_was_killed_is_stopped_and_can_be_started_again() {
    let world = World::new();
    let (id, first) = world.start("m", "");
    nix::sys::signal::kill(nix::unistd::Pid::from_raw(first.pid), nix::sys::signal::Signal::SIGKILL).unwrap();
    eventually(|| (world.machines.status(&id).unwrap() == Status::Stopped).then_some(())).expect("it has ended");
    let (_, second) = world.start("m", "");
    assert_ne!(first.pid, second.pid);
}

#[test]
fn another_process_with_the_number_of_the_machine_is_neither_adopted_nor_killed() {
    let world = World::new();
    let (id, _) = world.start("m", "");
    world.machines.stop(&id, std::time::Duration::ZERO).unwrap();
    let mut bystander = Command::new("sleep").arg("1000").spawn().unwrap();
    let record = world.folder().join("machines/m/running.json");
    let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap();
    let note = format!(
        r#"{{"init":{{"pid":{},"start_ticks":1,"boot_id":"{}"}},"cgroup":{{"folders":[],"unenforced":null}}}}"#,
        bystander.id(),
        boot.trim()
    );
    fs::write(record, note).unwrap();
    assert_eq!(world.machines.status(&id).unwrap(), Status::Stopped);
    world.machines.destroy(&id).unwrap();
    assert!(bystander.try_wait().unwrap().is_none(), "the bystander was killed");
    bystander.kill().unwrap();
    bystander.wait().unwrap();
}

#[test]
fn a_start_that_was_cut_off_before_it_was_noted_leaves_a_folder_that_can_be_removed_or_started() {
    let world = World::new();
    let id = "m".parse().unwrap();
    fs::create_dir_all(world.folder().join("machines/m/work/work")).unwrap();
    fs::write(world.folder().join("machines/m/spec.json"), "{}").unwrap();
    assert_eq!(world.machines.status(&id).unwrap(), Status::Stopped);
    world.start("m", "");
    world.machines.destroy(&id).unwrap();
    assert_eq!(world.machines.status(&id).unwrap(), Status::Absent);
}

#[test]
fn a_daemon_killed_at_any_moment_of_a_start_leaves_a_machine_that_the_next_one_completes() {
    let world = World::new();
    let id = "m".parse().unwrap();
    let folder = world.folder().join("machines/m");
    // Each file appears at a later moment of the start than the one before.
    for moment in ["lock", "spec.json", "generated/etc/hosts", "running.json", "console.0", "user-data-taken"] {
        let mut daemon = daemon(&world);
        eventually(|| folder.join(moment).exists().then_some(())).expect("the start goes on");
        daemon.kill().unwrap();
        daemon.wait().unwrap();
        let (_, completed) = world.start("m", "");
        assert_eq!(running(world.machines.status(&id).unwrap()), Some(completed), "killed at {moment}");
        assert_eq!(world.shell(&id, "true").0, 0, "killed at {moment}");
        world.machines.destroy(&id).unwrap();
        assert!(!folder.exists());
        let path = folder.display().to_string();
        assert_eq!(crate::world::processes_with(&path), 0, "killed at {moment}");
    }
}

#[test]
fn a_starter_that_is_killed_leaves_no_process() {
    let world = World::new();
    let mut spec = world.spec("m", "");
    // The starter waits for ever for a file that is a pipe without a writer.
    spec.netns = world.folder().join("pipe");
    nix::unistd::mkfifo(&spec.netns, nix::sys::stat::Mode::S_IRUSR).unwrap();
    let folder = world.folder().join("machines/m").display().to_string();
    std::thread::scope(|scope| {
        let start = scope.spawn(|| world.machines.start(&spec));
        let starter = eventually(|| crate::world::process_with(&["machine-launch", &folder])).expect("the starter runs");
        nix::sys::signal::kill(nix::unistd::Pid::from_raw(starter), nix::sys::signal::Signal::SIGKILL).unwrap();
        let error = start.join().unwrap().unwrap_err();
        assert!(matches!(error, workload::Error::NotStarted { .. }), "{error}");
    });
    assert_eq!(crate::world::processes_with(&folder), 0);
    assert_eq!(world.machines.status(&spec.id).unwrap(), Status::Stopped);
}
