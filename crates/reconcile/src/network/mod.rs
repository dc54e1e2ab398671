//! Brings the kernel to the plan: items become objects in namespaces, differences become changes, strangers are removed.

mod domain;
mod ledger;
mod lower;
mod name;
mod ruleset;
mod settle;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use kernel::{Change, Kernel, KernelError, Object, diff};
use plan::{Item, Subject};
use store::Snapshot;

use ledger::Ledger;
pub use domain::NetworkDomain;
pub use name::{INTERNET, INTERNET_RESOLVER, interface_device};

/// The network of this machine as this process wants it and believes it to be.
pub struct Network {
    kernel: Arc<dyn Kernel>,
    items: HashMap<Subject, Item>,
    ledger: Ledger,
}

/// What bringing the network to the plan came to.
#[derive(Debug, Default)]
pub struct Report {
    /// The subjects that are now as the plan says, or are gone as it says.
    pub done: BTreeSet<Subject>,
    /// How many changes the kernel took.
    pub changes: usize,
    /// The namespaces that could not be brought to the plan, and why.
    pub failed: BTreeMap<String, KernelError>,
}

impl Network {
    /// A network that nothing is known of yet: begin with [`Network::converge_all`].
    pub fn new(kernel: Arc<dyn Kernel>) -> Self {
        Self { kernel, items: HashMap::new(), ledger: Ledger::default() }
    }

    /// Brings `subjects` to what the plan says of them in `world`.
    pub fn converge(&mut self, world: &Snapshot, subjects: BTreeSet<Subject>) -> Report {
        for subject in &subjects {
            self.plan(world, subject);
        }
        let changes = self.ledger.take_changes();
        let born: Vec<String> = self.ledger.take_born();
        let gone: Vec<String> = self.ledger.take_gone();
        let mut report = self.carry_out(born, &gone, changes);
        report.done = self.unhindered(subjects, &report);
        report
    }

    /// Looks at everything there is, and brings all of it to the plan: what was deleted comes back, what nobody wants goes.
    pub fn converge_all(&mut self, world: &Snapshot) -> Report {
        let known: BTreeSet<Subject> = self.items.keys().cloned().chain(plan::subjects(world)).collect();
        for subject in &known {
            self.plan(world, subject);
        }
        self.ledger.forget_changes();
        let (born, gone, changes) = match self.survey() {
            Ok(found) => found,
            Err(error) => return Report { failed: BTreeMap::from([("*".to_owned(), error)]), ..Report::default() },
        };
        let mut report = self.carry_out(born, &gone, changes);
        report.done = self.unhindered(known, &report);
        report
    }

    /// Whether the plan has an item for `subject`.
    pub fn has(&self, subject: &Subject) -> bool {
        self.items.contains_key(subject)
    }

    fn plan(&mut self, world: &Snapshot, subject: &Subject) {
        let after = plan::item(world, subject);
        let before = self.items.get(subject);
        if before == after.as_ref() {
            return;
        }
        let placed = |item: &Item| lower::lower(item);
        self.ledger.replace(before.map(placed).unwrap_or_default(), after.as_ref().map(placed).unwrap_or_default());
        match after {
            Some(item) => self.items.insert(subject.clone(), item),
            None => self.items.remove(subject),
        };
    }

    /// What differs between the wanted and the real: namespaces to make, namespaces to remove, changes in the others.
    fn survey(&self) -> Result<Difference, KernelError> {
        let real: BTreeSet<String> = self.kernel.namespaces()?.into_iter().collect();
        let wanted: BTreeSet<String> = self.ledger.namespaces().map(str::to_owned).collect();
        let mut changes = BTreeMap::new();
        for namespace in &wanted {
            let objects: Vec<Object> = self.ledger.objects(namespace).cloned().collect();
            let sysctls: Vec<&str> = objects.iter().filter_map(|o| if let Object::Sysctl(s) = o { Some(s.path.as_str()) } else { None }).collect();
            let found = if real.contains(namespace) { self.kernel.observe(namespace, &sysctls)? } else { Vec::new() };
            changes.insert(namespace.clone(), diff(&objects, &found));
        }
        Ok((wanted.difference(&real).cloned().collect(), real.difference(&wanted).cloned().collect(), changes))
    }

    fn carry_out(&self, born: Vec<String>, gone: &[String], changes: BTreeMap<String, Vec<Change>>) -> Report {
        let mut report = Report::default();
        for namespace in born {
            match self.kernel.create_namespace(&namespace) {
                Ok(()) | Err(KernelError::NamespaceExists(_)) => {}
                Err(error) => drop(report.failed.insert(namespace, error)),
            }
        }
        let (first, second) = in_two_steps(changes);
        for (namespace, changes) in first.into_iter().chain(second) {
            match self.kernel.apply(&namespace, &changes) {
                Ok(()) => report.changes += changes.len(),
                Err(error) => drop(report.failed.insert(namespace, error)),
            }
        }
        for namespace in gone {
            if let Err(error) = self.kernel.delete_namespace(namespace) {
                report.failed.insert(namespace.clone(), error);
            }
        }
        report
    }

    /// The subjects none of whose namespaces failed.
    fn unhindered(&self, subjects: BTreeSet<Subject>, report: &Report) -> BTreeSet<Subject> {
        if report.failed.is_empty() {
            return subjects;
        }
        let touches_failed = |subject: &Subject| {
            self.items.get(subject).is_some_and(|item| lower::lower(item).iter().any(|p| report.failed.contains_key(&p.namespace)))
        };
        subjects.into_iter().filter(|subject| !touches_failed(subject)).collect()
    }
}

/// Namespaces to make, namespaces to remove, changes in the others.
type Difference = (Vec<String>, Vec<String>, BTreeMap<String, Vec<Change>>);

/// Links have an end in another namespace, whose addresses and routes must wait for them: filters and links come first,
/// everywhere, then the rest.
fn in_two_steps(changes: BTreeMap<String, Vec<Change>>) -> (BTreeMap<String, Vec<Change>>, BTreeMap<String, Vec<Change>>) {
    let (mut first, mut second) = (BTreeMap::new(), BTreeMap::new());
    for (namespace, changes) in changes {
        let (early, late): (Vec<_>, Vec<_>) = changes.into_iter().partition(|change| !waits_for_links(change));
        for (step, changes) in [(&mut first, early), (&mut second, late)] {
            if !changes.is_empty() {
                step.insert(namespace.clone(), changes);
            }
        }
    }
    (first, second)
}

fn waits_for_links(change: &Change) -> bool {
    use kernel::Key;
    matches!(change.key(), Key::Address(..) | Key::Route(..) | Key::Rule(_) | Key::Neighbour(..) | Key::Sysctl(_))
}
