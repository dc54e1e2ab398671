//! Daemons that are measured: each on a state directory of its own, taken down whole when it is dropped.

use std::error::Error;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::cloud::Cloud;
use crate::process::Background;

/// How long a daemon may take to answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// Starts daemons.
pub struct Daemons {
    program: PathBuf,
    states: PathBuf,
}

/// A running daemon.
pub struct Daemon {
    process: Background,
    listen: SocketAddr,
    /// From its start to its first answered call.
    pub started_in: Duration,
    state: State,
}

/// A state directory, which goes with everything that the kernel has of it.
pub struct State {
    program: PathBuf,
    path: PathBuf,
}

impl Daemons {
    /// Daemons of `program`, with their state below `states`.
    pub fn new(program: &Path, states: &Path) -> Result<Self, Box<dyn Error>> {
        let program = fs::canonicalize(program)
            .map_err(|_| format!("there is no {}: cargo build --release -p underpass", program.display()))?;
        fs::create_dir_all(states)?;
        Ok(Self { program, states: fs::canonicalize(states)? })
    }

    /// Starts one on a fresh state directory.
    pub fn fresh(&self, name: &str) -> Result<Daemon, Box<dyn Error>> {
        let state = State { program: self.program.clone(), path: self.states.join(name) };
        state.remove();
        state.start()
    }

    /// A directory for files that measures need.
    pub fn directory(&self, name: &str) -> std::io::Result<PathBuf> {
        let directory = self.states.join(name);
        fs::create_dir_all(&directory)?;
        Ok(directory)
    }
}

impl Daemon {
    /// An account at it.
    pub fn cloud(&self, account: &str) -> std::io::Result<Cloud> {
        Cloud::open(self.listen, account)
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    /// Kills it, and keeps its state and what the kernel has.
    pub fn kill(self) -> State {
        let Self { process, state, .. } = self;
        drop(process);
        state
    }

    /// Holds it still, so that it neither helps nor disturbs, until the result is dropped. Flows do not need it.
    pub fn held(&self) -> Result<Held, Box<dyn Error>> {
        let pid = Pid::from_raw(self.pid().cast_signed());
        kill(pid, Signal::SIGSTOP)?;
        Ok(Held(pid))
    }
}

/// A daemon that stands still.
pub struct Held(Pid);

impl Drop for Held {
    fn drop(&mut self) {
        let _ = kill(self.0, Signal::SIGCONT);
    }
}

impl State {
    /// Starts a daemon on it.
    pub fn start(self) -> Result<Daemon, Box<dyn Error>> {
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()?));
        let begun = Instant::now();
        let mut command = Command::new(&self.program);
        command.arg("up").arg("--state-dir").arg(&self.path).args(["--listen", &listen.to_string()]);
        fs::create_dir_all(&self.path)?;
        let log = fs::File::options().create(true).append(true).open(self.path.join("bench.log"))?;
        let mut process = Background::start(command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log))?;
        while Cloud::open(listen, "000000000000")
            .map_err(Into::into)
            .and_then(|mut cloud| cloud.ec2("DescribeVpcs", &[]))
            .is_err()
        {
            if !process.runs() || begun.elapsed() > PATIENCE {
                return Err(format!("the daemon does not start; see {}", self.path.join("bench.log").display()).into());
            }
            std::thread::sleep(Duration::from_micros(200));
        }
        Ok(Daemon { process, listen, started_in: begun.elapsed(), state: self })
    }

    fn remove(&self) {
        if self.path.exists() {
            let mut down = Command::new(&self.program);
            down.args(["down", "--delete-state", "--state-dir"]).arg(&self.path);
            let _ = down.stdin(Stdio::null()).stdout(Stdio::null()).status();
        }
    }
}

impl Drop for State {
    fn drop(&mut self) {
        self.remove();
    }
}

fn free_port() -> std::io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}
