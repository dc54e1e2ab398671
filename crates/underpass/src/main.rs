//! The binary: command line, configuration, and one visible list of what the daemon is made of.

mod authority;
mod client;
mod command;
mod daemon;
mod state;

use std::error::Error;
use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    // This program executed again plays the first process of a machine, and some other small parts.
    if let Some(code) = workload::play_helper_role() {
        return code;
    }
    match command::run(command::Cli::parse()) {
        Ok(code) => code,
        Err(error) => {
            tell(&*error);
            ExitCode::FAILURE
        }
    }
}

/// Says what went wrong, with its causes.
fn tell(error: &dyn Error) {
    eprintln!("underpass: {error}");
    for cause in std::iter::successors(error.source(), |cause| (*cause).source()) {
        eprintln!("  because {cause}");
    }
}
