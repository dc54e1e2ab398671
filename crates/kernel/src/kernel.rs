//! The seam between those who decide what a network should be and the kernel that makes it so.

use crate::conntrack::Flow;
use crate::diff;
use crate::error::KernelError;
use crate::object::{Change, Object};

/// Something in which namespaces exist and hold objects: the real kernel ([`crate::Netlink`]) or a [`crate::Fake`].
pub trait Kernel: Send + Sync {
    /// Makes a namespace with its loopback up, a congestion control that does not pace, and no IPv6 on its links.
    ///
    /// # Errors
    /// [`KernelError::NamespaceExists`] when it exists.
    fn create_namespace(&self, namespace: &str) -> Result<(), KernelError>;

    /// Makes a namespace likewise whose root, a machine's, is root over no other network.
    ///
    /// # Errors
    /// As [`Kernel::create_namespace`].
    fn create_machine_namespace(&self, namespace: &str) -> Result<(), KernelError>;

    /// Removes a namespace and everything in it; one that is not there is no error. A process or socket inside keeps
    /// it alive without its name.
    ///
    /// # Errors
    /// Only when the kernel refuses.
    fn delete_namespace(&self, namespace: &str) -> Result<(), KernelError>;

    /// The names of all namespaces, sorted.
    ///
    /// # Errors
    /// Only when the place of the namespaces cannot be read.
    fn namespaces(&self) -> Result<Vec<String>, KernelError>;

    /// Makes the changes, in an order that works whatever the order given. All nftables changes take effect at one
    /// moment; the others one by one, so that after an error some are done. Filters are in force before links appear.
    ///
    /// # Errors
    /// The first change that the kernel refused. An object to add that is already there, or to remove that is not, is none.
    fn apply(&self, namespace: &str, changes: &[Change]) -> Result<(), KernelError>;

    /// Whether [`Object::Shortcut`] can be made here. Where it cannot, none should be wanted.
    fn has_shortcuts(&self) -> bool;

    /// What is in the namespace: links that we made and all that depends on them, our tables, and the current values of
    /// these settings. A setting that does not exist is left out.
    ///
    /// # Errors
    /// When the namespace does not exist or cannot be read.
    fn observe(&self, namespace: &str, sysctls: &[&str]) -> Result<Vec<Object>, KernelError>;

    /// Forgets the flows of the namespace that `which` is true of, so that their next packets begin new ones; says how many.
    ///
    /// # Errors
    /// When the namespace does not exist or cannot be asked.
    fn forget(&self, namespace: &str, which: &(dyn Fn(&Flow) -> bool + Sync)) -> Result<usize, KernelError>;

    /// Brings the namespace to exactly these objects and says what that took.
    ///
    /// # Errors
    /// As [`Kernel::observe`] and [`Kernel::apply`].
    fn bring(&self, namespace: &str, wanted: &[Object]) -> Result<Vec<Change>, KernelError> {
        let sysctls: Vec<&str> = wanted.iter().filter_map(sysctl_path).collect();
        let changes = diff(wanted, &self.observe(namespace, &sysctls)?);
        if !changes.is_empty() {
            self.apply(namespace, &changes)?;
        }
        Ok(changes)
    }
}

fn sysctl_path(object: &Object) -> Option<&str> {
    match object {
        Object::Sysctl(sysctl) => Some(&sysctl.path),
        _ => None,
    }
}
