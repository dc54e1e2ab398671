//! The command line: a file per subcommand.

mod doctor;
mod down;
mod env;
mod exec;
mod explain;
mod probe;
mod status;
mod up;

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};

use crate::state::StateDir;

/// Your own PrivateLink: speaks the AWS API and moves real packets.
#[derive(Parser)]
#[command(version, about, max_term_width = 100)]
pub struct Cli {
    /// Where everything of this installation lies [default: /var/lib/underpass for root, else the XDG state directory]
    #[arg(long, global = true, env = "UNDERPASS_STATE_DIR")]
    state_dir: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Start: serve the AWS API and bring the network to what it says
    Up(up::Up),
    /// Stop, and take away every namespace, link, rule, mount and process; resources stay in the state directory
    Down(down::Down),
    /// Say what runs and how it is
    Status(status::Status),
    /// Print the exports that make `aws` and the SDKs use this installation: eval "$(underpass env)"
    Env(env::Env),
    /// Run a program as if on an instance
    Exec(exec::Exec),
    /// Say why A can or cannot reach B, and the commands that mend it
    Explain(explain::Explain),
    /// Say what this machine can and cannot enforce, and the command that mends it
    Doctor(doctor::Doctor),
}

/// How answers are written.
#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Output {
    /// For people.
    #[default]
    Text,
    /// For scripts.
    Json,
}

/// An account on the command line.
fn account(text: &str) -> Result<String, String> {
    match text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit()) {
        true => Ok(text.to_owned()),
        false => Err("an account is twelve digits, such as 111111111111".to_owned()),
    }
}

/// Runs what the command line says.
///
/// # Errors
/// What went wrong, with its causes, for the user.
pub fn run(cli: Cli) -> Result<ExitCode, Box<dyn Error>> {
    let state = StateDir::choose(cli.state_dir);
    match cli.command {
        Command::Up(up) => up.run(state),
        Command::Down(down) => down.run(state),
        Command::Status(status) => status.run(&state),
        Command::Env(env) => env.run(&state),
        Command::Exec(exec) => exec.run(&state),
        Command::Explain(explain) => explain.run(&state),
        Command::Doctor(doctor) => doctor.run(state),
    }
}
