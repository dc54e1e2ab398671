//! The smallest program that can start machines: it only plays the helper roles. The tests use it in the place of `underpass`.

use std::process::ExitCode;

fn main() -> ExitCode {
    workload::play_helper_role().unwrap_or(ExitCode::from(64))
}
