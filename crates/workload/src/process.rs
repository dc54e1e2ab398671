//! A process as the kernel tells it apart from any later process with the same number.

use std::fs;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use serde::{Deserialize, Serialize};

/// Which process: its number alone is reused, its number with its start and the host's boot is not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ProcessIdentity {
    /// The number in the host's process namespace.
    pub(crate) pid: i32,
    /// Clock ticks from the host's boot to the process's start.
    pub(crate) start_ticks: u64,
    /// Which boot of the host.
    pub(crate) boot_id: String,
}

impl ProcessIdentity {
    /// The identity of the process that has this number now; `None` if there is none alive.
    pub(crate) fn of(pid: i32) -> io::Result<Option<Self>> {
        let stat = match fs::read_to_string(format!("/proc/{pid}/stat")) {
            Ok(stat) => stat,
            Err(error) if is_gone(&error) => return Ok(None),
            Err(error) => return Err(error),
        };
        let boot_id = fs::read_to_string("/proc/sys/kernel/random/boot_id")?.trim().to_owned();
        Ok(parse_stat(&stat).filter(Stat::is_alive).map(|stat| Self { pid, start_ticks: stat.start_ticks, boot_id }))
    }

    /// A handle to this very process; `None` if it has ended, also when another process has its number now.
    pub(crate) fn open(&self) -> io::Result<Option<ProcessHandle>> {
        // SAFETY: pidfd_open takes two integers and answers a new descriptor or an error.
        let fd = unsafe { libc::syscall(libc::SYS_pidfd_open, self.pid, 0) };
        if fd < 0 {
            let error = io::Error::last_os_error();
            return if is_gone(&error) { Ok(None) } else { Err(error) };
        }
        let fd = i32::try_from(fd).map_err(|_| io::Error::from_raw_os_error(libc::EBADF))?;
        // SAFETY: the kernel just made this descriptor for us and nobody else owns it.
        let handle = ProcessHandle(unsafe { OwnedFd::from_raw_fd(fd) });
        // The number cannot move to another process between the two looks: the handle came first.
        Ok((Self::of(self.pid)?.as_ref() == Some(self)).then_some(handle))
    }
}

/// A handle to one process, valid whatever happens to its number.
#[derive(Debug)]
pub(crate) struct ProcessHandle(OwnedFd);

impl ProcessHandle {
    /// Sends a signal; a process that has already ended is no error.
    pub(crate) fn signal(&self, signal: i32) -> io::Result<()> {
        // SAFETY: the descriptor is ours and open; a null siginfo asks for the default one.
        let done = unsafe {
            libc::syscall(libc::SYS_pidfd_send_signal, self.0.as_raw_fd(), signal, std::ptr::null::<libc::siginfo_t>(), 0)
        };
        match Errno::result(done) {
            Ok(_) | Err(Errno::ESRCH) => Ok(()),
            Err(errno) => Err(errno.into()),
        }
    }

    /// Waits until the process has ended, at most `patience`; says whether it has.
    pub(crate) fn wait(&self, patience: Duration) -> io::Result<bool> {
        let deadline = Instant::now() + patience;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            // Round up, so that the last wait never spins.
            let timeout = PollTimeout::try_from(left + Duration::from_millis(1)).unwrap_or(PollTimeout::MAX);
            match poll(&mut [PollFd::new(self.0.as_fd(), PollFlags::POLLIN)], timeout) {
                Ok(0) if deadline <= Instant::now() => return Ok(false),
                Ok(0) | Err(Errno::EINTR) => {}
                Ok(_) => return Ok(true),
                Err(errno) => return Err(errno.into()),
            }
        }
    }
}

impl AsFd for ProcessHandle {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

fn is_gone(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(libc::ENOENT | libc::ESRCH))
}

/// What we read of `/proc/PID/stat` (proc(5)).
#[derive(Debug, PartialEq, Eq)]
struct Stat {
    state: char,
    start_ticks: u64,
}

impl Stat {
    /// A zombie has ended: only its parent has not looked yet.
    fn is_alive(&self) -> bool {
        !matches!(self.state, 'Z' | 'X' | 'x')
    }
}

/// The program's name stands in parentheses and may hold any byte, parentheses too; the last one closes it.
fn parse_stat(text: &str) -> Option<Stat> {
    let (_, after_name) = text.rsplit_once(')')?;
    let mut fields = after_name.split_ascii_whitespace();
    let state = fields.next()?.chars().next()?;
    // Field 22 of the file; the state is field 3.
    let start_ticks = fields.nth(18)?.parse().ok()?;
    Some(Stat { state, start_ticks })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own() -> ProcessIdentity {
        let pid = i32::try_from(std::process::id()).expect("a process number");
        ProcessIdentity::of(pid).expect("/proc is mounted").expect("we are alive")
    }

    #[test]
    fn the_start_is_found_behind_a_hostile_program_name() {
        let text = "7 (a) Z (b) S 1 7 7 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 4711 100 200";
        assert_eq!(parse_stat(text), Some(Stat { state: 'S', start_ticks: 4711 }));
    }

    #[test]
    fn a_cut_line_is_no_process() {
        assert_eq!(parse_stat("7 (a) S 1 7"), None);
        assert_eq!(parse_stat(""), None);
    }

    #[test]
    fn a_process_is_opened_by_its_identity() {
        assert!(own().open().expect("the kernel has pidfd_open").is_some());
    }

    #[test]
    fn another_process_with_the_same_number_is_not_mistaken_for_it() {
        let earlier = ProcessIdentity { start_ticks: own().start_ticks - 1, ..own() };
        assert!(earlier.open().expect("the kernel has pidfd_open").is_none());
        let before_the_reboot = ProcessIdentity { boot_id: "another boot".into(), ..own() };
        assert!(before_the_reboot.open().expect("the kernel has pidfd_open").is_none());
    }

    #[test]
    fn a_process_that_ended_unseen_by_its_parent_is_not_alive() {
        let mut child = std::process::Command::new("true").spawn().expect("true exists");
        let pid = i32::try_from(child.id()).expect("a process number");
        let identity = ProcessIdentity { pid, ..own() };
        // A handle becomes readable when the process is a zombie, before anyone reaped it.
        // SAFETY: pidfd_open takes two integers.
        let fd = unsafe { libc::syscall(libc::SYS_pidfd_open, pid, 0) };
        // SAFETY: the descriptor was made on the line above.
        let handle = ProcessHandle(unsafe { OwnedFd::from_raw_fd(i32::try_from(fd).expect("a descriptor")) });
        assert!(handle.wait(Duration::from_secs(10)).expect("poll"));
        assert_eq!(ProcessIdentity::of(pid).expect("/proc is mounted"), None);
        assert!(identity.open().expect("pidfd_open").is_none());
        child.wait().expect("our child");
    }

    proptest::proptest! {
        #[test]
        fn no_program_name_hides_the_start(name in "\\PC{0,15}", start in 0..u64::MAX) {
            let text = format!("7 ({name}) R 1 7 7 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 {start} 100 200\n");
            assert_eq!(parse_stat(&text), Some(Stat { state: 'R', start_ticks: start }));
        }

        #[test]
        fn no_text_at_all_makes_it_panic(text in "\\PC*") {
            let _ = parse_stat(&text);
        }
    }
}
