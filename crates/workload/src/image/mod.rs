//! Images: what the root file system of a machine starts from. The built-in one is the host's programs without the host's files.

mod accounts;
mod hidden;
mod host_files;
mod tree;

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::OnPath;
use crate::{Error, trust};
use tree::{Entry, Tree};

/// What the root file system of a machine starts from; never written to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    /// The folder whose content is the root.
    pub root: PathBuf,
    /// A folder shown as `/usr`, in the place of the root's own.
    pub usr: Option<PathBuf>,
    /// Paths, as the machine sees them, that appear empty although the layers have them.
    pub hidden: Vec<PathBuf>,
}

impl Image {
    /// The built-in image: the host's `/usr`, and around it generated files and empty folders.
    ///
    /// No other folder of the host is part of it. Of `/etc` it takes a fixed list of files that programs in `/usr` need
    /// and that everyone on the host may read. `/usr` is shown whole, `/usr/local` included, because interpreters live
    /// there, except: `/usr/etc` and `/usr/local/etc` (the host's settings), whatever below `/usr/local` not everyone may
    /// read or is named like a credential, and `private`, the folders of ours.
    ///
    /// The generated part is kept in `cache`, in a folder named after its content: machines that run on an older one
    /// are not disturbed.
    pub fn builtin(cache: &Path, private: &[PathBuf]) -> Result<Self, Error> {
        programs_in_usr(Path::new("/")).map_err(|reason| Error::NoBuiltinImage { reason })?;
        let tree = builtin_tree();
        let mut hasher = DefaultHasher::new();
        tree.hash(&mut hasher);
        let root = cache.join(format!("builtin-{:016x}", hasher.finish()));
        if !root.exists() {
            materialise(&tree, cache, &root)?;
        }
        Ok(Self { root, usr: Some(PathBuf::from("/usr")), hidden: hidden::in_usr(private) })
    }
}

/// Whether all programs of the host whose root is given lie in `/usr`, or why not.
pub(crate) fn programs_in_usr(root: &Path) -> Result<(), &'static str> {
    if !root.join("usr/bin/sh").exists() {
        return Err("there is no /usr/bin/sh");
    }
    match fs::symlink_metadata(root.join("bin")) {
        Ok(bin) if bin.is_dir() => Err("/bin is a folder of its own"),
        _ => Ok(()),
    }
}

/// Writes the tree beside its place and moves it there whole, so that a half-written one is never used.
fn materialise(tree: &Tree, cache: &Path, root: &Path) -> Result<(), Error> {
    fs::create_dir_all(cache).on("create", cache)?;
    let draft = tempfile::Builder::new().prefix("draft-").tempdir_in(cache).on("create a folder in", cache)?;
    let content = draft.path().join("root");
    tree.write(&content)?;
    match fs::rename(&content, root) {
        Err(error) if !root.exists() => Err(error).on("create", root),
        _ => Ok(()),
    }
}

/// Everything of the built-in image but `/usr`.
fn builtin_tree() -> Tree {
    let mut tree = Tree::default();
    for folder in ["boot", "dev", "etc", "home", "media", "mnt", "opt", "proc", "run", "srv", "sys", "usr", "var"] {
        tree.insert(folder, Entry::Folder(0o755));
    }
    tree.insert("root", Entry::Folder(0o700));
    tree.insert("tmp", Entry::Folder(0o1777));
    for folder in ["cache", "lib", "lib/cloud", "lib/misc", "log", "mail", "opt", "spool", "spool/cron", "www"] {
        tree.insert(format!("var/{folder}"), Entry::Folder(0o755));
    }
    tree.insert("var/tmp", Entry::Folder(0o1777));
    tree.insert("var/run", Entry::Link("/run".into()));
    tree.insert("var/lock", Entry::Link("/run/lock".into()));
    for name in ["bin", "sbin", "lib", "lib32", "lib64", "libx32"] {
        if Path::new("/usr").join(name).is_dir() {
            tree.insert(name, Entry::Link(format!("usr/{name}").into()));
        }
    }
    host_files::add(&mut tree, Path::new("/etc"));
    accounts::add(&mut tree);
    add_settings(&mut tree);
    tree
}

/// The settings that we write ourselves.
fn add_settings(tree: &mut Tree) {
    let files: [(&str, &str); 9] = [
        (
            "etc/nsswitch.conf",
            "passwd: files\ngroup: files\nshadow: files\nhosts: files dns\nnetworks: files\nprotocols: files\nservices: files\n",
        ),
        ("etc/host.conf", "multi on\n"),
        ("etc/fstab", ""),
        ("etc/shells", "/bin/sh\n/bin/bash\n"),
        ("etc/profile", PROFILE),
        ("etc/bash.bashrc", "[ -z \"$PS1\" ] || PS1='\\u@\\h:\\w\\$ '\n"),
        (
            "etc/pam.d/su",
            "auth sufficient pam_rootok.so\nauth required pam_deny.so\naccount required pam_permit.so\nsession required pam_permit.so\n",
        ),
        ("etc/pam.d/sudo", "auth required pam_deny.so\naccount required pam_permit.so\nsession required pam_permit.so\n"),
        (
            "etc/pam.d/other",
            "auth required pam_deny.so\naccount required pam_deny.so\npassword required pam_deny.so\nsession required pam_deny.so\n",
        ),
    ];
    for (path, text) in files {
        tree.insert(path, Entry::File(0o644, text.into()));
    }
    tree.insert(
        "etc/sudoers",
        Entry::File(0o440, "root ALL=(ALL:ALL) NOPASSWD: ALL\nec2-user ALL=(ALL:ALL) NOPASSWD: ALL\n".into()),
    );
    tree.insert("etc/mtab", Entry::Link("/proc/self/mounts".into()));
    for alias in trust::BUNDLE_ALIASES {
        tree.insert(alias.trim_start_matches('/'), Entry::Link(trust::BUNDLE.into()));
    }
}

const PROFILE: &str = "\
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH
[ -r /etc/environment ] && set -a && . /etc/environment && set +a
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_generated_part_holds_nothing_that_only_some_may_know() {
        let tree = builtin_tree();
        for secret in
            ["etc/shadow", "etc/gshadow", "etc/machine-id", "etc/ssh", "etc/ssl/private", "etc/environment", "etc/hostname"]
        {
            assert!(!tree.contains(secret), "{secret} is in the image");
        }
        let etc_of_the_host = tree.paths().filter(|path| path.starts_with("etc/cron.d") || path.starts_with("etc/ssh"));
        assert_eq!(etc_of_the_host.count(), 0);
    }

    #[test]
    fn a_host_with_programs_outside_usr_is_refused() {
        let host = tempfile::tempdir().expect("a folder");
        assert_eq!(programs_in_usr(host.path()), Err("there is no /usr/bin/sh"));
        fs::create_dir_all(host.path().join("usr/bin")).expect("writable");
        fs::write(host.path().join("usr/bin/sh"), "").expect("writable");
        assert_eq!(programs_in_usr(host.path()), Ok(()));
        fs::create_dir(host.path().join("bin")).expect("writable");
        assert_eq!(programs_in_usr(host.path()), Err("/bin is a folder of its own"));
    }

    #[test]
    fn the_same_host_gives_the_same_image_and_writes_it_once() {
        let cache = tempfile::tempdir().expect("a folder");
        let first = Image::builtin(cache.path(), &[]).expect("an image");
        let second = Image::builtin(cache.path(), &[]).expect("an image");
        assert_eq!(first, second);
        let kept: Vec<_> = fs::read_dir(cache.path()).expect("readable").flatten().map(|entry| entry.path()).collect();
        assert_eq!(kept, std::slice::from_ref(&first.root));
        assert!(first.root.join("etc/passwd").is_file());
        assert_eq!(fs::read_link(first.root.join("bin")).expect("a link"), Path::new("usr/bin"));
    }
}
