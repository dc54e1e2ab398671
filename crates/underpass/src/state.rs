//! The state directory: where everything of one installation lies, and where its running daemon is found.

use std::fs::{self, File};
use std::io;
use std::net::SocketAddr;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use nix::fcntl::{Flock, FlockArg};
use serde::{Deserialize, Serialize};

/// Where things of one installation lie.
#[derive(Clone, Debug)]
pub struct StateDir {
    root: PathBuf,
}

/// What a running daemon tells those who look for it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Announcement {
    /// Its process id.
    pub pid: i32,
    /// Where its API listens.
    pub listen: SocketAddr,
    /// Whether every request must be signed with a key that was issued here. Older daemons did not say.
    #[serde(default)]
    pub enforces: bool,
    /// Whether everything goes with it. Older daemons did not say.
    #[serde(default)]
    pub ephemeral: bool,
}

/// Why there is no daemon to talk to.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// The directory cannot be used.
    #[error("the state directory {path} cannot be used")]
    Unusable {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// Somebody runs on it already.
    #[error("another underpass runs on {path}; stop it with `underpass down --state-dir {path}`")]
    Taken {
        /// Which.
        path: PathBuf,
    },
    /// Nobody runs on it.
    #[error("no underpass runs on {path}; start one with `underpass up`")]
    NotRunning {
        /// Which.
        path: PathBuf,
    },
}

impl StateDir {
    /// The directory given, or the usual one: `/var/lib/underpass` for root, the XDG state directory for others.
    pub fn choose(given: Option<PathBuf>) -> Self {
        let usual = || match nix::unistd::geteuid().is_root() {
            true => PathBuf::from("/var/lib/underpass"),
            false => std::env::var_os("XDG_STATE_HOME")
                .map(PathBuf::from)
                .unwrap_or_else(|| home().join(".local/state"))
                .join("underpass"),
        };
        Self { root: given.unwrap_or_else(usual) }
    }

    /// The directory, made if need be and readable by its owner only, as an absolute path.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn prepare(self) -> Result<Self, StateError> {
        let unusable = |cause| StateError::Unusable { path: self.root.clone(), cause };
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&self.root).map_err(unusable)?;
        Ok(Self { root: fs::canonicalize(&self.root).map_err(unusable)? })
    }

    /// The directory itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The durable state.
    pub fn database(&self) -> PathBuf {
        self.root.join("state.redb")
    }

    /// The bytes of objects; those of an ephemeral daemon never meet the others.
    pub fn objects(&self, ephemeral: bool) -> PathBuf {
        self.root.join(if ephemeral { "objects.ephemeral" } else { "objects" })
    }

    /// The machines' files; likewise.
    pub fn machines(&self, ephemeral: bool) -> PathBuf {
        self.root.join(if ephemeral { "machines.ephemeral" } else { "machines" })
    }

    /// The program of the running daemon.
    pub fn program(&self) -> PathBuf {
        self.root.join("program")
    }

    /// The authority's key and certificate.
    pub fn authority(&self) -> PathBuf {
        self.root.join("authority")
    }

    /// The keys of the accounts' roots, when keys are asked for.
    pub fn root_keys(&self) -> PathBuf {
        self.root.join("root-keys.json")
    }

    /// What an ephemeral daemon took away when it ended, for who ended it.
    pub fn taken(&self) -> PathBuf {
        self.root.join("taken.json")
    }

    /// What the daemon printed when it was detached.
    pub fn log(&self) -> PathBuf {
        self.root.join("underpass.log")
    }

    /// Where the namespaces of this installation are held: short, and different for each state directory.
    pub fn namespaces(&self) -> PathBuf {
        let digest = self.root.as_os_str().as_encoded_bytes().iter();
        let tag = digest.fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(*b)).wrapping_mul(0x0100_0000_01b3));
        let run = if nix::unistd::geteuid().is_root() { PathBuf::from("/run") } else { runtime_dir() };
        run.join("underpass").join(format!("{tag:016x}"))
    }

    /// Takes the directory for this process, until the result is dropped.
    ///
    /// # Errors
    /// When another process has it.
    pub fn lock(&self) -> Result<Flock<File>, StateError> {
        self.lock_as(FlockArg::LockExclusiveNonblock)
    }

    /// Takes the directory as soon as nobody else has it.
    ///
    /// # Errors
    /// When it cannot be used.
    pub fn wait(&self) -> Result<Flock<File>, StateError> {
        self.lock_as(FlockArg::LockExclusive)
    }

    fn lock_as(&self, how: FlockArg) -> Result<Flock<File>, StateError> {
        let file = fs::OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(self.root.join("lock"));
        let file = file.map_err(|cause| StateError::Unusable { path: self.root.clone(), cause })?;
        Flock::lock(file, how).map_err(|_| StateError::Taken { path: self.root.clone() })
    }

    /// Tells where this process listens.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn announce(&self, announcement: &Announcement) -> Result<(), StateError> {
        let text = serde_json::to_vec(announcement).expect("an announcement is plain data");
        let (path, fresh) = (self.root.join(ANNOUNCEMENT), self.root.join("daemon.json.new"));
        let written = fs::write(&fresh, text).and_then(|()| fs::rename(&fresh, &path));
        written.map_err(|cause| StateError::Unusable { path, cause })
    }

    /// The daemon that runs on this directory.
    ///
    /// # Errors
    /// When none does.
    pub fn daemon(&self) -> Result<Announcement, StateError> {
        let none = || StateError::NotRunning { path: self.root.clone() };
        if self.root.join("lock").exists() && self.lock().is_ok() {
            return Err(none());
        }
        let text = fs::read(self.root.join(ANNOUNCEMENT)).map_err(|_| none())?;
        serde_json::from_slice(&text).map_err(|_| none())
    }
}

const ANNOUNCEMENT: &str = "daemon.json";

fn home() -> PathBuf {
    std::env::var_os("HOME").map_or_else(|| PathBuf::from("/"), PathBuf::from)
}

fn runtime_dir() -> PathBuf {
    std::env::var_os("XDG_RUNTIME_DIR").map_or_else(|| home().join(".cache"), PathBuf::from)
}
