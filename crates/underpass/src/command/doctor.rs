//! `underpass doctor`: what this machine can and cannot enforce.

use std::error::Error;
use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use super::Output;
use crate::daemon::features::{Feature, features};
use crate::state::StateDir;

/// Look at this machine.
#[derive(Args)]
pub struct Doctor {
    /// How to write the answer
    #[arg(long, value_enum, default_value_t)]
    output: Output,
}

impl Doctor {
    pub(super) fn run(self, state: StateDir) -> Result<ExitCode, Box<dyn Error>> {
        let state = state.prepare()?;
        let features = features(&state);
        match self.output {
            Output::Json => println!("{:#}", json!(features.iter().map(row).collect::<Vec<_>>())),
            Output::Text => features.iter().for_each(|feature| println!("{feature}")),
        }
        Ok(if features.iter().all(|feature| feature.ok) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

fn row(feature: &Feature) -> serde_json::Value {
    json!({ "name": feature.name, "ok": feature.ok, "required": feature.required, "reason": feature.reason, "remedy": feature.remedy })
}
