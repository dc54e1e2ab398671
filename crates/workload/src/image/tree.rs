//! A file tree as a value: computed first, written afterwards.

use std::collections::BTreeMap;
use std::fs::{self, DirBuilder, OpenOptions, Permissions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt, chown, symlink};
use std::path::{Path, PathBuf};

use crate::Error;
use crate::error::OnPath;

/// One thing in a tree.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Entry {
    /// A folder with a mode.
    Folder(u32),
    /// A folder that belongs to the user and the group of one number.
    HomeOf(u32),
    /// A file with a mode and a content.
    File(u32, Vec<u8>),
    /// A symbolic link.
    Link(PathBuf),
}

/// Entries by their path below the root. Folders that lead to an entry need not be named.
#[derive(Debug, Default, Hash)]
pub(crate) struct Tree(BTreeMap<PathBuf, Entry>);

impl Tree {
    /// Sets an entry; a later one wins.
    pub(crate) fn insert(&mut self, path: impl Into<PathBuf>, entry: Entry) {
        self.0.insert(path.into(), entry);
    }

    #[cfg(test)]
    pub(crate) fn contains(&self, path: &str) -> bool {
        self.0.contains_key(Path::new(path))
    }

    #[cfg(test)]
    pub(crate) fn paths(&self) -> impl Iterator<Item = &Path> {
        self.0.keys().map(PathBuf::as_path)
    }

    /// Writes the tree into `root`, which is created. Parents come before their children because paths sort so.
    pub(crate) fn write(&self, root: &Path) -> Result<(), Error> {
        make_folder(root, 0o755)?;
        for (path, entry) in &self.0 {
            let path = root.join(path);
            if let Some(parent) = path.parent() {
                make_folder(parent, 0o755)?;
            }
            match entry {
                Entry::Folder(mode) => make_folder(&path, *mode)?,
                Entry::HomeOf(owner) => {
                    make_folder(&path, 0o755)?;
                    chown(&path, Some(*owner), Some(*owner)).on("give away", &path)?;
                }
                Entry::File(mode, content) => write_file(&path, *mode, content)?,
                Entry::Link(target) => symlink(target, &path).on("create", &path)?,
            }
        }
        Ok(())
    }
}

fn make_folder(path: &Path, mode: u32) -> Result<(), Error> {
    if path.is_dir() {
        return Ok(());
    }
    DirBuilder::new().recursive(true).mode(mode).create(path).on("create", path)?;
    // The umask took bits away, and would take the sticky one too.
    fs::set_permissions(path, Permissions::from_mode(mode)).on("set the mode of", path)
}

fn write_file(path: &Path, mode: u32, content: &[u8]) -> Result<(), Error> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(path).on("create", path)?;
    file.write_all(content).on("write", path)?;
    file.set_permissions(Permissions::from_mode(mode)).on("set the mode of", path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_is_written_with_its_modes_and_links() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().join("root");
        let mut tree = Tree::default();
        tree.insert("tmp", Entry::Folder(0o1777));
        tree.insert("etc/deep/file", Entry::File(0o440, b"x".to_vec()));
        tree.insert("bin", Entry::Link("usr/bin".into()));
        tree.write(&root).expect("writable");
        let mode = |path: &str| fs::metadata(root.join(path)).expect("exists").permissions().mode() & 0o7777;
        assert_eq!((mode("tmp"), mode("etc"), mode("etc/deep/file")), (0o1777, 0o755, 0o440));
        assert_eq!(fs::read_link(root.join("bin")).expect("a link"), Path::new("usr/bin"));
    }

    #[test]
    fn a_later_entry_wins() {
        let mut tree = Tree::default();
        tree.insert("a", Entry::Folder(0o700));
        tree.insert("a", Entry::File(0o600, Vec::new()));
        let folder = tempfile::tempdir().expect("a folder");
        tree.write(&folder.path().join("root")).expect("writable");
        assert!(folder.path().join("root/a").is_file());
    }
}
