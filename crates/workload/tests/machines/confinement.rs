//! What a process of a machine cannot do, though it is root there.

use workload::Spec;

use crate::world::{World, eventually, processes_with};

const CAPABILITIES: &str = "00000000a00435fb";

#[test]
fn user_data_and_joined_programs_have_only_the_documented_capabilities() {
    let world = World::new();
    let (id, _) = world.start("m", "#!/bin/sh\ngrep -E '^(Cap|Seccomp:)' /proc/self/status\necho printed\n");
    let boot = world.printed(&id, "printed");
    let (_, joined) = world.shell(&id, "grep -E '^(Cap|Seccomp:)' /proc/self/status");
    for text in [boot, joined] {
        for field in ["CapPrm", "CapEff", "CapBnd"] {
            assert!(text.contains(&format!("{field}:\t{CAPABILITIES}\n")), "{text}");
        }
        assert!(text.contains("CapInh:\t0000000000000000\n") && text.contains("Seccomp:\t2\n"), "{text}");
    }
}

#[test]
fn root_of_a_machine_cannot_reach_the_kernel_or_the_host() {
    let world = World::new();
    let (id, _) = world.start("m", "");
    for forbidden in [
        "mount -t tmpfs tmpfs /mnt",
        "mount -o remount,rw /sys",
        "umount /proc",
        "umount /usr",
        "unshare -U true",
        "unshare -n true",
        "nsenter -t 1 -m true",
        "mknod /tmp/disk b 8 0",
        "mknod /root/disk b 8 0",
        "echo 1 > /proc/sys/kernel/panic",
        "echo 1 > /proc/sys/vm/drop_caches",
        "test ! -e /proc/sysrq-trigger || echo h > /proc/sysrq-trigger; test ! -e /proc/sysrq-trigger && false",
        "dmesg",
        "date -s 2001-01-01",
        "chroot /proc/1/root true",
        "python3 -c 'import socket; socket.socket(40, socket.SOCK_STREAM)'",
        "python3 -c 'import fcntl, termios; fcntl.ioctl(0, termios.TIOCSTI, b\"x\")'",
    ] {
        let (status, output) = world.shell(&id, forbidden);
        assert_ne!(status, 0, "{forbidden} worked: {output}");
    }
}

#[test]
fn root_of_a_machine_can_do_what_a_server_does() {
    let world = World::new();
    let (id, _) = world.start("m", "");
    for allowed in [
        "chown nobody /root && chmod 700 /root && chown root /root",
        "ip link add v0 type veth peer name v1 && ip address add 192.0.2.1/24 dev v0 && ip link set v0 up",
        "echo 1 > /proc/sys/net/ipv4/ip_forward && grep -q 1 /proc/sys/net/ipv4/ip_forward",
        "python3 -c 'import socket; s=socket.socket(); s.bind((\"0.0.0.0\", 80)); s.listen()'",
        "python3 -c 'import threading; t=threading.Thread(target=print); t.start(); t.join()'",
        "su nobody -s /bin/sh -c true",
        "python3 -c 'import socket; socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)'",
        "echo x > /dev/null && head -c 4 /dev/urandom > /dev/shm/x && : < /dev/zero",
        "echo from a program > /dev/console",
        "mkdir -p /var/www/x && touch /usr/local/bin/y /etc/z /home/ec2-user/w",
        "script -qc true /dev/null",
        "su ec2-user -c 'touch ~/mine && test $(id -u) = 1000'",
    ] {
        let (status, output) = world.shell(&id, allowed);
        assert_eq!(status, 0, "{allowed} failed: {output}");
    }
    world.printed(&id, "from a program");
}

#[test]
fn root_of_a_machine_is_root_over_no_network_but_its_own() {
    let world = World::new();
    world.link_to_another_network();
    let (id, _) = world.start("m", "");
    assert_eq!(world.shell(&id, "ip -d link show eth0 | grep 'link-netnsid 0' && ip link set eth0 mtu 1400").0, 0);
    // The other end of the link has the number 2 there: the first after the loopback.
    let (status, output) = world.shell(&id, "ip link add m0 link if2 link-netnsid 0 type macvlan mode bridge");
    assert!(status != 0 && output.contains("not permitted"), "{output}");
}

#[test]
fn a_machine_in_a_network_of_the_host_is_refused() {
    let world = World::new();
    let spec = Spec { netns: "/proc/self/ns/net".into(), ..world.spec("m", "") };
    let error = world.machines.start(&spec).unwrap_err();
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert!(cause.contains("a network namespace that belongs to the host"), "{cause}");
}

#[test]
fn a_machine_cannot_have_more_processes_than_its_limit() {
    let world = World::new();
    let (id, running) = world.start("m", "#!/bin/sh\ntrap 'echo full' EXIT\nfor i in $(seq 300); do sleep 98763 & done\n");
    world.printed(&id, "full");
    if let Some(reason) = running.unenforced_limits {
        return println!("not enforced: {reason}");
    }
    // Who was forked last may have to become what it is to be.
    eventually(|| (processes_with("98763") >= 100).then_some(())).expect("as many as it may have");
    let made = processes_with("98763");
    assert!(made < 200, "{made} processes in spite of the limit");
}
