//! `underpass status`: what runs and how it is.

use std::error::Error;
use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};

use super::Output;
use crate::client::Client;
use crate::state::StateDir;

/// Say what runs.
#[derive(Args)]
pub struct Status {
    /// How to write the answer
    #[arg(long, value_enum, default_value_t)]
    output: Output,
}

impl Status {
    pub(super) fn run(self, state: &StateDir) -> Result<ExitCode, Box<dyn Error>> {
        let daemon = state.daemon()?;
        let status = Client::new(daemon.clone())?.call("GET", "/_underpass/status", &json!({}))?;
        match self.output {
            Output::Json => println!("{status:#}"),
            Output::Text => print(&status, &format!("underpass runs as process {} at http://{}", daemon.pid, daemon.listen)),
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn print(status: &Value, head: &str) {
    println!("{head}");
    println!("state directory {}", status["stateDir"].as_str().unwrap_or_default());
    for (kind, count) in status["resources"].as_object().into_iter().flatten() {
        println!("{count:>7} {kind}");
    }
}
