//! What can go wrong with a machine, as meanings that a caller can act on.

use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::MachineId;

/// Why a machine, or a program in one, could not be served.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The folder of the machines cannot hold root file systems.
    #[error("{folder} cannot hold machines: {reason}")]
    UnsuitableFolder {
        /// The folder that was given.
        folder: PathBuf,
        /// What is wrong with it, and what to do.
        reason: &'static str,
    },
    /// The host cannot lend its programs to the built-in image.
    #[error("the built-in image needs a host that keeps its programs in /usr, and {reason}")]
    NoBuiltinImage {
        /// What is otherwise on this host.
        reason: &'static str,
    },
    /// A file of ours could not be read or written.
    #[error("cannot {action} {path}")]
    Storage {
        /// The verb, e.g. `create`.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The kernel's answer.
        source: io::Error,
    },
    /// The machine did not come up; nothing of it is left running.
    #[error("machine {id} did not start")]
    NotStarted {
        /// Which machine.
        id: MachineId,
        /// The step that failed.
        source: StepFailed,
    },
    /// The machine must be running for this.
    #[error("machine {id} is not running")]
    NotRunning {
        /// Which machine.
        id: MachineId,
    },
    /// The machine would not end although it was killed.
    #[error("machine {id} did not end after it was killed")]
    WouldNotEnd {
        /// Which machine.
        id: MachineId,
    },
    /// A program could not be run with the network of a namespace.
    #[error("cannot run {program}")]
    NotRun {
        /// The program as it was given.
        program: String,
        /// The step that failed.
        source: StepFailed,
    },
    /// Several things went wrong while cleaning up; the rest was cleaned up.
    #[error("cleaning up left {} things behind, the first: {}", .0.len(), .0.first().map(ToString::to_string).unwrap_or_default())]
    CleanUp(Vec<Error>),
}

/// One step of preparing a process failed. It can cross from one process to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("cannot {step}: {}", io::Error::from_raw_os_error(*.errno))]
pub struct StepFailed {
    /// What was being done, e.g. `mount the overlay`.
    pub step: String,
    /// The kernel's error number.
    pub errno: i32,
}

impl StepFailed {
    /// A step that failed with the error number `errno`.
    pub(crate) fn new(step: impl Into<String>, errno: i32) -> Self {
        Self { step: step.into(), errno }
    }
}

/// Says which step an error belongs to.
pub(crate) trait During<T> {
    /// Names the step, as it reads after "cannot".
    fn during(self, step: impl Into<String>) -> Result<T, StepFailed>;
}

impl<T> During<T> for nix::Result<T> {
    fn during(self, step: impl Into<String>) -> Result<T, StepFailed> {
        self.map_err(|errno| StepFailed::new(step, errno as i32))
    }
}

impl<T> During<T> for io::Result<T> {
    fn during(self, step: impl Into<String>) -> Result<T, StepFailed> {
        self.map_err(|error| StepFailed::new(step, error.raw_os_error().unwrap_or(libc::EIO)))
    }
}

/// Says which file of ours an error belongs to.
pub(crate) trait OnPath<T> {
    /// Names the action and the path, as they read after "cannot".
    fn on(self, action: &'static str, path: &Path) -> Result<T, Error>;
}

impl<T> OnPath<T> for io::Result<T> {
    fn on(self, action: &'static str, path: &Path) -> Result<T, Error> {
        self.map_err(|source| Error::Storage { action, path: path.to_owned(), source })
    }
}

/// Runs every clean-up and gathers what failed, so that one obstacle leaves only itself behind.
pub(crate) fn gather(results: impl IntoIterator<Item = Result<(), Error>>) -> Result<(), Error> {
    let mut failed: Vec<Error> = results.into_iter().filter_map(Result::err).collect();
    match failed.len() {
        0 => Ok(()),
        1 => Err(failed.remove(0)),
        _ => Err(Error::CleanUp(failed)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(path: &str) -> Result<(), Error> {
        Err(io::Error::from_raw_os_error(libc::EBUSY)).on("remove", Path::new(path))
    }

    #[test]
    fn a_failed_step_reads_as_a_sentence_and_survives_a_trip_between_processes() {
        let failure = StepFailed::new("mount the overlay", libc::EPERM);
        assert_eq!(failure.to_string(), "cannot mount the overlay: Operation not permitted (os error 1)");
        let text = serde_json::to_string(&failure).expect("a plain struct");
        assert_eq!(serde_json::from_str::<StepFailed>(&text).expect("what was written"), failure);
    }

    #[test]
    fn cleaning_up_goes_on_after_a_failure_and_names_the_first() {
        assert!(gather([Ok(()), Ok(())]).is_ok());
        assert!(matches!(gather([Ok(()), failed("/a")]), Err(Error::Storage { .. })));
        let error = gather([failed("/a"), Ok(()), failed("/b")]).expect_err("two failed");
        assert_eq!(error.to_string(), "cleaning up left 2 things behind, the first: cannot remove /a");
    }
}
