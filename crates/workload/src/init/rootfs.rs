//! Assembles the root of a machine in its own mount namespace and makes it the only one.

use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::path::{Component, Path, PathBuf};

use nix::mount::{MntFlags, MsFlags, umount2};
use nix::sys::stat::{Mode, umask};
use nix::unistd::{chdir, mkfifo, pivot_root};

use crate::error::During;
use crate::layout::Layout;
use crate::mounts::{self, nothing_runs};
use crate::{Image, StepFailed};

/// Parts of `/proc` that speak of the host.
const HIDDEN_IN_PROC: [&str; 10] =
    ["acpi", "asound", "interrupts", "kcore", "key-users", "keys", "latency_stats", "sched_debug", "scsi", "timer_list"];
/// Parts of `/proc` that change the host.
const FIXED_IN_PROC: [&str; 5] = ["bus", "fs", "irq", "sys", "sysrq-trigger"];
/// Parts of `/sys` that speak of the host: its serial numbers, its power draw, its firmware.
const HIDDEN_IN_SYS: [&str; 4] = ["firmware", "devices/virtual/dmi", "devices/virtual/powercap", "kernel/security"];
/// The devices that a machine has.
const DEVICES: [&str; 6] = ["null", "zero", "full", "random", "urandom", "tty"];
/// What is printed here is on the machine's console.
pub(super) const CONSOLE: &str = "/dev/console";

/// Mounts everything that the machine sees, and leaves the host's tree. Afterwards `/` is the machine's root.
pub(super) fn enter(layout: &Layout, image: &Image) -> Result<(), StepFailed> {
    umask(Mode::from_bits_truncate(0o022));
    let root = layout.root();
    mount_layers(layout, image, &root)?;
    mount_proc(&real_folder(&root, "proc")?)?;
    mount_sys(&real_folder(&root, "sys")?)?;
    mount_dev(&real_folder(&root, "dev")?)?;
    let no_devices = MsFlags::MS_NOSUID | MsFlags::MS_NODEV;
    mounts::new("tmpfs", &real_folder(&root, "run")?, no_devices, "mode=755")?;
    mounts::new("tmpfs", &real_folder(&root, "tmp")?, no_devices, "mode=1777")?;
    fs::create_dir(root.join("run/lock")).during("create /run/lock")?;
    leave_host(&root)
}

/// The root and `/usr` are overlays of their own, because an overlay does not look into what is mounted in its layers.
fn mount_layers(layout: &Layout, image: &Image, root: &Path) -> Result<(), StepFailed> {
    let generated = layout.generated();
    overlay(&[&generated, &image.root], &layout.written(), &layout.work(), root)?;
    let Some(usr) = &image.usr else { return Ok(()) };
    overlay(&[usr], &layout.written_usr(), &layout.work_usr(), &real_folder(root, "usr")?)?;
    for hidden in &image.hidden {
        if let Some(path) = unlinked(root, hidden) {
            mounts::mask(&path)?;
        }
    }
    Ok(())
}

/// Renamed folders are copied and never redirected: a redirection would lead around what is hidden.
fn overlay(lower: &[&Path], upper: &Path, work: &Path, at: &Path) -> Result<(), StepFailed> {
    let lower: Vec<_> = lower.iter().map(|path| path.display().to_string()).collect();
    let layers = format!("lowerdir={},upperdir={},workdir={}", lower.join(":"), upper.display(), work.display());
    let strict = format!("{layers},redirect_dir=nofollow,metacopy=off,index=off");
    mounts::new("overlay", at, MsFlags::MS_NODEV, &strict)
}

fn mount_proc(proc: &Path) -> Result<(), StepFailed> {
    mounts::new("proc", proc, nothing_runs(), "")?;
    for path in FIXED_IN_PROC.map(|name| proc.join(name)).iter().filter(|path| path.exists()) {
        mounts::bind(path, path)?;
        mounts::remount(path, nothing_runs() | MsFlags::MS_RDONLY)?;
    }
    // The settings of the network are those of the machine's own namespace, and forwarding is for the machine to decide.
    let network = proc.join("sys/net");
    mounts::bind(&network, &network)?;
    mounts::remount(&network, nothing_runs())?;
    HIDDEN_IN_PROC.iter().try_for_each(|name| mounts::mask(&proc.join(name)))
}

fn mount_sys(sys: &Path) -> Result<(), StepFailed> {
    mounts::new("sysfs", sys, nothing_runs() | MsFlags::MS_RDONLY, "")?;
    HIDDEN_IN_SYS.iter().try_for_each(|name| mounts::mask(&sys.join(name)))
}

fn mount_dev(dev: &Path) -> Result<(), StepFailed> {
    mounts::new("tmpfs", dev, nothing_runs(), "mode=755,size=64k")?;
    for name in DEVICES {
        let device = dev.join(name);
        File::create(&device).during(format!("create /dev/{name}"))?;
        mounts::bind(&Path::new("/dev").join(name), &device)?;
    }
    let no_programs = MsFlags::MS_NOSUID | MsFlags::MS_NOEXEC;
    mounts::new("devpts", &dev.join("pts"), no_programs, "newinstance,ptmxmode=666,mode=620,gid=5")?;
    mounts::new("tmpfs", &dev.join("shm"), nothing_runs(), "mode=1777")?;
    let links = [("ptmx", "pts/ptmx"), ("fd", "/proc/self/fd"), ("stdin", "fd/0"), ("stdout", "fd/1"), ("stderr", "fd/2")];
    for (name, target) in links {
        symlink(target, dev.join(name)).during(format!("create /dev/{name}"))?;
    }
    umask(Mode::empty());
    let made = mkfifo(&dev.join("console"), Mode::from_bits_truncate(0o622)).during("create /dev/console");
    umask(Mode::from_bits_truncate(0o022));
    made
}

/// Puts the new root in the place of the old one, and the old one out of reach.
fn leave_host(root: &Path) -> Result<(), StepFailed> {
    chdir(root).during("enter the new root")?;
    pivot_root(".", ".").during("change the root")?;
    umount2(".", MntFlags::MNT_DETACH).during("leave the host's root")?;
    chdir("/").during("enter the new root")
}

/// A folder directly below the root, whatever an earlier boot has put in its place: a link there would lead the mount
/// into the host's tree. Nothing of the machine runs yet, so it cannot come back.
fn real_folder(root: &Path, name: &str) -> Result<PathBuf, StepFailed> {
    let path = root.join(name);
    let step = || format!("make /{name} a folder");
    match fs::symlink_metadata(&path) {
        Ok(metadata) if metadata.is_dir() => return Ok(path),
        Ok(_) => fs::remove_file(&path).during(step())?,
        Err(_) => {}
    }
    fs::create_dir(&path).during(step())?;
    Ok(path)
}

/// The place of `path` below `root` if no link is on the way there. If one is, the machine made it, and by that has
/// replaced what its image had there.
fn unlinked(root: &Path, path: &Path) -> Option<PathBuf> {
    let mut place = root.to_owned();
    for component in path.components() {
        match component {
            Component::Normal(name) => place.push(name),
            Component::RootDir => continue,
            _ => return None,
        }
        if fs::symlink_metadata(&place).ok()?.is_symlink() {
            return None;
        }
    }
    Some(place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_that_the_machine_put_in_the_place_of_a_mount_point_is_replaced() {
        let root = tempfile::tempdir().expect("a folder");
        let host = tempfile::tempdir().expect("a folder");
        symlink(host.path(), root.path().join("dev")).expect("writable");
        let dev = real_folder(root.path(), "dev").expect("a folder");
        assert!(fs::symlink_metadata(dev).expect("exists").is_dir());
        assert!(host.path().exists());
    }

    #[test]
    fn a_hidden_path_is_never_followed_through_a_link() {
        let root = tempfile::tempdir().expect("a folder");
        fs::create_dir_all(root.path().join("usr/share/private")).expect("writable");
        symlink("/etc", root.path().join("usr/local")).expect("writable");
        let place = |path: &str| unlinked(root.path(), Path::new(path));
        assert_eq!(place("/usr/share/private"), Some(root.path().join("usr/share/private")));
        assert_eq!(place("/usr/local/ssl"), None);
        assert_eq!(place("/usr/../etc"), None);
        assert_eq!(place("/usr/absent"), None);
    }
}
