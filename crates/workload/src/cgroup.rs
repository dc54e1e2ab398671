//! Limits on memory and processes through cgroups, in version 2, version 1 or a mixture. Where none can be used, the reason is kept and said.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::error::{OnPath, gather};
use crate::{Error, Limits};

/// The cgroups that a machine is in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Membership {
    pub(crate) folders: Vec<PathBuf>,
    /// Why a limit that was asked for is not enforced.
    pub(crate) unenforced: Option<String>,
}

/// The folder in which all our cgroups lie, in each hierarchy.
const OURS: &str = "underpass";

/// What can be limited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Controller {
    Memory,
    Pids,
}

impl Controller {
    const ALL: [Self; 2] = [Self::Memory, Self::Pids];

    fn name(self) -> &'static str {
        match self {
            Self::Memory => "memory",
            Self::Pids => "pids",
        }
    }

    fn limit(self, limits: &Limits) -> Option<u64> {
        match self {
            Self::Memory => limits.memory_bytes,
            Self::Pids => limits.processes,
        }
    }

    fn file(self, version_2: bool) -> &'static str {
        match (self, version_2) {
            (Self::Memory, true) => "memory.max",
            (Self::Memory, false) => "memory.limit_in_bytes",
            (Self::Pids, _) => "pids.max",
        }
    }
}

/// Where in a hierarchy our cgroups belong.
#[derive(Debug, PartialEq, Eq)]
struct Place {
    controller: Controller,
    version_2: bool,
    parent: PathBuf,
}

/// Whether limits can be enforced here, or why not.
pub(crate) fn available() -> Result<String, String> {
    let places = places().map_err(|error| error.to_string())?;
    if places.len() < Controller::ALL.len() {
        return Err("no hierarchy with both the memory and the pids controller is mounted".to_owned());
    }
    for place in &places {
        let tried = prepare(place);
        remove_if_unused(&place.parent);
        tried.map_err(|error| format!("{} cannot be used: {error}", place.parent.display()))?;
    }
    let parents: Vec<_> = places.iter().map(|place| place.parent.display().to_string()).collect();
    Ok(parents.join(" and "))
}

/// Moves this process into cgroups of its own for the machine in `folder`, with its limits. A machine without limits is
/// better than none: what failed is in the answer.
pub(crate) fn join_new(folder: &Path, limits: &Limits) -> Membership {
    let mut membership = Membership::default();
    if *limits == Limits::default() {
        return membership;
    }
    let missing = match places() {
        Ok(places) => {
            let failed: Vec<_> = places.iter().filter_map(|place| enter(place, folder, limits, &mut membership).err()).collect();
            let absent = Controller::ALL.into_iter().filter(|wanted| !places.iter().any(|place| place.controller == *wanted));
            failed.into_iter().chain(absent.map(|controller| format!("no {} controller", controller.name()))).collect()
        }
        Err(error) => vec![error.to_string()],
    };
    if !missing.is_empty() {
        membership.unenforced = Some(missing.join("; "));
    }
    membership
}

fn enter(place: &Place, folder: &Path, limits: &Limits, membership: &mut Membership) -> Result<(), String> {
    let own = place.parent.join(name_of(folder));
    let result = make(place, &own).and_then(|()| {
        if !membership.folders.contains(&own) {
            membership.folders.push(own.clone());
        }
        if let Some(limit) = place.controller.limit(limits) {
            fs::write(own.join(place.controller.file(place.version_2)), limit.to_string())?;
        }
        fs::write(own.join("cgroup.procs"), "0")
    });
    result.map_err(|error| format!("{}: {error}", own.display()))
}

/// Moves this process into the cgroups of a running machine.
pub(crate) fn join(membership: &Membership) -> io::Result<()> {
    membership.folders.iter().try_for_each(|folder| fs::write(folder.join("cgroup.procs"), "0"))
}

/// How long the kernel may take to end what it has killed.
const ENDING: Duration = Duration::from_secs(5);
/// How often that is looked at.
const PAUSE: Duration = Duration::from_millis(5);

/// Removes the cgroups of the machine in `folder`, whose processes have ended or are about to: what joined the machine is
/// killed with its first process, a moment later.
pub(crate) fn remove(folder: &Path) -> Result<(), Error> {
    let name = name_of(folder);
    let parents = places().on("read", Path::new("/proc/self/mountinfo"))?.into_iter().map(|place| place.parent);
    gather(parents.map(|parent| {
        let removed = match remove_once_empty(&parent.join(&name)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            other => other.on("remove", &parent.join(&name)),
        };
        remove_if_unused(&parent);
        removed
    }))
}

fn remove_once_empty(own: &Path) -> io::Result<()> {
    let begun = Instant::now();
    loop {
        match fs::remove_dir(own) {
            Err(error) if error.kind() == io::ErrorKind::ResourceBusy && begun.elapsed() < ENDING => thread::sleep(PAUSE),
            other => return other,
        }
    }
}

/// One name for one folder, the same at every start of ours.
fn name_of(folder: &Path) -> String {
    let name = folder.display().to_string().trim_matches('/').replace('/', "-");
    let surplus = name.len().saturating_sub(LONGEST_NAME);
    let start = name.char_indices().map(|(at, _)| at).find(|at| *at >= surplus).unwrap_or(0);
    name[start..].to_owned()
}

/// In bytes. A file system takes 255; the end of the name is what tells machines apart.
const LONGEST_NAME: usize = 200;

fn create(folder: &Path) -> io::Result<()> {
    match fs::create_dir(folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

/// Whoever ends the last machine removes our folder, perhaps just before the first one is made in it: then again.
fn make(place: &Place, own: &Path) -> io::Result<()> {
    const ATTEMPTS: usize = 16;
    let mut made = Ok(());
    for _ in 0..ATTEMPTS {
        made = prepare(place).and_then(|()| create(own));
        if made.as_ref().err().map(io::Error::kind) != Some(io::ErrorKind::NotFound) {
            break;
        }
    }
    made
}

/// The kernel removes a cgroup only if it holds neither a process nor another cgroup.
fn remove_if_unused(parent: &Path) {
    let _ = fs::remove_dir(parent);
}

/// Makes our folder, and in version 2 hands the controllers down to it and through it.
fn prepare(place: &Place) -> io::Result<()> {
    create(&place.parent)?;
    if place.version_2 {
        let hand_down = format!("+{}", place.controller.name());
        let above = place.parent.parent().unwrap_or(&place.parent);
        fs::write(above.join("cgroup.subtree_control"), &hand_down)?;
        fs::write(place.parent.join("cgroup.subtree_control"), &hand_down)?;
    }
    Ok(())
}

fn places() -> io::Result<Vec<Place>> {
    let mounts = fs::read_to_string("/proc/self/mountinfo")?;
    let own = fs::read_to_string("/proc/self/cgroup")?;
    let version_2_has = |mount: &Path, controller: Controller| {
        let offered = fs::read_to_string(mount.join("cgroup.controllers")).unwrap_or_default();
        offered.split_ascii_whitespace().any(|name| name == controller.name())
    };
    Ok(find_places(&mounts, &own, version_2_has))
}

/// Finds for each controller the hierarchy that has it. In version 1 we stay below the cgroup that we were put in; in
/// version 2 that one holds processes and cannot hand controllers down, so we go to the top of what we see.
fn find_places(mounts: &str, own: &str, version_2_has: impl Fn(&Path, Controller) -> bool) -> Vec<Place> {
    let place_of = |controller: Controller| {
        mounts.lines().filter_map(Mount::parse).find_map(|mount| {
            if mount.kind == "cgroup2" && version_2_has(mount.at, controller) {
                return Some(Place { controller, version_2: true, parent: mount.at.join(OURS) });
            }
            let holds = mount.kind == "cgroup" && mount.options.split(',').any(|option| option == controller.name());
            holds.then(|| Place {
                controller,
                version_2: false,
                parent: mount.at.join(own_path(own, controller, mount.root)).join(OURS),
            })
        })
    };
    Controller::ALL.into_iter().filter_map(place_of).collect()
}

/// Our own cgroup, relative to the mounted part of the hierarchy. Inside one of ours, the one around it.
fn own_path<'a>(own: &'a str, controller: Controller, root: &str) -> &'a Path {
    let lines = own.lines().filter_map(|line| line.split_once(':').and_then(|(_, rest)| rest.split_once(':')));
    let mut matching = lines.filter(|(names, _)| names.split(',').any(|name| name == controller.name()));
    let path = matching.next().and_then(|(_, path)| Path::new(path).strip_prefix(root).ok()).unwrap_or(Path::new(""));
    let around = path.ancestors().find(|above| above.ends_with(OURS)).and_then(Path::parent);
    around.unwrap_or(path)
}

/// One line of `/proc/self/mountinfo` (proc(5)), as far as we need it.
struct Mount<'a> {
    root: &'a str,
    at: &'a Path,
    kind: &'a str,
    options: &'a str,
}

impl<'a> Mount<'a> {
    fn parse(line: &'a str) -> Option<Self> {
        let (before, after) = line.split_once(" - ")?;
        let mut fields = before.split(' ').skip(3);
        let (root, at) = (fields.next()?, fields.next()?);
        let mut fields = after.split(' ');
        let (kind, _source, options) = (fields.next()?, fields.next()?, fields.next()?);
        Some(Self { root, at: Path::new(at), kind, options })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HYBRID: &str = "\
34 23 0:29 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
37 23 0:32 / /sys/fs/cgroup/pids rw,relatime - cgroup cgroup rw,pids
39 23 0:34 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
";
    const UNIFIED: &str = "30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n";

    #[test]
    fn in_the_mixture_the_old_hierarchies_are_used_below_our_own_cgroup() {
        let places = find_places(HYBRID, "8:pids:/\n4:memory:/jobs/7\n0::/\n", |_, _| false);
        let parents: Vec<_> = places.iter().map(|place| place.parent.display().to_string()).collect();
        assert_eq!(parents, ["/sys/fs/cgroup/memory/jobs/7/underpass", "/sys/fs/cgroup/pids/underpass"]);
    }

    #[test]
    fn in_version_2_one_folder_serves_both() {
        let places = find_places(UNIFIED, "0::/user.slice\n", |_, _| true);
        assert!(places.iter().all(|place| place.version_2 && place.parent == Path::new("/sys/fs/cgroup/underpass")));
        assert_eq!(places.len(), 2);
    }

    #[test]
    fn without_cgroups_there_is_no_place() {
        assert_eq!(find_places("22 1 8:1 / / rw - ext4 /dev/sda rw\n", "", |_, _| true), []);
    }

    #[test]
    fn a_start_from_inside_one_of_our_cgroups_does_not_nest() {
        let path = own_path("4:memory:/jobs/underpass/tmp-m\n", Controller::Memory, "/");
        assert_eq!(path, Path::new("jobs"));
    }

    #[test]
    fn a_long_folder_keeps_the_end_of_its_name() {
        assert_eq!(name_of(Path::new("/var/lib/underpass/machines/i-1")), "var-lib-underpass-machines-i-1");
        let long = name_of(&Path::new("/").join("x".repeat(300)).join("i-1"));
        assert!(long.ends_with("-i-1") && long.len() <= 200, "{}", long.len());
    }

    proptest::proptest! {
        #[test]
        fn no_list_of_mounts_makes_it_panic_and_every_place_is_named_after_us(mounts in "([a-z0-9:/ ,-]*( - cgroup2? x [a-z,]*)?\n){0,6}", own in "\\PC*") {
            for place in find_places(&mounts, &own, |_, _| true) {
                assert!(place.parent.ends_with(OURS));
            }
        }

        #[test]
        fn the_name_of_a_cgroup_is_always_a_file_name(folder in "(/[^/\\x00]{1,80}){1,6}") {
            let name = name_of(Path::new(&folder));
            assert!(!name.contains('/') && name.len() <= 200, "{name}");
        }
    }
}
