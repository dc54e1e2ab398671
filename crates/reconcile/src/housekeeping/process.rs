//! A process of the host, told from others that had or will have its id.

use std::fs;

/// A process, by its id and its start in clock ticks since the machine's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Process {
    pub(super) pid: u32,
    pub(super) started: u64,
}

impl Process {
    /// The process that has this id now.
    pub(super) fn of(pid: u32) -> Option<Self> {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        started(&stat).map(|started| Self { pid, started })
    }

    /// Whether it runs still.
    pub(super) fn runs(&self) -> bool {
        Self::of(self.pid) == Some(*self)
    }
}

/// Field 22 of a process's `stat`; none for a zombie. The name, in parentheses, may hold anything.
fn started(stat: &str) -> Option<u64> {
    let mut fields = stat.get(stat.rfind(')')? + 1..)?.split_whitespace();
    let state = fields.next()?;
    (!matches!(state, "Z" | "X")).then(|| fields.nth(18)?.parse().ok())?
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_start_is_found_behind_a_name_with_spaces_and_parentheses() {
        let rest = (4..=52).map(|n| n.to_string()).collect::<Vec<_>>().join(" ");
        assert_eq!(started(&format!("7 (a b) S 9) R {rest}")), Some(22));
        assert_eq!(started(&format!("7 (a) Z {rest}")), None, "a zombie runs no more");
        assert_eq!(started("7 (a) R 4 5"), None);
        assert_eq!(started(""), None);
    }

    #[test]
    fn a_process_that_ended_or_whose_id_was_taken_does_not_run() {
        let own = Process::of(std::process::id()).unwrap();
        assert!(own.runs());
        assert!(!Process { started: own.started + 1, ..own }.runs());
        let mut child = std::process::Command::new("true").spawn().unwrap();
        let ended = Process { pid: child.id(), started: own.started };
        child.wait().unwrap();
        assert!(!ended.runs());
    }
}
