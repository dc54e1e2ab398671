//! No file of the host that holds a secret is visible in a machine.

use crate::world::World;

#[test]
fn the_secrets_and_folders_of_the_host_are_not_there() {
    let world = World::new();
    let (id, _) = world.start("m", "");
    for path in [
        "/etc/shadow",
        "/etc/shadow-",
        "/etc/gshadow",
        "/etc/machine-id",
        "/etc/ssh",
        "/etc/ssl/private",
        "/etc/krb5.keytab",
        "/etc/cron.d",
        "/etc/NetworkManager",
        "/etc/wireguard",
        "/etc/letsencrypt",
        "/proc/kcore/x",
        "/dev/vda",
        "/dev/sda",
        "/dev/mem",
        "/dev/kmsg",
        "/run/docker.sock",
        "/var/run/docker.sock",
        "/var/lib/underpass",
        "/work",
    ] {
        assert_eq!(world.shell(&id, &format!("test ! -e {path}")).0, 0, "{path} is visible");
    }
    for folder in
        ["/root", "/opt", "/srv", "/mnt", "/media", "/boot", "/tmp", "/var/tmp", "/var/log", "/usr/etc", "/usr/local/etc"]
    {
        assert_eq!(world.shell(&id, &format!("ls -A {folder} 2>/dev/null")).1, "", "{folder} is not empty");
    }
    assert_eq!(world.shell(&id, "ls -A /home").1, "ec2-user\n");
    assert_eq!(
        world.shell(&id, "ls /").1,
        std::iter::once("").chain(ROOT).collect::<Vec<_>>().join("\n").trim_start().to_owned() + "\n"
    );
}

/// What `ls /` shows, on a host with merged `/usr`; `lib32` and `libx32` exist on some.
const ROOT: [&str; 19] = [
    "bin", "boot", "dev", "etc", "home", "lib", "lib64", "media", "mnt", "opt", "proc", "root", "run", "sbin", "srv", "sys",
    "tmp", "usr", "var",
];

#[test]
fn every_file_outside_usr_is_ours() {
    let world = World::new();
    let (id, _) = world.start("m", "");
    // The host's own root is on the device of this folder; the machine's is an overlay, and everything else is without a device.
    let (_, kinds) = world.shell(&id, "cut -d' ' -f2,3 /proc/mounts | sort -u");
    for line in kinds.lines() {
        let (at, kind) = line.split_once(' ').unwrap();
        assert!(
            ["overlay", "tmpfs", "proc", "sysfs", "devpts", "devtmpfs"].contains(&kind),
            "{at} shows a file system of the host: {kind}"
        );
    }
    let (_, unreadable) = world.shell(&id, "find / -xdev -path /proc -prune -o -type f ! -perm -o+r -print");
    assert_eq!(unreadable, "/etc/sudoers\n");
}

#[test]
fn a_folder_of_ours_below_usr_is_empty_in_a_machine() {
    let world = World::new();
    let mut spec = world.spec("m", "");
    spec.image.hidden.extend(["/usr/share/zoneinfo".into(), "/usr/bin/env".into(), "/usr/no/such".into()]);
    world.machines.start(&spec).unwrap();
    assert_eq!(world.shell(&spec.id, "ls -A /usr/share/zoneinfo; cat /usr/bin/env").1, "");
    assert_eq!(world.shell(&spec.id, "rm -rf /usr/share/zoneinfo 2>/dev/null || echo kept").1, "kept\n");
}

#[test]
fn only_the_first_process_of_the_machine_and_its_children_are_seen() {
    let world = World::new();
    let (id, _) = world.start("m", "");
    assert_eq!(world.shell(&id, "ls /proc | grep -E '^[0-9]+$' | head -1").1, "1\n");
    assert_eq!(world.shell(&id, "cat /proc/1/comm").1, "machine-helper\n");
    for look in [
        "readlink /proc/1/fd/0",
        "readlink /proc/1/exe",
        "ls /proc/1/root/",
        "ls /proc/1/cwd/",
        "cat /proc/1/environ",
        "cat /proc/1/mem",
    ] {
        assert_ne!(world.shell(&id, look).0, 0, "{look} worked");
    }
}

#[test]
fn nothing_that_the_caller_has_open_is_open_in_a_machine() {
    let world = World::new();
    let secret = std::fs::File::open("/etc/shadow").unwrap();
    nix::fcntl::fcntl(&secret, nix::fcntl::FcntlArg::F_SETFD(nix::fcntl::FdFlag::empty())).unwrap();
    let (id, _) = world.start("m", "#!/bin/sh\nls /proc/self/fd | tr '\\n' ' '\necho\n");
    // 3 is the folder that `ls` reads.
    world.printed(&id, "0 1 2 3 \n");
    assert_eq!(world.shell(&id, "ls /proc/self/fd").1, "0\n1\n2\n3\n");
}

#[test]
fn what_a_machine_writes_below_usr_does_not_reach_the_host() {
    let world = World::new();
    let (id, _) = world.start("m", "");
    assert_eq!(
        world.shell(&id, "echo changed > /usr/share/underpass-test && rm /usr/bin/env && cat /usr/share/underpass-test").1,
        "changed\n"
    );
    assert!(!std::path::Path::new("/usr/share/underpass-test").exists());
    assert!(std::path::Path::new("/usr/bin/env").exists());
}

#[test]
fn a_machine_has_its_own_names_resolver_and_authorities() {
    let world = World::new();
    let (id, _) = world.start("m", "");
    assert_eq!(world.shell(&id, "cat /etc/resolv.conf").1, "nameserver 10.0.0.2\n");
    assert_eq!(world.shell(&id, "cat /etc/hostname; getent hosts db.internal").1, "m.internal\n10.0.0.9        db.internal\n");
    assert_eq!(
        world.shell(&id, "tail -n 3 $SSL_CERT_FILE | head -2 | tail -1; cmp $SSL_CERT_FILE /etc/ssl/cert.pem").1,
        "OURS\n"
    );
    assert_eq!(world.shell(&id, "su nobody -s /bin/sh -c 'id -un; echo $GREETING'").0, 0);
}
