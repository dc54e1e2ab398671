//! The place of the namespaces, and many hands at work in it.

use std::fs;
use std::net::TcpListener;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::thread;

use kernel::nft::{Action, ChainKind, HookPoint, Rule, Verdict};
use kernel::{Kernel, KernelError, Namespaces};

use crate::filters::{base, table};
use crate::world::{World, address, assert_same, route_via, veth};

/// The lines of the mount table that name a path.
fn mounts(path: &Path) -> Vec<String> {
    let table = fs::read_to_string("/proc/self/mountinfo").unwrap();
    table.lines().filter(|line| line.contains(path.to_str().unwrap())).map(str::to_owned).collect()
}

fn here() -> std::path::PathBuf {
    fs::read_link("/proc/thread-self/ns/net").unwrap()
}

fn directory(world: &World) -> std::path::PathBuf {
    world.places.path("x").unwrap().parent().unwrap().to_owned()
}

#[test]
fn a_place_is_mounted_once_and_privately() {
    let world = World::with(&["a"]);
    let directory = directory(&world);
    let again = Namespaces::at(&directory).unwrap();
    assert_eq!(again.list().unwrap(), ["a"]);
    let lines = mounts(&directory);
    assert_eq!(lines.len(), 2, "the place and one namespace: {lines:#?}");
    assert!(lines.iter().all(|line| !line.contains("shared:")), "{lines:#?}");
}

#[test]
fn a_place_that_is_removed_leaves_nothing() {
    let world = World::with(&["a", "b"]);
    world.settle("a", &[veth("x", "b", "eth0")]);
    let directory = directory(&world);
    world.places.clone().remove().unwrap();
    assert_eq!(mounts(&directory), Vec::<String>::new());
    assert!(!directory.exists());
    Namespaces::at(&directory).unwrap();
}

#[test]
fn what_was_left_of_a_namespace_that_was_never_finished_is_no_namespace_and_no_obstacle() {
    let world = World::with(&[]);
    fs::write(world.places.path("half").unwrap(), "").unwrap();
    assert_eq!(world.places.list().unwrap(), Vec::<String>::new());
    assert!(matches!(world.places.open("half"), Err(KernelError::NoNamespace(_))));
    world.places.create("half").unwrap();
    assert_eq!(world.places.list().unwrap(), ["half"]);
    fs::write(world.places.path("other").unwrap(), "").unwrap();
    world.places.delete("other").unwrap();
    assert!(!world.places.path("other").unwrap().exists());
}

#[test]
fn what_a_process_that_died_left_half_made_or_half_removed_is_gone_for_the_next() {
    let world = World::with(&["whole"]);
    let before = world.places.run_in("whole", here).unwrap();
    fs::write(world.places.path("half").unwrap(), "").unwrap();
    let next = Namespaces::at(directory(&world)).unwrap();
    let left: Vec<_> = fs::read_dir(next.directory()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["whole"]);
    assert_eq!(next.run_in("whole", here).unwrap(), before);
}

#[test]
fn names_are_plain_file_names() {
    let world = World::with(&[]);
    for name in ["", ".", "..", "../x", "a/b", "a b", "ä", "\0", &"x".repeat(101)] {
        assert!(matches!(world.places.path(name), Err(KernelError::Invalid { .. })), "{name:?}");
        assert!(world.places.create(name).is_err() && world.places.delete(name).is_err());
    }
    world.places.create(&"x".repeat(100)).unwrap();
}

#[test]
fn work_in_a_namespace_leaves_the_caller_where_it_is_even_when_it_panics() {
    let world = World::with(&["a"]);
    let before = here();
    let inside = world.places.run_in("a", here).unwrap();
    assert_ne!(inside, before);
    let panic = catch_unwind(AssertUnwindSafe(|| world.places.run_in("a", || panic!("as announced"))));
    assert!(panic.is_err());
    assert_eq!(here(), before);
    assert!(matches!(world.places.run_in("b", || ()), Err(KernelError::NoNamespace(_))));
    let taken = world.places.socket_in("a", || TcpListener::bind("192.0.2.1:80"));
    assert_eq!(taken.unwrap_err().errno(), Some(libc::EADDRNOTAVAIL));
}

#[test]
fn a_namespace_that_a_socket_keeps_alive_gives_up_its_name() {
    let world = World::with(&["a"]);
    let listener = world.places.socket_in("a", || TcpListener::bind("127.0.0.1:0")).unwrap();
    let old = world.places.run_in("a", here).unwrap();
    world.places.delete("a").unwrap();
    world.places.create("a").unwrap();
    assert_ne!(world.places.run_in("a", here).unwrap(), old);
    let port = listener.local_addr().unwrap().port();
    world.places.socket_in("a", || TcpListener::bind(("127.0.0.1", port))).unwrap();
}

#[test]
fn many_hands_work_in_many_namespaces_at_once() {
    let world = World::with(&["shared"]);
    thread::scope(|scope| {
        for hand in 0..8 {
            let world = &world;
            scope.spawn(move || {
                for number in 0..5 {
                    let name = format!("ns-{hand}-{number}");
                    world.kernel.create_namespace(&name).unwrap();
                    let drop = Rule::new([], [Action::Verdict(Verdict::Drop)]);
                    let wanted = [
                        veth("up", "shared", &format!("e{hand}-{number}")),
                        address("up", "10.0.0.1/24"),
                        route_via(254, "0.0.0.0/0", Some("10.0.0.2"), "up"),
                        table(),
                        base("input", ChainKind::Filter, HookPoint::Input, 0, vec![drop]),
                    ];
                    world.settle(&name, &wanted);
                    if number % 2 == 0 {
                        world.kernel.delete_namespace(&name).unwrap();
                    } else {
                        assert_same(&wanted, &world.observed(&name, &wanted));
                    }
                }
            });
        }
    });
    assert_eq!(world.kernel.namespaces().unwrap().len(), 17);
}

#[test]
fn many_hands_work_in_one_namespace_at_once() {
    let world = World::with(&["a", "b"]);
    world.settle("a", &[table()]);
    thread::scope(|scope| {
        for hand in 0..6 {
            let world = &world;
            scope.spawn(move || {
                for round in 0..10 {
                    let rules = vec![Rule::new([], [Action::Counter]); round];
                    let chain = base(&format!("c{hand}"), ChainKind::Filter, HookPoint::Input, hand, rules);
                    world.kernel.apply("a", &[kernel::Change::Replace(chain)]).unwrap();
                    let link = veth(&format!("v{hand}-{round}"), "b", &format!("e{hand}-{round}"));
                    world.kernel.apply("a", &[kernel::Change::Add(link)]).unwrap();
                }
            });
        }
    });
    let objects = world.kernel.observe("a", &[]).unwrap();
    assert_eq!(objects.len(), 1 + 6 + 60);
}
