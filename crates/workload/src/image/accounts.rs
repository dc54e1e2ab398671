//! The people and groups of the built-in image: a fixed list, so that the host's accounts stay unknown. None has a password.

use super::tree::{Entry, Tree};

/// Name, number, home, shell. Every account has a group of its own name and number.
const ACCOUNTS: &[(&str, u32, &str, &str)] = &[
    ("root", 0, "/root", "/bin/bash"),
    ("daemon", 1, "/usr/sbin", "/usr/sbin/nologin"),
    ("bin", 2, "/bin", "/usr/sbin/nologin"),
    ("sys", 3, "/dev", "/usr/sbin/nologin"),
    ("man", 6, "/var/cache/man", "/usr/sbin/nologin"),
    ("mail", 8, "/var/mail", "/usr/sbin/nologin"),
    ("www-data", 33, "/var/www", "/usr/sbin/nologin"),
    ("ec2-user", 1000, "/home/ec2-user", "/bin/bash"),
    ("nobody", 65534, "/nonexistent", "/usr/sbin/nologin"),
];

/// Groups without an account. Debian calls the group of `nobody` `nogroup`; both names work.
const GROUPS: &[(&str, u32)] = &[
    ("adm", 4),
    ("tty", 5),
    ("disk", 6),
    ("kmem", 15),
    ("sudo", 27),
    ("shadow", 42),
    ("utmp", 43),
    ("staff", 50),
    ("users", 100),
    ("wheel", 10),
    ("nogroup", 65534),
];

/// Adds the account files and the home folder.
pub(super) fn add(tree: &mut Tree) {
    tree.insert("etc/passwd", Entry::File(0o644, passwd().into()));
    tree.insert("etc/group", Entry::File(0o644, group().into()));
    tree.insert("home/ec2-user", Entry::HomeOf(1000));
}

fn passwd() -> String {
    ACCOUNTS.iter().map(|(name, id, home, shell)| format!("{name}:*:{id}:{id}:{name}:{home}:{shell}\n")).collect()
}

fn group() -> String {
    let own = ACCOUNTS.iter().map(|&(name, id, ..)| (name, if name == "man" { 12 } else { id }));
    own.chain(GROUPS.iter().copied()).map(|(name, id)| format!("{name}:*:{id}:\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_account_has_a_password_and_root_comes_first() {
        assert!(passwd().starts_with("root:*:0:0:"));
        assert!(passwd().lines().all(|line| line.split(':').nth(1) == Some("*") && line.split(':').count() == 7));
        assert!(group().lines().all(|line| line.split(':').nth(1) == Some("*")));
    }
}
