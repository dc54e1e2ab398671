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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_says_its_step_and_keeps_its_cause() {
        let denied = || io::Error::from_raw_os_error(libc::EPERM);
        let failed = KernelError::failed("enter the namespace a", denied());
        assert_eq!(failed.to_string(), "could not enter the namespace a");
        assert_eq!(failed.errno(), Some(libc::EPERM));
        assert!(std::error::Error::source(&failed).is_some());
        let refused = KernelError::Refused { change: "add address 10.0.0.1/8 dev x".into(), source: denied() };
        assert_eq!(refused.to_string(), "the kernel refused to add address 10.0.0.1/8 dev x");
        assert_eq!(KernelError::NoNamespace("a".into()).errno(), None);
    }

    #[test]
    fn several_errors_are_counted_and_the_first_is_told() {
        let errors = ["a", "b"].map(|name| KernelError::NoNamespace(name.into()));
        let text = KernelError::Several(errors.into()).to_string();
        assert_eq!(text, "2 steps of a clean-up failed, the first: there is no network namespace a");
    }
}
