//! A running Underpass with a state directory of its own. When the test ends it is taken down, and nothing may be left of it.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::LazyLock;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::account::Account;

pub const PATIENCE: Duration = Duration::from_secs(30);
pub const PROVIDER: &str = "111111111111";
pub const CONSUMER: &str = "222222222222";

/// The program under test, by a name that a build beside the tests does not give to another.
static PROGRAM: LazyLock<PathBuf> = LazyLock::new(|| {
    let own = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("underpass");
    let _ = fs::remove_file(&own);
    fs::hard_link(env!("CARGO_BIN_EXE_underpass"), &own).unwrap();
    own
});

pub struct Cloud {
    daemon: Option<Child>,
    endpoint: String,
    namespaces: PathBuf,
    folder: tempfile::TempDir,
}

impl Cloud {
    /// Starts one.
    pub fn up() -> Self {
        Self::up_with(&[])
    }

    /// Starts one with arguments of its own.
    pub fn up_with(arguments: &[&str]) -> Self {
        assert!(nix::unistd::geteuid().is_root(), "these tests make namespaces: run them as root");
        let folder = tempfile::Builder::new().prefix("underpass-test-").tempdir().unwrap();
        let mut cloud = Self { daemon: None, endpoint: String::new(), namespaces: PathBuf::new(), folder };
        cloud.start(arguments);
        cloud
    }

    /// Starts one from a program that is gone afterwards, as after an upgrade.
    pub fn up_from_a_program_that_goes() -> Self {
        let mut cloud = Self::up();
        cloud.terminate();
        let program = cloud.folder.path().join("program-of-today");
        fs::copy(&*PROGRAM, &program).unwrap();
        let mut command = Command::new(&program);
        command.env("UNDERPASS_STATE_DIR", cloud.state_dir());
        cloud.start_by(command, &[]);
        fs::remove_file(program).unwrap();
        cloud
    }

    /// Starts one from a shell that has as few descriptors as shells usually have.
    pub fn up_with_few_descriptors() -> Self {
        let mut cloud = Self::up();
        cloud.terminate();
        let mut shell = Command::new("sh");
        let few = "ulimit -Sn 1024; exec \"$0\" \"$@\"";
        shell.args(["-c", few]).arg(cloud.command().get_program()).env("UNDERPASS_STATE_DIR", cloud.state_dir());
        cloud.start_by(shell, &[]);
        cloud
    }

    /// Starts the daemon and waits until it is ready.
    pub fn start(&mut self, arguments: &[&str]) {
        self.start_by(self.command(), arguments);
    }

    fn start_by(&mut self, mut command: Command, arguments: &[&str]) {
        let log = fs::File::options().create(true).append(true).open(self.log_file()).unwrap();
        command.arg("up").args(arguments).env("UNDERPASS_LOG", "info").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log);
        if !arguments.contains(&"--listen") {
            command.args(["--listen", self.endpoint.strip_prefix("http://").unwrap_or("127.0.0.1:0")]);
        }
        let mut daemon = command.spawn().unwrap();
        let mut said = BufReader::new(daemon.stdout.take().unwrap());
        let mut heard = String::new();
        while !heard.ends_with("Ready.\n") {
            assert!(said.read_line(&mut heard).unwrap() > 0, "it did not start: {heard}\n{}", self.log());
        }
        self.daemon = Some(daemon);
        let account = arguments.iter().skip_while(|argument| **argument != "--account").nth(1);
        let status = self.shell(account.unwrap_or(&PROVIDER), "echo $AWS_ENDPOINT_URL && \"$0\" status --output json");
        let (endpoint, status) = status.split_once('\n').unwrap();
        self.endpoint = endpoint.to_owned();
        let status: Value = serde_json::from_str(status).unwrap();
        self.namespaces = status["namespaces"].as_str().unwrap().into();
    }

    /// What a shell that has evaluated `underpass env` prints.
    pub fn shell(&self, account: &str, script: &str) -> String {
        let mut shell = Command::new("sh");
        shell.arg("-c").arg(format!("eval \"$(\"$0\" env --account {account})\" && {script}"));
        let output = shell.arg(self.command().get_program()).env("UNDERPASS_STATE_DIR", self.state_dir()).output().unwrap();
        assert!(output.status.success(), "{script}: {}\n{}", text(&output.stderr), self.log());
        text(&output.stdout)
    }

    /// The key of an account's root, and its secret.
    pub fn root_key(&self, account: &str) -> (String, String) {
        let said = self.shell(account, "echo $AWS_ACCESS_KEY_ID && echo $AWS_SECRET_ACCESS_KEY");
        let (key, secret) = said.trim_end().split_once('\n').unwrap();
        (key.to_owned(), secret.to_owned())
    }

    /// The daemon's resident memory, in bytes.
    pub fn resident(&self) -> usize {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<usize>().unwrap() << 10
    }

    /// How many descriptors the daemon has open.
    pub fn descriptors(&self) -> usize {
        fs::read_dir(format!("/proc/{}/fd", self.pid())).unwrap().count()
    }

    /// Ends the daemon as a power cut would.
    pub fn kill(&mut self) {
        let mut daemon = self.daemon.take().expect("the daemon runs");
        daemon.kill().unwrap();
        daemon.wait().unwrap();
    }

    /// Ends the daemon as a power cut would, a moment from now.
    pub fn kill_after(&mut self, moment: Duration) {
        thread::sleep(moment);
        self.kill();
    }

    /// Kills the daemon and starts it again on the same state.
    pub fn crash(&mut self) {
        self.kill();
        self.start(&[]);
    }

    /// Asks the daemon to end, and waits until it has.
    pub fn terminate(&mut self) {
        let mut daemon = self.daemon.take().expect("the daemon runs");
        nix::sys::signal::kill(pid(&daemon), nix::sys::signal::Signal::SIGTERM).unwrap();
        assert!(daemon.wait().unwrap().success(), "{}", self.log());
    }

    /// Takes everything away but the state; answers what is said of it.
    pub fn down(&mut self) -> String {
        let said = self.cli(&["down"]);
        assert!(said.contains("Underpass is down"), "{said}");
        self.reap();
        said
    }

    pub fn account(&self, id: &str) -> Account<'_> {
        Account::new(self, id)
    }

    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    pub fn state_dir(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    /// The process id of the daemon.
    pub fn pid(&self) -> i32 {
        pid(self.daemon.as_ref().expect("the daemon runs")).as_raw()
    }

    /// The program, for this state directory.
    pub fn command(&self) -> Command {
        let mut command = Command::new(&*PROGRAM);
        command.env("UNDERPASS_STATE_DIR", self.state_dir());
        command
    }

    /// Runs a subcommand that must succeed; answers what it printed.
    pub fn cli(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "underpass {arguments:?}: {}\n{}", text(&output.stderr), self.log());
        text(&output.stdout)
    }

    /// Runs a subcommand, whatever comes of it.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command().args(arguments).stdin(Stdio::null()).output().unwrap()
    }

    /// What the daemon wrote.
    pub fn log(&self) -> String {
        fs::read_to_string(self.log_file()).unwrap_or_default()
    }

    /// Where the file of a namespace is.
    pub fn namespace(&self, name: &str) -> PathBuf {
        self.namespaces.join(name)
    }

    /// The names of all namespaces, with their identities.
    pub fn namespaces(&self) -> BTreeSet<(String, u64)> {
        let entries = fs::read_dir(&self.namespaces).into_iter().flatten().flatten();
        // One may go while we look.
        entries.filter_map(|e| Some((e.file_name().into_string().ok()?, fs::metadata(e.path()).ok()?.ino()))).collect()
    }

    /// Runs a program of the host in a namespace; answers what it printed.
    pub fn inside(&self, namespace: &str, program: &[&str]) -> String {
        let output =
            Command::new("nsenter").arg(format!("--net={}", self.namespace(namespace).display())).args(program).output().unwrap();
        assert!(output.status.success(), "{program:?}: {}", text(&output.stderr));
        text(&output.stdout)
    }

    /// The processes that are in one of our namespaces now.
    pub fn inhabitants(&self) -> Vec<PathBuf> {
        let networks: BTreeSet<u64> = self.namespaces().into_iter().map(|(_, inode)| inode).collect();
        let network = |process: &Path| fs::metadata(process.join("ns/net")).map(|file| file.ino());
        processes().filter(|process| network(process).is_ok_and(|inode| networks.contains(&inode))).collect()
    }

    /// What is left of this installation in the kernel, besides its state. `inhabitants` were in its namespaces.
    pub fn remains(&self, inhabitants: &[PathBuf]) -> Vec<String> {
        let places = [self.folder.path().to_owned(), self.namespaces.clone()];
        let named = |text: &str| places.iter().any(|place| text.contains(&*place.to_string_lossy()));
        let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap();
        let mounts = mounts.lines().filter(|line| named(line)).map(|line| format!("mount {line}"));
        let folder = self.namespaces.exists().then(|| format!("folder {}", self.namespaces.display()));
        let line = |process: &Path| text(&fs::read(process.join("cmdline")).unwrap_or_default());
        let processes = processes().filter(|process| named(&line(process)) || inhabitants.contains(process) && lives(process));
        let processes = processes.map(|process| format!("process {} {}", process.display(), line(&process)));
        mounts.chain(folder).chain(processes).collect()
    }

    fn log_file(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    fn reap(&mut self) {
        if let Some(mut daemon) = self.daemon.take() {
            daemon.wait().unwrap();
        }
    }
}

impl Drop for Cloud {
    fn drop(&mut self) {
        let inhabitants = self.inhabitants();
        let ended = self.run(&["down", "--delete-state"]);
        if let Some(mut daemon) = self.daemon.take() {
            let _ = daemon.kill();
            let _ = daemon.wait();
        }
        if thread::panicking() {
            eprintln!("the daemon's log ends with:\n{}", tail(&self.log(), 40));
            return;
        }
        assert!(ended.status.success(), "{}", text(&ended.stderr));
        assert_eq!(self.remains(&inhabitants), Vec::<String>::new(), "something was left behind");
        assert!(!self.state_dir().exists(), "the state is still there");
        assert!(!self.log().contains("panicked"), "{}", self.log());
    }
}

/// Looks again until there is something to see; fails with what it waited for when patience ends.
#[track_caller]
pub fn eventually<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match look() {
            Some(seen) => return seen,
            None => assert!(Instant::now() < deadline, "waited in vain: {what}"),
        }
        thread::sleep(Duration::from_millis(20));
    }
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Everything that a stream still has to say.
pub fn all_of(stream: Option<impl Read>) -> String {
    let mut bytes = Vec::new();
    stream.expect("the stream is piped").read_to_end(&mut bytes).unwrap();
    text(&bytes)
}

/// The folders of all processes.
pub fn processes() -> impl Iterator<Item = PathBuf> {
    let entries = fs::read_dir("/proc").unwrap().flatten();
    entries.filter(|entry| entry.file_name().to_string_lossy().parse::<i32>().is_ok()).map(|entry| entry.path())
}

/// Whether a process is there and has not ended, be it noticed by its parent or not.
pub fn lives(process: &Path) -> bool {
    let status = fs::read_to_string(process.join("status")).unwrap_or_default();
    status.lines().any(|line| line.starts_with("State:") && !line.contains('Z'))
}

fn pid(child: &Child) -> nix::unistd::Pid {
    nix::unistd::Pid::from_raw(child.id().cast_signed())
}

/// The last lines that tell something: not the calls that went well.
fn tail(log: &str, lines: usize) -> String {
    let all: Vec<&str> = log.lines().filter(|line| !line.contains("INFO audit")).collect();
    all[all.len().saturating_sub(lines)..].join("\n")
}
