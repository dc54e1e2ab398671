//! The binary: command line, configuration, and one visible list of what the daemon is made of.

mod authority;
mod client;
mod command;
mod daemon;
mod state;

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
            eprintln!("underpass: {error}");
            for cause in std::iter::successors(error.source(), |e| e.source()) {
                eprintln!("  because {cause}");
            }
            ExitCode::FAILURE
        }
    }
}
