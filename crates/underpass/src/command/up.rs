//! `underpass up`: starts the daemon, in the foreground or detached.

use std::error::Error;
use std::io::{Seek, SeekFrom};
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode, Stdio};

use api::identity::Trust;
use clap::{Args, ValueEnum};
use reconcile::TimeScale;

use crate::daemon::features::features;
use crate::daemon::{self, Config, teardown};
use crate::state::StateDir;

/// Start Underpass.
#[derive(Args)]
pub struct Up {
    /// Where the API listens
    #[arg(long, default_value = "127.0.0.1:4566")]
    listen: SocketAddr,
    /// Who is believed: anybody on loopback, or only holders of keys that were issued here
    #[arg(long, value_enum)]
    auth: Option<Auth>,
    /// With `--auth enforce`: an account whose root gets a key, which `underpass env --account` prints; may be repeated
    #[arg(long = "account", default_value = resource::DEFAULT_ACCOUNT, value_parser = super::account)]
    accounts: Vec<String>,
    /// Keep no state, and take everything away at the end
    #[arg(long)]
    ephemeral: bool,
    /// Let the long periods of AWS (idle times, delays, life times) pass so many times faster
    #[arg(long, value_name = "N", default_value_t = NonZeroU32::MIN)]
    time_scale: NonZeroU32,
    /// Go on in the background, once it is ready
    #[arg(long)]
    detach: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Auth {
    /// Twelve digits are the root of that account; unknown keys are account 000000000000
    Loopback,
    /// Every request is signed by a key that was issued here
    Enforce,
}

impl Up {
    pub(super) fn run(self, state: StateDir) -> Result<ExitCode, Box<dyn Error>> {
        if !self.listen.ip().is_loopback() && self.auth != Some(Auth::Enforce) {
            return Err(format!("{} can be reached by others: add `--auth enforce`, or listen on 127.0.0.1", self.listen).into());
        }
        let state = state.prepare()?;
        if self.detach { self.detached(&state) } else { self.foreground(&state) }
    }

    fn foreground(&self, state: &StateDir) -> Result<ExitCode, Box<dyn Error>> {
        log_to_stderr();
        let _lock = state.lock()?;
        teardown::Taken::left(state);
        let features = features(state);
        let missing: Vec<String> = features.iter().filter(|f| f.required && !f.ok).map(ToString::to_string).collect();
        if !missing.is_empty() {
            return Err(format!("this machine cannot enforce what it would promise:\n{}", missing.join("\n")).into());
        }
        let trust = if self.auth == Some(Auth::Enforce) { Trust::Enforce } else { Trust::Loopback };
        let config = Config {
            listen: self.listen,
            trust,
            ephemeral: self.ephemeral,
            accounts: self.accounts.clone(),
            scale: TimeScale::new(self.time_scale),
        };
        // Nobody would look after what a daemon of the other kind left running when it was killed.
        teardown::stop_machines(state, !self.ephemeral)?;
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        runtime.block_on(daemon::run(state, &config, &features, |listen| {
            if self.ephemeral && state.database().exists() {
                println!("The resources kept in {} are not in this cloud; `underpass up` has them.", state.root().display());
            }
            println!("The AWS API is at http://{listen}. In another shell: eval \"$(underpass env)\"");
            println!("Ready.");
        }))?;
        if self.ephemeral {
            teardown::teardown(state)?.leave(state)?;
            std::fs::remove_dir_all(state.machines(true))?;
        }
        Ok(ExitCode::SUCCESS)
    }

    /// Starts itself again without a terminal, and passes on what it says until it is ready.
    fn detached(&self, state: &StateDir) -> Result<ExitCode, Box<dyn Error>> {
        let said_before = std::fs::metadata(state.log()).map_or(0, |log| log.len());
        let log = std::fs::File::options().create(true).append(true).mode(0o600).open(state.log())?;
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("up").arg("--state-dir").arg(state.root()).args(["--listen", &self.listen.to_string()]);
        command.args(["--time-scale", &self.time_scale.to_string()]);
        command.args(self.ephemeral.then_some("--ephemeral"));
        command.args((self.auth == Some(Auth::Enforce)).then_some("--auth=enforce"));
        command.args(self.accounts.iter().flat_map(|account| ["--account", account]));
        command.current_dir("/").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log);
        // SAFETY: setsid between fork and exec is one system call.
        unsafe { command.pre_exec(|| Ok(nix::unistd::setsid().map(drop)?)) };
        let mut child = command.spawn()?;
        let said = child.stdout.take().ok_or("the daemon has no output")?;
        for line in std::io::BufRead::lines(std::io::BufReader::new(said)) {
            let line = line?;
            println!("{line}");
            if line == "Ready." {
                println!("It goes on in the background. Its log: {}. Stop it with: underpass down", state.log().display());
                return Ok(ExitCode::SUCCESS);
            }
        }
        child.wait()?;
        let mut log = std::fs::File::open(state.log())?;
        log.seek(SeekFrom::Start(said_before))?;
        let why = std::io::read_to_string(log)?;
        Err(format!("it did not start; this is in its log, {}:\n{}", state.log().display(), why.trim_end()).into())
    }
}

fn log_to_stderr() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("UNDERPASS_LOG").unwrap_or_else(|_| "info".into());
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(false).init();
}
