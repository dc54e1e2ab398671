//! `underpass env`: what a shell must export to use this installation.

use std::error::Error;
use std::process::ExitCode;

use clap::Args;

use crate::daemon::root_keys;
use crate::state::StateDir;

/// Print the exports; when there are none to print, what a shell fails at that evaluates it.
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
        // A shell that goes on as another account than it was told would do harm.
        let exports = self.exports(state).inspect_err(|_| println!("false"))?;
        exports.iter().for_each(|line| println!("{line}"));
        Ok(ExitCode::SUCCESS)
    }

    fn exports(&self, state: &StateDir) -> Result<Vec<String>, Box<dyn Error>> {
        let daemon = state.daemon()?;
        let (id, secret) = self.key(state, daemon.enforces)?;
        let state_dir = std::path::absolute(state.root())?.display().to_string();
        Ok(vec![
            format!("export AWS_ENDPOINT_URL=http://{}", daemon.listen),
            format!("export AWS_ACCESS_KEY_ID={id}"),
            format!("export AWS_SECRET_ACCESS_KEY='{secret}'"),
            "unset AWS_SESSION_TOKEN AWS_PROFILE".to_owned(),
            format!("export AWS_DEFAULT_REGION={}", self.region),
            format!("export AWS_REGION={}", self.region),
            format!("export UNDERPASS_STATE_DIR='{}'", state_dir.replace('\'', "'\\''")),
        ])
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
