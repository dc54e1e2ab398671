//! What can go wrong between us and the kernel.

use std::io;

/// Why the kernel could not be observed or changed.
#[derive(Debug, thiserror::Error)]
pub enum KernelError {
    /// No namespace of this name exists.
    #[error("there is no network namespace {0}")]
    NoNamespace(String),
    /// A namespace of this name exists already.
    #[error("the network namespace {0} exists already")]
    NamespaceExists(String),
    /// A name, path or size that the kernel could never take.
    #[error("{what} cannot be used: {reason}")]
    Invalid {
        /// The offending name or value.
        what: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The kernel refused one change.
    #[error("the kernel refused to {change}")]
    Refused {
        /// The change, as printed.
        change: String,
        /// The kernel's answer.
        #[source]
        source: io::Error,
    },
    /// A setting did not take the value that was written.
    #[error("{path} stayed {actual} when {wanted} was written")]
    Unmoved {
        /// The setting's path below `/proc/sys`.
        path: String,
        /// What was written.
        wanted: String,
        /// What it still is.
        actual: String,
    },
    /// A step other than a change failed.
    #[error("could not {step}")]
    Failed {
        /// What was being done.
        step: String,
        /// The kernel's answer.
        #[source]
        source: io::Error,
    },
    /// The kernel's answer makes no sense.
    #[error("the kernel's answer could not be understood: {0}")]
    Malformed(&'static str),
    /// Several parts of one clean-up failed; the rest was done.
    #[error("{} steps of a clean-up failed, the first: {}", .0.len(), .0.first().map(ToString::to_string).unwrap_or_default())]
    Several(Vec<KernelError>),
}

impl KernelError {
    /// A step that failed with the kernel's answer.
    pub fn failed(step: impl Into<String>, source: impl Into<io::Error>) -> KernelError {
        KernelError::Failed { step: step.into(), source: source.into() }
    }

    /// The error number that the kernel gave, when it gave one.
    pub fn errno(&self) -> Option<i32> {
        match self {
            KernelError::Refused { source, .. } | KernelError::Failed { source, .. } => source.raw_os_error(),
            _ => None,
        }
    }
}
