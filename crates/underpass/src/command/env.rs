//! `underpass env`: what a shell must export to use this installation.

use std::error::Error;
use std::process::ExitCode;

use clap::Args;

use crate::state::StateDir;

/// Print the exports.
#[derive(Args)]
pub struct Env {
    /// The account to act as: twelve digits
    #[arg(long, default_value = resource::DEFAULT_ACCOUNT, value_parser = account)]
    account: String,
    /// The Region to act in
    #[arg(long, default_value = "us-east-1")]
    region: String,
}

impl Env {
    pub(super) fn run(self, state: &StateDir) -> Result<ExitCode, Box<dyn Error>> {
        let daemon = state.daemon()?;
        println!("export AWS_ENDPOINT_URL=http://{}", daemon.listen);
        println!("export AWS_ACCESS_KEY_ID={}", self.account);
        println!("export AWS_SECRET_ACCESS_KEY=any");
        println!("unset AWS_SESSION_TOKEN AWS_PROFILE");
        println!("export AWS_DEFAULT_REGION={}", self.region);
        println!("export AWS_REGION={}", self.region);
        println!("export UNDERPASS_STATE_DIR='{}'", state.root().display().to_string().replace('\'', "'\\''"));
        Ok(ExitCode::SUCCESS)
    }
}

fn account(text: &str) -> Result<String, String> {
    match text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit()) {
        true => Ok(text.to_owned()),
        false => Err("an account is twelve digits, such as 111111111111".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_twelve_digits_are_an_account() {
        assert!(account("111111111111").is_ok());
        for bad in ["", "11111111111", "1111111111111", "11111111111a"] {
            assert!(account(bad).is_err(), "{bad}");
        }
    }
}
