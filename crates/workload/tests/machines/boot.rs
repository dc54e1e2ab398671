//! Boot, user data, console, and programs run in a machine.

use std::io::Write;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use workload::{Error, Limits, Spec, Status};

use crate::world::{HELPER, World, eventually, processes_with, words};

#[test]
fn a_machine_runs_its_user_data_and_shows_it_on_the_console() {
    let world = World::new();
    let (id, _) = world.start("m", "#!/bin/bash\necho \"on $(hostname) as $(id -un): $GREETING\"\necho oops >&2\nexit 3\n");
    let console = world.printed(&id, "ended with status 3");
    assert!(console.contains("[boot] machine m on image"), "{console}");
    assert!(console.contains("on m.internal as root: hello there\noops\n"), "{console}");
}

#[test]
fn the_time_from_start_to_the_first_instruction_is_told() {
    let world = World::new();
    for limits in [Limits::default(), world.spec("m", "").limits] {
        let mut fastest = (Duration::MAX, Duration::MAX);
        for _ in 0..8 {
            let spec = Spec { limits, ..world.spec("m", "#!/bin/sh\necho first\n") };
            let begun = Instant::now();
            world.machines.start(&spec).unwrap();
            let answered = begun.elapsed();
            world.printed(&spec.id, "first");
            fastest = (fastest.0.min(answered), fastest.1.min(begun.elapsed()));
            world.machines.destroy(&spec.id).unwrap();
        }
        let (answered, printed) = fastest;
        println!("fastest of 8 with {limits:?}: start answered after {answered:?}, the first line was there after {printed:?}");
    }
}

#[test]
fn what_user_data_left_running_goes_on_after_it_ended() {
    let world = World::new();
    let (id, _) = world.start("m", "#!/bin/sh\nsetsid sleep 1000 &\n(while :; do echo tick; sleep 0.01; done) &\nexit 0\n");
    let before = world.printed(&id, "ended with status 0").matches("tick").count();
    eventually(|| (world.console(&id).matches("tick").count() > before + 3).then_some(())).expect("it goes on ticking");
    assert_eq!(world.shell(&id, "pgrep -x sleep | wc -l | tr -d '\\n' | grep -q '[12]'").0, 0);
}

#[test]
fn a_second_boot_keeps_files_and_does_not_run_user_data_again() {
    let world = World::new();
    let script = "#!/bin/sh\necho ran >> /root/runs\necho tool > /usr/local/bin/tool\nrm /etc/hostname\necho done\n";
    let (id, first) = world.start("m", script);
    world.printed(&id, "done");
    assert_eq!(world.shell(&id, "touch /tmp/gone /run/gone").0, 0);
    world.machines.stop(&id, Duration::from_secs(10)).unwrap();
    let (_, second) = world.start("m", script);
    assert_ne!(first.pid, second.pid);
    eventually(|| (world.console(&id).matches("up").count() >= 2).then_some(())).expect("a second boot on the same console");
    assert_eq!(world.shell(&id, "cat /root/runs /usr/local/bin/tool"), (0, "ran\ntool\n".into()));
    assert_eq!(world.shell(&id, "ls /tmp /run | grep gone; test ! -e /etc/hostname").0, 0);
}

#[test]
fn a_running_machine_is_told_of_other_resolvers_and_keeps_a_file_of_its_own() {
    let world = World::new();
    let (id, _) = world.start("m", "");
    let seen = || world.shell(&id, "cat /etc/resolv.conf; stat -c %s /etc/resolv.conf");
    assert_eq!(seen(), (0, "nameserver 10.0.0.2\n20\n".into()));
    assert!(world.machines.tell_resolvers(&id, "nameserver 10.99.99.99\n").unwrap());
    assert_eq!(seen(), (0, "nameserver 10.99.99.99\n23\n".into()));
    assert!(!world.machines.tell_resolvers(&id, "nameserver 10.99.99.99\n").unwrap());

    assert_eq!(world.shell(&id, "echo nameserver 10.1.1.1 > /etc/resolv.conf").0, 0);
    assert!(world.machines.tell_resolvers(&id, "nameserver 10.0.0.2\n").unwrap());
    assert_eq!(seen(), (0, "nameserver 10.1.1.1\n20\n".into()));
}

#[test]
fn a_start_of_a_running_machine_changes_nothing() {
    let world = World::new();
    let (_, first) = world.start("m", "");
    let (_, second) = world.start("m", "");
    assert_eq!(first, second);
}

#[test]
fn user_data_that_is_no_script_is_named_on_the_console_and_the_machine_is_up() {
    let world = World::new();
    let (id, _) = world.start("m", "#cloud-config\npackages: [nginx]\n");
    world.printed(&id, "a cloud-config document, which is not supported");
    assert!(matches!(world.machines.status(&id).unwrap(), Status::Running(_)));
}

#[test]
fn user_data_with_an_interpreter_that_is_not_there_is_said_and_the_machine_is_up() {
    let world = World::new();
    let (id, _) = world.start("m", "#!/no/such/thing\n");
    world.printed(&id, "user data did not run: No such file");
    assert_eq!(world.shell(&id, "true").0, 0);
}

#[test]
fn a_program_run_in_a_machine_answers_its_own_exit_status() {
    let world = World::new();
    let (id, _) = world.start("m", "");
    let exec = |program: &[&str]| world.machines.exec(&id, &words(program)).unwrap();
    assert_eq!(exec(&["sh", "-c", "exit 42"]), 42);
    assert_eq!(exec(&["sh", "-c", "kill -9 $$"]), 137);
    assert_eq!(exec(&["no-such-program"]), 127);
    assert_eq!(exec(&["/etc"]), 126);
    assert_eq!(
        world.shell(&id, "echo $GREETING; hostname; pwd; readlink /proc/self/ns/pid | grep -c pid").1,
        "hello there\nm.internal\n/\n1\n"
    );
}

#[test]
fn a_program_cannot_be_run_in_a_machine_that_does_not_run() {
    let world = World::new();
    let id = "m".parse().unwrap();
    assert!(matches!(world.machines.exec(&id, &words(&["true"])), Err(Error::NotRunning { .. })));
    world.start("m", "");
    world.machines.stop(&id, Duration::from_secs(10)).unwrap();
    assert!(matches!(world.machines.exec(&id, &words(&["true"])), Err(Error::NotRunning { .. })));
}

#[test]
fn a_machine_is_in_the_network_namespace_that_it_was_given() {
    let world = World::new();
    let (id, _) = world.start("m", "");
    let inode = std::fs::metadata(&world.netns).map(|metadata| std::os::unix::fs::MetadataExt::ino(&metadata)).unwrap();
    assert_eq!(world.shell(&id, "readlink /proc/self/ns/net").1, format!("net:[{inode}]\n"));
    assert_eq!(world.shell(&id, "ls /sys/class/net").1.trim(), "lo");
}

#[test]
fn a_flood_on_the_console_does_not_fill_the_disk() {
    let world = World::new();
    let (id, _) = world.start("m", "#!/bin/sh\nseq 1 400000\necho the end\n");
    let console = world.printed(&id, "ended with status 0");
    assert!(console.contains("400000\nthe end\n"));
    let on_disk: u64 = ["console.0", "console.1"]
        .iter()
        .map(|name| std::fs::metadata(world.folder().join("machines/m").join(name)).unwrap().len())
        .sum();
    assert!(on_disk <= 130 * 1024, "{on_disk}");
}

#[test]
fn a_machine_without_its_network_does_not_start_and_says_why() {
    let world = World::new();
    let spec = Spec { netns: "/no/such/netns".into(), ..world.spec("m", "") };
    let error = world.machines.start(&spec).unwrap_err();
    let Error::NotStarted { source, .. } = &error else { panic!("{error}") };
    assert_eq!(source.to_string(), "cannot enter the network namespace /no/such/netns: No such file or directory (os error 2)");
    assert_eq!(world.machines.status(&spec.id).unwrap(), Status::Stopped);
    world.machines.destroy(&spec.id).unwrap();
    assert_eq!(world.machines.status(&spec.id).unwrap(), Status::Absent);
}

#[test]
fn a_machine_whose_image_is_missing_does_not_start_and_runs_its_user_data_once_it_does() {
    let world = World::new();
    let mut spec = world.spec("m", "");
    spec.image.root = "/no/such/image".into();
    let error = world.machines.start(&spec).unwrap_err();
    let Error::NotStarted { source, .. } = &error else { panic!("{error}") };
    assert!(source.step.starts_with("mount overlay"), "{source}");
    assert!(!world.folder().join("machines/m/running.json").exists());
    let (id, _) = world.start("m", "#!/bin/sh\necho now\n");
    world.printed(&id, "now");
}

#[test]
fn a_program_run_in_a_machine_ends_with_its_caller() {
    let world = World::new();
    let (id, _) = world.start("m", "");
    let folder = world.folder().join("machines/m");
    let mut caller = Command::new(HELPER).arg("machine-join").arg(folder).args(["sleep", "98764"]).spawn().unwrap();
    eventually(|| (processes_with("98764") == 2).then_some(())).expect("it runs");
    caller.kill().unwrap();
    caller.wait().unwrap();
    eventually(|| (processes_with("98764") == 0).then_some(())).expect("it has ended");
    assert_eq!(world.shell(&id, "true").0, 0);
}

#[test]
fn a_signal_to_the_caller_reaches_the_program_in_the_machine() {
    let world = World::new();
    let (id, _) = world.start("m", "");
    let folder = world.folder().join("machines/m");
    let line = "trap 'echo told > /dev/console; exit 9' TERM; echo ready > /dev/console; while :; do sleep 0.01; done";
    let mut caller = Command::new(HELPER).arg("machine-join").arg(folder).args(["sh", "-c", line]).spawn().unwrap();
    world.printed(&id, "ready");
    kill(Pid::from_raw(caller.id().cast_signed()), Signal::SIGTERM).unwrap();
    assert_eq!(caller.wait().unwrap().code(), Some(9));
    world.printed(&id, "told");
}

#[test]
fn a_program_gets_the_callers_streams() {
    let world = World::new();
    world.start("m", "");
    let folder = world.folder().join("machines/m");
    let mut caller = Command::new(HELPER);
    caller.arg("machine-join").arg(folder).args(["sh", "-c", "tr a-z A-Z; echo oops >&2"]);
    let mut running = caller.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    running.stdin.take().unwrap().write_all(b"shout").unwrap();
    let output = running.wait_with_output().unwrap();
    assert_eq!((output.stdout.as_slice(), output.stderr.as_slice()), (b"SHOUT".as_slice(), b"oops\n".as_slice()));
}
