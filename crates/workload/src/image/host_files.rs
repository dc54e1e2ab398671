//! The few files of the host's `/etc` that programs in `/usr` do not work without, taken by name, and only if everyone may read them.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::tree::{Entry, Tree};

/// Files and folders taken as they are. A trailing `*` stands for any rest of the name.
const TAKEN: &[&str] = &[
    "alternatives",
    "debian_version",
    "ethertypes",
    "fonts",
    "gai.conf",
    "inputrc",
    "iproute2",
    "java-*",
    "ld.so.cache",
    "ld.so.conf",
    "ld.so.conf.d",
    "locale.alias",
    "localtime",
    "lsb-release",
    "magic",
    "mime.types",
    "os-release",
    "perl",
    "protocols",
    "python2*",
    "python3*",
    "redhat-release",
    "rpc",
    "services",
    "system-release",
    "terminfo",
    "timezone",
];

/// Neither a file larger than this nor a deeper tree is something a program needs from `/etc`.
const LARGEST: u64 = 4 << 20;
const DEEPEST: usize = 8;

/// Adds what `etc` has of the list.
pub(super) fn add(tree: &mut Tree, etc: &Path) {
    for entry in fs::read_dir(etc).into_iter().flatten().flatten() {
        let name = entry.file_name();
        if name.to_str().is_some_and(is_taken) {
            take(tree, &entry.path(), &Path::new("etc").join(&name), DEEPEST);
        }
    }
    let openssl = etc.join("ssl/openssl.cnf");
    take(tree, &openssl, Path::new("etc/ssl/openssl.cnf"), 1);
}

fn is_taken(name: &str) -> bool {
    TAKEN.iter().any(|taken| match taken.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => name == *taken,
    })
}

/// Takes one path. What cannot be read, or may not be read by everyone, is left out: the image does with less.
fn take(tree: &mut Tree, from: &Path, to: &Path, depth: usize) {
    let Ok(metadata) = fs::symlink_metadata(from) else { return };
    let mode = metadata.permissions().mode();
    if metadata.is_symlink() {
        if let Ok(target) = fs::read_link(from) {
            tree.insert(to, Entry::Link(target));
        }
    } else if metadata.is_file() && mode & 0o004 != 0 && metadata.len() <= LARGEST {
        if let Ok(content) = fs::read(from) {
            tree.insert(to, Entry::File(mode & 0o755, content));
        }
    } else if metadata.is_dir() && mode & 0o005 == 0o005 && depth > 0 {
        tree.insert(to, Entry::Folder(0o755));
        for entry in fs::read_dir(from).into_iter().flatten().flatten() {
            take(tree, &entry.path(), &to.join(entry.file_name()), depth - 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs::Permissions;
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn only_listed_files_that_everyone_may_read_are_taken() {
        let etc = tempfile::tempdir().expect("a folder");
        let write = |name: &str, mode: u32| {
            fs::write(etc.path().join(name), name).expect("writable");
            fs::set_permissions(etc.path().join(name), Permissions::from_mode(mode)).expect("ours");
        };
        write("services", 0o644);
        write("protocols", 0o640);
        write("shadow", 0o644);
        fs::create_dir(etc.path().join("alternatives")).expect("writable");
        symlink("/usr/bin/mawk", etc.path().join("alternatives/awk")).expect("writable");
        let mut tree = Tree::default();
        add(&mut tree, etc.path());
        let taken: Vec<_> = tree.paths().map(|path| path.display().to_string()).collect();
        assert_eq!(taken, ["etc/alternatives", "etc/alternatives/awk", "etc/services"]);
    }

    #[test]
    fn a_star_stands_for_the_rest_of_a_name() {
        assert!(is_taken("python3.11") && is_taken("python3") && is_taken("os-release"));
        assert!(!is_taken("os-release.bak") && !is_taken("shadow") && !is_taken("ssh"));
    }
}
