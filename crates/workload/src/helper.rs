//! The hidden subcommands under which the embedding program is executed again.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use crate::{init, join, launch};

/// Prepares namespaces and starts the machine's first process: `machine-launch FOLDER`.
pub(crate) const LAUNCH: &str = "machine-launch";
/// Is the machine's first process: `machine-init FOLDER`.
pub(crate) const INIT: &str = "machine-init";
/// Runs a program inside a running machine: `machine-join FOLDER PROGRAM [ARGUMENT…]`.
pub(crate) const JOIN: &str = "machine-join";

/// If this process was started as a helper of a machine, plays that role and answers the exit code; otherwise `None`.
///
/// Call it first thing in `main`, before any thread exists and before arguments are parsed.
pub fn play_helper_role() -> Option<ExitCode> {
    let mut arguments = std::env::args_os().skip(1);
    let role = arguments.next()?;
    let folder = PathBuf::from(arguments.next()?);
    let rest: Vec<OsString> = arguments.collect();
    let play: Box<dyn FnOnce() -> ExitCode> = match role.to_str()? {
        LAUNCH => Box::new(|| launch::main(folder)),
        INIT => Box::new(|| init::main(folder)),
        JOIN => Box::new(move || join::main(folder, &rest)),
        _ => return None,
    };
    Some(if keep_standard_streams_only() { play() } else { ExitCode::FAILURE })
}

/// Whatever else the caller left open, a file of the host perhaps, must not reach a machine: it closes when we execute.
fn keep_standard_streams_only() -> bool {
    const FIRST: u32 = 3;
    // SAFETY: it takes three integers, and closes nothing before the next exec.
    unsafe { libc::syscall(libc::SYS_close_range, FIRST, u32::MAX, libc::CLOSE_RANGE_CLOEXEC) == 0 }
}
