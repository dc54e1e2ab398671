//! What a machine should be: everything that its first process needs to know, as one value that is kept on disk.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::Image;

/// What a machine should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spec {
    /// Its name, unique among the machines of one folder.
    pub id: MachineId,
    /// The file to which its network namespace is bound.
    pub netns: PathBuf,
    /// What `hostname` answers inside.
    pub hostname: String,
    /// What its root file system starts from.
    pub image: Image,
    /// A script that its first boot runs as root, if it starts with `#!`.
    pub user_data: Option<Vec<u8>>,
    /// The whole of its `/etc/resolv.conf`.
    pub resolv_conf: String,
    /// Lines of `/etc/hosts` beyond those for loopback and the machine itself.
    pub hosts: Vec<(IpAddr, String)>,
    /// Certificate authorities, in PEM, that its programs trust beyond the public ones.
    pub ca_pem: String,
    /// Variables in the environment of its programs.
    pub env: Vec<(String, String)>,
    /// What it may use of the host.
    pub limits: Limits,
}

/// How much of the host a machine may use. Enforced where the host has cgroups; [`crate::Running`] says whether it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Memory, in bytes.
    pub memory_bytes: Option<u64>,
    /// Processes and threads alive at one time.
    pub processes: Option<u64>,
}

/// The name of a machine: up to 64 letters, digits, `-`, `_` and `.`, beginning with a letter or digit. Safe as a file name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MachineId(String);

/// The text is not a [`MachineId`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not the name of a machine: use up to 64 letters, digits, '-', '_' and '.', beginning with a letter or digit")]
pub struct InvalidMachineId(String);

impl MachineId {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for MachineId {
    type Err = InvalidMachineId;

    fn from_str(text: &str) -> Result<Self, InvalidMachineId> {
        Self::try_from(text.to_owned())
    }
}

impl TryFrom<String> for MachineId {
    type Error = InvalidMachineId;

    fn try_from(text: String) -> Result<Self, InvalidMachineId> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        let valid = text.len() <= 64 && text.starts_with(|c: char| c.is_ascii_alphanumeric()) && text.chars().all(allowed);
        if valid { Ok(Self(text)) } else { Err(InvalidMachineId(text)) }
    }
}

impl From<MachineId> for String {
    fn from(id: MachineId) -> Self {
        id.0
    }
}

impl fmt::Display for MachineId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_is_named_like_an_instance() {
        assert_eq!("i-0abc123".parse::<MachineId>().map(|id| id.to_string()).as_deref(), Ok("i-0abc123"));
    }

    #[test]
    fn a_name_can_never_leave_the_folder() {
        for bad in ["", ".", "..", "../x", "a/b", ".hidden", "a\0b", "ä", " a", &"x".repeat(65)] {
            assert!(bad.parse::<MachineId>().is_err(), "{bad:?} was accepted");
        }
    }
}
