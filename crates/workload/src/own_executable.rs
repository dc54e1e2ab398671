//! Keeps a machine from overwriting the program that started it.
//!
//! A script in a machine can name `/proc/self/exe` as its interpreter, and so run and reach the very file from which its
//! starter was executed. Seen through a read-only mount of its own, that file cannot be written.

use std::path::PathBuf;

use nix::sys::statvfs::{FsFlags, statvfs};

use crate::error::During;
use crate::{StepFailed, mounts};

/// Covers this program's file with a read-only view of itself, in the mount namespace of this process. Programs executed
/// from the answered path afterwards are protected.
pub(crate) fn cover() -> Result<PathBuf, StepFailed> {
    let path = std::env::current_exe().during("find the path of this program")?;
    mounts::bind_read_only(&path, &path)?;
    Ok(path)
}

/// Whether this process was executed from a file that cannot be written through it.
pub(crate) fn is_covered() -> Result<bool, StepFailed> {
    let view = statvfs("/proc/self/exe").during("look at this program's file")?;
    Ok(view.flags().contains(FsFlags::ST_RDONLY))
}
