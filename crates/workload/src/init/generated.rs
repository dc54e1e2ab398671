//! The files that are this machine's own: its names, its resolver, whom it trusts. Written anew at each start into the
//! layer just below what the machine itself has written, so that a change which the machine made stays.

use std::fmt::Write as _;
use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::{Spec, trust};

const RESOLVER: &str = "etc/resolv.conf";
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// Writes the files below `layer`.
pub(crate) fn write(layer: &Path, spec: &Spec) -> io::Result<()> {
    let files = [
        ("etc/hostname", format!("{}\n", spec.hostname).into_bytes()),
        ("etc/hosts", hosts(spec).into_bytes()),
        (RESOLVER, spec.resolv_conf.clone().into_bytes()),
        ("etc/environment", environment_file(spec).into_bytes()),
        (trust::BUNDLE.trim_start_matches('/'), trust::merged_bundle(&spec.ca_pem)),
    ];
    for folder in ["", "etc", "etc/ssl", "etc/ssl/certs"] {
        let folder = layer.join(folder);
        fs::create_dir_all(&folder)?;
        fs::set_permissions(&folder, Permissions::from_mode(0o755))?;
    }
    for (name, content) in files {
        let path = layer.join(name);
        fs::write(&path, content)?;
        fs::set_permissions(&path, Permissions::from_mode(0o644))?;
    }
    Ok(())
}

/// Writes another resolver into a layer that a machine may be running on: into the same file, for that is the one which the
/// machine sees. Answers whether that was a change.
pub(crate) fn rewrite_resolver(layer: &Path, resolv_conf: &str) -> io::Result<bool> {
    let path = layer.join(RESOLVER);
    if fs::read(&path)? == resolv_conf.as_bytes() {
        return Ok(false);
    }
    fs::write(&path, resolv_conf).map(|()| true)
}

/// The environment of every program that we start in the machine.
pub(crate) fn environment(spec: &Spec) -> Vec<(String, String)> {
    let own =
        [("PATH", PATH), ("HOME", "/root"), ("USER", "root"), ("LOGNAME", "root"), ("SHELL", "/bin/sh"), ("LANG", "C.UTF-8")];
    let own = own.map(|(name, value)| (name.to_owned(), value.to_owned()));
    own.into_iter().chain(shared(spec)).collect()
}

/// The part of the environment that holds for every user of the machine.
fn shared(spec: &Spec) -> impl Iterator<Item = (String, String)> {
    trust::environment(trust::BUNDLE).into_iter().chain(spec.env.iter().cloned())
}

/// For shells and for PAM: one `NAME="value"` a line. A value over several lines has no form there and is left to the
/// processes that we start.
fn environment_file(spec: &Spec) -> String {
    let lines = shared(spec).filter(|(_, value)| !value.contains('\n'));
    lines.map(|(name, value)| format!("{name}='{}'\n", value.replace('\'', r"'\''"))).collect()
}

fn hosts(spec: &Spec) -> String {
    let short = spec.hostname.split('.').next().unwrap_or_default();
    let mut text =
        format!("127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n127.0.1.1 {} {short}\n", spec.hostname);
    for (address, name) in &spec.hosts {
        // Writing into a String cannot fail.
        let _ = writeln!(text, "{address} {name}");
    }
    text
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt;

    use super::*;
    use crate::{Image, Limits};

    fn spec() -> Spec {
        Spec {
            id: "m".parse().expect("a name"),
            netns: "/netns".into(),
            hostname: "ip-10-0-0-5.ec2.internal".into(),
            image: Image { root: "/image".into(), usr: None, hidden: Vec::new() },
            user_data: None,
            resolv_conf: "nameserver 10.0.0.2\n".into(),
            hosts: vec![([10, 0, 0, 9].into(), "db".into())],
            ca_pem: "OUR CA\n".into(),
            env: vec![("QUOTED".into(), "it's".into()), ("LINES".into(), "a\nb".into())],
            limits: Limits::default(),
        }
    }

    #[test]
    fn a_machine_knows_its_own_names_and_those_it_was_given() {
        let hosts = hosts(&spec());
        assert!(hosts.contains("127.0.1.1 ip-10-0-0-5.ec2.internal ip-10-0-0-5\n"));
        assert!(hosts.ends_with("10.0.0.9 db\n"));
    }

    #[test]
    fn the_files_of_the_machine_are_written_for_all_to_read() {
        let layer = tempfile::tempdir().expect("a folder");
        write(layer.path(), &spec()).expect("writable");
        let read = |name: &str| fs::read_to_string(layer.path().join(name)).expect(name);
        assert_eq!(read("etc/resolv.conf"), "nameserver 10.0.0.2\n");
        assert!(read("etc/ssl/certs/ca-certificates.crt").ends_with("OUR CA\n"));
        let mode = fs::metadata(layer.path().join("etc/resolv.conf")).expect("exists").permissions().mode();
        assert_eq!(mode & 0o777, 0o644);
    }

    #[test]
    fn another_resolver_is_written_into_the_file_that_is_there() {
        let layer = tempfile::tempdir().expect("a folder");
        write(layer.path(), &spec()).expect("writable");
        let inode = || fs::metadata(layer.path().join(RESOLVER)).expect("exists").ino();
        let before = inode();
        assert!(!rewrite_resolver(layer.path(), "nameserver 10.0.0.2\n").expect("writable"), "it says that already");
        assert!(rewrite_resolver(layer.path(), "nameserver 10.9.9.9\n").expect("writable"));
        assert_eq!(fs::read_to_string(layer.path().join(RESOLVER)).expect("exists"), "nameserver 10.9.9.9\n");
        assert_eq!(inode(), before);
    }

    #[test]
    fn a_quote_in_the_environment_stays_a_quote_and_a_second_line_is_left_out() {
        let text = environment_file(&spec());
        assert!(text.contains("QUOTED='it'\\''s'\n"), "{text}");
        assert!(!text.contains("LINES"));
    }
}
