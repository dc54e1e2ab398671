//! Where the parts of one machine lie in its folder.

use std::path::{Path, PathBuf};

/// The folder of one machine.
#[derive(Debug, Clone)]
pub(crate) struct Layout(PathBuf);

impl Layout {
    pub(crate) fn at(folder: impl Into<PathBuf>) -> Self {
        Self(folder.into())
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.0
    }

    /// The [`crate::Spec`] of the latest start.
    pub(crate) fn spec(&self) -> PathBuf {
        self.0.join("spec.json")
    }

    /// The [`crate::record::Record`] of the running first process; absent when none was started or it was stopped.
    pub(crate) fn record(&self) -> PathBuf {
        self.0.join("running.json")
    }

    /// Locked by whoever starts or stops the machine.
    pub(crate) fn lock(&self) -> PathBuf {
        self.0.join("lock")
    }

    /// Present once a boot has taken the user data, so that no later boot does.
    pub(crate) fn user_data_taken(&self) -> PathBuf {
        self.0.join("user-data-taken")
    }

    /// The generated files of this machine: the layer above its image.
    pub(crate) fn generated(&self) -> PathBuf {
        self.0.join("generated")
    }

    /// What the machine has written, outside `/usr`.
    pub(crate) fn written(&self) -> PathBuf {
        self.0.join("written")
    }

    /// What the machine has written below `/usr`.
    pub(crate) fn written_usr(&self) -> PathBuf {
        self.0.join("written-usr")
    }

    /// The kernel's working folder beside [`Layout::written`].
    pub(crate) fn work(&self) -> PathBuf {
        self.0.join("work")
    }

    /// The kernel's working folder beside [`Layout::written_usr`].
    pub(crate) fn work_usr(&self) -> PathBuf {
        self.0.join("work-usr")
    }

    /// Where the first process assembles the root, in its own mount namespace. Always empty as the host sees it.
    pub(crate) fn root(&self) -> PathBuf {
        self.0.join("root")
    }

    /// The two halves of the console.
    pub(crate) fn console(&self) -> [PathBuf; 2] {
        [self.0.join("console.0"), self.0.join("console.1")]
    }

    /// Every folder that must exist before a start.
    pub(crate) fn folders(&self) -> [PathBuf; 6] {
        [self.generated(), self.written(), self.written_usr(), self.work(), self.work_usr(), self.root()]
    }
}
