//! Mounting, with words for what failed.

use std::fs::{self, DirBuilder};
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

use nix::mount::{MntFlags, MsFlags, mount, umount2};

use crate::StepFailed;
use crate::error::During;

/// Makes the mounts of this namespace follow the host's, and never the other way round.
pub(crate) fn detach_from_host() -> Result<(), StepFailed> {
    mount(None::<&str>, "/", None::<&str>, MsFlags::MS_REC | MsFlags::MS_SLAVE, None::<&str>)
        .during("separate the mounts from the host's")
}

/// Shows `from` at `to` as well.
pub(crate) fn bind(from: &Path, to: &Path) -> Result<(), StepFailed> {
    mount(Some(from), to, None::<&str>, MsFlags::MS_BIND, None::<&str>).during(format!(
        "show {} at {}",
        from.display(),
        to.display()
    ))
}

/// Shows `from` at `to` as well, unchangeable through that place.
pub(crate) fn bind_read_only(from: &Path, to: &Path) -> Result<(), StepFailed> {
    bind(from, to)?;
    remount(to, MsFlags::MS_RDONLY)
}

/// Sets what may be done through the bind mount at `path`.
pub(crate) fn remount(path: &Path, flags: MsFlags) -> Result<(), StepFailed> {
    mount(None::<&str>, path, None::<&str>, MsFlags::MS_BIND | MsFlags::MS_REMOUNT | flags, None::<&str>)
        .during(format!("set what may be done in {}", path.display()))
}

/// Mounts a new file system of a kind, at a folder that is made if need be.
pub(crate) fn new(kind: &str, at: &Path, flags: MsFlags, options: &str) -> Result<(), StepFailed> {
    DirBuilder::new().recursive(true).mode(0o755).create(at).during(format!("create {}", at.display()))?;
    mount(Some(kind), at, Some(kind), flags, Some(options)).during(format!("mount {kind} at {}", at.display()))
}

/// Takes away what is mounted at `path`.
pub(crate) fn detach(path: &Path) -> Result<(), StepFailed> {
    umount2(path, MntFlags::MNT_DETACH).during(format!("unmount {}", path.display()))
}

/// Makes a file or folder appear empty and unchangeable. What is absent stays absent.
pub(crate) fn mask(path: &Path) -> Result<(), StepFailed> {
    match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_dir() => {
            new("tmpfs", path, MsFlags::MS_RDONLY | nothing_runs(), "size=0,nr_inodes=1,mode=555")
        }
        Ok(metadata) if !metadata.is_symlink() => bind(Path::new("/dev/null"), path),
        _ => Ok(()),
    }
}

/// No devices, no set-user-id, no programs.
pub(crate) fn nothing_runs() -> MsFlags {
    MsFlags::MS_NOSUID | MsFlags::MS_NODEV | MsFlags::MS_NOEXEC
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::namespaces::separate_mounts;

    /// Runs a test on a thread with mounts of its own. Needs root.
    fn apart(test: impl FnOnce() + Send) {
        let outcome = std::thread::scope(|scope| {
            scope
                .spawn(|| {
                    separate_mounts().expect("this test makes mounts: run it as root");
                    test()
                })
                .join()
        });
        outcome.expect("the test passed");
    }

    #[test]
    fn what_is_masked_appears_empty_and_cannot_be_changed() {
        apart(|| {
            let place = tempfile::tempdir().expect("a folder");
            let (folder, file) = (place.path().join("folder"), place.path().join("file"));
            fs::create_dir(&folder).expect("writable");
            fs::write(folder.join("secret"), "s").expect("writable");
            fs::write(&file, "secret").expect("writable");
            mask(&folder).expect("root");
            mask(&file).expect("root");
            mask(&place.path().join("absent")).expect("nothing to do");
            assert_eq!(fs::read_dir(&folder).expect("readable").count(), 0);
            assert!(fs::write(folder.join("new"), "").is_err());
            assert_eq!(fs::read(&file).expect("readable"), b"");
            detach(&folder).expect("root");
            detach(&file).expect("root");
            assert_eq!(fs::read(folder.join("secret")).expect("readable"), b"s");
        });
    }

    #[test]
    fn through_a_read_only_view_nothing_is_written() {
        apart(|| {
            let place = tempfile::tempdir().expect("a folder");
            let (original, view) = (place.path().join("original"), place.path().join("view"));
            fs::write(&original, "before").expect("writable");
            fs::write(&view, "").expect("writable");
            bind_read_only(&original, &view).expect("root");
            assert!(fs::write(&view, "after").is_err());
            fs::write(&original, "after").expect("the original may still be written");
            assert_eq!(fs::read(&view).expect("readable"), b"after");
            detach(&view).expect("root");
        });
    }

    #[test]
    fn a_failed_mount_says_what_was_to_be_mounted_where() {
        apart(|| {
            let place = tempfile::tempdir().expect("a folder");
            let failure = new("no-such-kind", place.path(), MsFlags::empty(), "").expect_err("no such file system");
            assert_eq!(failure.step, format!("mount no-such-kind at {}", place.path().display()));
            assert_eq!(failure.errno, libc::ENODEV);
        });
    }
}
