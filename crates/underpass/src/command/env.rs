//! `underpass env`: what a shell must export to use this installation.

use std::error::Error;
use std::process::ExitCode;

use clap::Args;

use crate::daemon::root_keys;
use crate::state::StateDir;

/// Print the exports.
#[derive(Args)]
pub struct Env {
    /// The account to act as: twelve digits
    #[arg(long, default_value = resource::DEFAULT_ACCOUNT, value_parser = super::account)]
    account: String,
    /// The Region to act in
    #[arg(long, default_value = "us-east-1")]
    region: String,
}

impl Env {
    pub(super) fn run(self, state: &StateDir) -> Result<ExitCode, Box<dyn Error>> {
        let daemon = state.daemon()?;
        println!("export AWS_ENDPOINT_URL=http://{}", daemon.listen);
        let (id, secret) = self.key(state, daemon.enforces)?;
        println!("export AWS_ACCESS_KEY_ID={id}");
        println!("export AWS_SECRET_ACCESS_KEY='{secret}'");
        println!("unset AWS_SESSION_TOKEN AWS_PROFILE");
        println!("export AWS_DEFAULT_REGION={}", self.region);
        println!("export AWS_REGION={}", self.region);
        let state_dir = std::path::absolute(state.root())?;
        println!("export UNDERPASS_STATE_DIR='{}'", state_dir.display().to_string().replace('\'', "'\\''"));
        Ok(ExitCode::SUCCESS)
    }

    /// The account's root: its number and any secret where that is believed, else the key that it was given.
    fn key(&self, state: &StateDir, enforces: bool) -> Result<(String, String), Box<dyn Error>> {
        if !enforces {
            return Ok((self.account.clone(), "any".to_owned()));
        }
        let Some(key) = root_keys::read(state)?.remove(&self.account) else {
            let again = format!("underpass up --auth enforce --account {}", self.account);
            return Err(format!("the root of account {} has no key; start with: {again}", self.account).into());
        };
        Ok((key.id, key.secret))
    }
}

#[cfg(test)]
mod tests {
    use crate::command::account;

    #[test]
    fn only_twelve_digits_are_an_account() {
        assert!(account("111111111111").is_ok());
        for bad in ["", "11111111111", "1111111111111", "11111111111a"] {
            assert!(account(bad).is_err(), "{bad}");
        }
    }
}
