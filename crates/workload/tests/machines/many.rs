//! Several machines, several threads, several daemons.

use std::thread;
use std::time::Duration;

use workload::{Machines, Status};

use crate::world::{World, machines_in, running, spec_in, words};

#[test]
fn threads_start_and_stop_machines_at_the_same_time() {
    let world = World::new();
    let names: Vec<String> = (0..8).map(|n| format!("m{n}")).collect();
    thread::scope(|scope| {
        for name in &names {
            let world = &world;
            scope.spawn(move || {
                let (id, _) = world.start(name, "#!/bin/sh\necho \"I am $(hostname)\"\n");
                world.printed(&id, &format!("I am {name}.internal"));
                world.machines.stop(&id, Duration::from_secs(20)).unwrap();
                assert_eq!(world.machines.status(&id).unwrap(), Status::Stopped);
            });
        }
    });
    assert_eq!(world.machines.list().unwrap().len(), names.len());
}

#[test]
fn many_starts_of_one_machine_make_one_machine() {
    let world = World::new();
    let started: Vec<_> = thread::scope(|scope| {
        let starts: Vec<_> = (0..6).map(|_| scope.spawn(|| world.start("m", "").1.pid)).collect();
        starts.into_iter().map(|start| start.join().unwrap()).collect()
    });
    assert!(started.iter().all(|pid| *pid == started[0]), "{started:?}");
}

#[test]
fn a_start_and_a_removal_at_the_same_time_leave_either_a_machine_or_nothing() {
    let world = World::new();
    for _ in 0..5 {
        let spec = world.spec("m", "");
        thread::scope(|scope| {
            scope.spawn(|| world.machines.start(&spec).unwrap());
            scope.spawn(|| world.machines.destroy(&spec.id).unwrap());
        });
        match world.machines.status(&spec.id).unwrap() {
            Status::Running(_) => assert_eq!(world.machines.exec(&spec.id, &words(&["true"])).unwrap(), 0),
            Status::Absent => {}
            Status::Stopped => panic!("half a machine is left"),
        }
        world.machines.destroy(&spec.id).unwrap();
    }
}

#[test]
fn machines_of_one_name_in_two_folders_have_nothing_to_do_with_each_other() {
    let world = World::new();
    let other: Machines = machines_in(&world.folder().join("other"));
    let (id, first) = world.start("m", "#!/bin/sh\necho first > /root/who\n");
    other.start(&spec_in(&other, &world.netns, "m", "#!/bin/sh\necho second > /root/who\n")).unwrap();
    other.destroy(&id).unwrap();
    assert_eq!(running(world.machines.status(&id).unwrap()), Some(first));
    world.printed(&id, "ended with status 0");
    assert_eq!(world.shell(&id, "cat /root/who").1, "first\n");
}

#[test]
fn two_machines_in_one_network_namespace_share_its_addresses_and_nothing_else() {
    let world = World::new();
    let serve = "#!/bin/sh\necho mine > /root/file\ncd /root\nexec python3 -m http.server 8099 >/dev/null 2>&1\n";
    world.start("server", serve);
    let (client, _) = world.start("client", "");
    let fetch = "for i in $(seq 500); do curl -s http://127.0.0.1:8099/file && exit 0; sleep 0.02; done; exit 1";
    assert_eq!(world.shell(&client, fetch), (0, "mine\n".into()));
    assert_eq!(world.shell(&client, "pgrep python3; ls /root").1, "");
    world.machines.destroy(&"server".parse().unwrap()).unwrap();
}
