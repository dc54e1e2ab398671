//! Stopping and removing leave nothing behind.

use std::fs;
use std::time::{Duration, Instant};

use workload::Status;

use crate::world::{World, eventually, mounts_naming, processes_with};

#[test]
fn a_machine_that_is_asked_ends_at_once_and_tells_its_programs() {
    let world = World::new();
    let (id, _) = world.start("m", "#!/bin/sh\ntrap 'echo told; exit 0' TERM\necho waiting\nwhile :; do sleep 0.01; done\n");
    world.printed(&id, "waiting");
    let begun = Instant::now();
    world.machines.stop(&id, Duration::from_secs(30)).unwrap();
    assert!(begun.elapsed() < Duration::from_secs(25));
    let console = world.console(&id);
    assert!(
        console.contains("[boot] stopping\n") && console.contains("told\n") && console.ends_with("[boot] stopped\n"),
        "{console}"
    );
}

#[test]
fn a_program_that_ignores_the_request_is_killed_after_the_grace() {
    let world = World::new();
    let (id, _) = world.start("m", "#!/bin/sh\ntrap '' TERM\necho deaf\nsleep 98761 & \nwhile :; do sleep 0.01; done\n");
    world.printed(&id, "deaf");
    world.machines.stop(&id, Duration::from_millis(50)).unwrap();
    assert_eq!(world.machines.status(&id).unwrap(), Status::Stopped);
    assert_eq!(processes_with("98761"), 0);
}

#[test]
fn a_stopped_machine_leaves_no_process_no_mount_and_no_cgroup_and_a_removed_one_no_file() {
    let world = World::new();
    let (id, _) = world.start("m", "#!/bin/sh\nsetsid sleep 98762 &\nsetsid sleep 98762 &\necho left\n");
    world.printed(&id, "left");
    assert_eq!(mounts_naming(&world.folder().join("machines")), 0, "the host sees a mount of the machine");
    eventually(|| (processes_with("98762") >= 2).then_some(())).expect("both run");
    world.machines.stop(&id, Duration::from_secs(10)).unwrap();
    assert_eq!(processes_with("98762"), 0);
    assert_eq!(processes_with(&world.folder().display().to_string()), 0);
    assert_eq!(cgroups_naming(world.folder()), 0);
    assert!(world.folder().join("machines/m/written").exists());
    world.machines.destroy(&id).unwrap();
    assert!(!world.folder().join("machines/m").exists());
}

#[test]
fn programs_that_joined_a_machine_end_with_it_and_leave_no_cgroup() {
    let world = World::new();
    let (id, _) = world.start("m", "#!/bin/sh\necho up\n");
    world.printed(&id, "up");
    let mut joined: Vec<_> = (0..16).map(|_| world.joining(&id, "exec sleep 98763").spawn().unwrap()).collect();
    eventually(|| (processes_with("98763") >= 16).then_some(())).expect("all run");
    world.machines.stop(&id, Duration::from_millis(50)).unwrap();
    assert_eq!(cgroups_naming(world.folder()), 0);
    joined.iter_mut().for_each(|program| assert!(!program.wait().unwrap().success()));
}

fn cgroups_naming(folder: &std::path::Path) -> usize {
    let name = folder.display().to_string().trim_matches('/').replace('/', "-");
    let found =
        std::process::Command::new("find").args(["/sys/fs/cgroup", "-type", "d", "-name"]).arg(format!("{name}*")).output();
    found.unwrap().stdout.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()).count()
}

#[test]
fn a_machine_can_end_itself() {
    let world = World::new();
    let (id, _) = world.start("m", "#!/bin/sh\nkill 1\n");
    eventually(|| (world.machines.status(&id).unwrap() == Status::Stopped).then_some(())).expect("it has ended");
}

#[test]
fn files_that_nobody_may_read_or_change_are_removed_with_the_machine() {
    let world = World::new();
    let (id, _) =
        world.start("m", "#!/bin/sh\nmkdir -m 0 /root/closed && touch /root/closed/x\nrm -rf /usr/share/doc\necho made\n");
    world.printed(&id, "made");
    world.machines.destroy(&id).unwrap();
    assert_eq!(world.machines.status(&id).unwrap(), Status::Absent);
}

#[test]
fn images_that_no_machine_uses_are_removed_and_those_in_use_stay() {
    let world = World::new();
    world.start("m", "");
    let old = world.folder().join("machines/.images/builtin-old");
    fs::create_dir(&old).unwrap();
    world.machines.prune_images(&[]).unwrap();
    assert!(!old.exists());
    assert_eq!(fs::read_dir(world.folder().join("machines/.images")).unwrap().count(), 1);
}
