//! A machine that prepares its own files for its next boot, or for whoever enters it, gains nothing by it.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use nix::sys::statvfs::{FsFlags, statvfs};
use workload::MachineId;

use crate::world::{HELPER, World, eventually, processes_with};

/// Boots, does `line` inside, stops, and boots again.
fn reboot_after(world: &World, line: &str) -> MachineId {
    let (id, _) = world.start("m", "");
    let (status, output) = world.shell(&id, line);
    assert_eq!(status, 0, "{output}");
    world.machines.stop(&id, Duration::from_secs(10)).unwrap();
    world.start("m", "");
    id
}

#[test]
fn links_in_the_place_of_mount_points_do_not_lead_to_the_host() {
    let world = World::new();
    let bait = world.folder().join("bait");
    fs::create_dir(&bait).unwrap();
    // The folders themselves are busy while the machine runs; a stopped machine's upper layer is what its next boot sees.
    let (id, _) = world.start("m", "");
    world.machines.stop(&id, Duration::from_secs(10)).unwrap();
    let written = world.folder().join("machines/m/written");
    for name in ["dev", "run", "tmp", "proc", "sys"] {
        std::os::unix::fs::symlink(&bait, written.join(name)).unwrap();
    }
    world.start("m", "");
    assert_eq!(world.shell(&id, "test -c /dev/null && test -d /proc/1 && test -d /sys/class && touch /tmp/x /run/y").0, 0);
    assert_eq!(fs::read_dir(&bait).unwrap().count(), 0, "a mount or a file went to the host");
}

#[test]
fn a_hidden_folder_stays_hidden_after_its_parent_was_moved_or_replaced() {
    let world = World::new();
    let listing = "find /usr/local /usr/moved -name npmrc -o -path '*/local/etc/?*' 2>/dev/null";
    let id = reboot_after(&world, "mv /usr/local /usr/moved 2>/dev/null; ln -sfn /etc /usr/local 2>/dev/null; true");
    assert_eq!(world.shell(&id, listing).1, "");
    assert!(Path::new("/usr/local").is_dir() && !Path::new("/usr/local").is_symlink());
}

#[test]
fn a_whiteout_or_a_link_in_etc_breaks_only_the_machine() {
    let world = World::new();
    let host = fs::read_to_string("/etc/hostname").unwrap_or_default();
    let id =
        reboot_after(&world, "rm -rf /etc/resolv.conf /etc/hosts && ln -s /etc/shadow /etc/resolv.conf && ln -s / /etc/hosts");
    assert_ne!(world.shell(&id, "cat /etc/resolv.conf").0, 0);
    assert_eq!(fs::read_to_string("/etc/hostname").unwrap_or_default(), host);
}

#[test]
fn user_data_that_was_replaced_by_the_machine_is_not_run_as_the_hosts() {
    let world = World::new();
    let id = reboot_after(&world, "mkdir -p /var/lib/cloud && rm -rf /var/lib/cloud/* && ln -s /root /var/lib/cloud/instance");
    let console = world.printed(&id, "[boot] up");
    assert!(!console.contains("did not run"), "{console}");
}

#[test]
fn our_own_program_is_executed_from_a_file_that_cannot_be_written() {
    // A script whose interpreter is `/proc/self/exe` runs, and so reaches, the file from which its starter was executed.
    let world = World::new();
    let (_, machine) = world.start("m", "");
    let folder = world.folder().join("machines/m");
    let mut caller = Command::new(HELPER).arg("machine-join").arg(folder).args(["sleep", "98765"]).spawn().unwrap();
    eventually(|| (processes_with("98765") == 2).then_some(())).expect("it runs");
    for pid in [machine.pid, caller.id().cast_signed()] {
        let executable = format!("/proc/{pid}/exe");
        assert_eq!(fs::metadata(&executable).unwrap().ino(), fs::metadata(HELPER).unwrap().ino());
        assert!(statvfs(executable.as_str()).unwrap().flags().contains(FsFlags::ST_RDONLY), "{executable} can be written");
    }
    assert!(!statvfs(HELPER).unwrap().flags().contains(FsFlags::ST_RDONLY), "the host's own view has changed");
    caller.kill().unwrap();
    caller.wait().unwrap();
}

#[test]
fn a_program_that_enters_cannot_be_read_or_stopped_from_inside() {
    let world = World::new();
    let (id, _) = world.start(
        "m",
        "#!/bin/sh\nwhile :; do for p in /proc/[0-9]*; do readlink $p/exe; done; done 2>/dev/null | grep -v usr/bin\n",
    );
    for _ in 0..20 {
        assert_eq!(world.shell(&id, "true").0, 0);
    }
    let console = world.console(&id);
    assert!(!console.contains("machine-helper\n"), "{console}");
}
