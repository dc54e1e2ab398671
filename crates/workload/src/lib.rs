//! Images, root file systems and processes in namespaces and cgroups: machines that look like a small server of their own
//! and outlive the program that started them.
//!
//! A [`Machine`](Spec) runs an [`Image`] under an overlay, in a network namespace that somebody else made. Nothing here
//! knows of AWS. The program that embeds this crate must call [`play_helper_role`] first thing in `main`, because a
//! machine is started, joined and initialised by that same program executed again under a hidden subcommand.

mod cgroup;
mod confine;
mod console;
mod error;
mod foreground;
mod helper;
pub mod host;
mod image;
mod init;
mod join;
mod launch;
mod layout;
mod machines;
mod mounts;
mod namespaces;
mod own_executable;
mod probe;
mod process;
mod record;
mod spec;
mod tether;
pub mod trust;

pub use error::{Error, StepFailed};
pub use helper::play_helper_role;
pub use image::Image;
pub use machines::{Machines, Running, Status};
pub use probe::{Feature, probe};
pub use spec::{InvalidMachineId, Limits, MachineId, Spec};
