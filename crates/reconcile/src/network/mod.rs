//! Brings the kernel to the plan: items become objects in namespaces, differences become changes, strangers are removed.

mod domain;
mod ended;
mod guest;
mod ledger;
mod lower;
mod name;
mod parted;
mod ruleset;
mod settle;
mod untracked;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use kernel::{Change, Kernel, KernelError, Object, diff};
use plan::{Item, Subject};
use store::Snapshot;

use crate::TimeScale;

pub use domain::NetworkDomain;
use ended::Ended;
use ledger::{Ledger, Placed};
pub(crate) use lower::connections_forgotten;
pub use lower::judged_again;
pub(crate) use name::{AS_CLIENT, subnet_mark};
pub use name::{INTERNET, INTERNET_RESOLVER, interface_device};

/// The network of this machine as this process wants it and believes it to be.
pub struct Network {
    kernel: Arc<dyn Kernel>,
    scale: TimeScale,
    items: HashMap<Subject, Item>,
    ledger: Ledger,
    ended: Ended,
    /// Whether what an earlier run left has been seen.
    surveyed: bool,
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
        let (ledger, ended) = (Ledger::default(), Ended::default());
        Self { kernel, scale: TimeScale::default(), items: HashMap::new(), ledger, ended, surveyed: false }
    }

    /// The same network, whose flows are forgotten so many times sooner.
    #[must_use]
    pub fn at(self, scale: TimeScale) -> Self {
        Self { scale, ..self }
    }

    /// Brings `subjects` to what the plan says of them in `world`.
    pub fn converge(&mut self, world: &Snapshot, subjects: BTreeSet<Subject>) -> Report {
        let former = self.plan(world, &subjects);
        let changes = self.ledger.take_changes();
        let difference =
            Difference { born: self.ledger.take_born(), gone: self.ledger.take_gone(), changes, failed: BTreeMap::new() };
        let mut report = self.carry_out(difference);
        self.ended.part(&self.items, &subjects, |subject| former.get(subject).map(Some));
        self.ended.vacate(&self.items, &former);
        self.forget(&mut report);
        self.judged(report, subjects, &former)
    }

    /// Looks at everything there is, and brings all of it to the plan: what was deleted comes back, what nobody wants goes.
    pub fn converge_all(&mut self, world: &Snapshot) -> Report {
        let known: BTreeSet<Subject> = self.items.keys().cloned().chain(plan::subjects(world)).collect();
        let former = self.plan(world, &known);
        self.ledger.forget_changes();
        let difference = match self.survey() {
            Ok(difference) => difference,
            Err(error) => return Report { failed: BTreeMap::from([("*".to_owned(), error)]), ..Report::default() },
        };
        let anew = !std::mem::replace(&mut self.surveyed, true);
        let mut report = self.carry_out(difference);
        self.ended.part(&self.items, &known, |subject| if anew { Some(None) } else { former.get(subject).map(Some) });
        self.ended.vacate(&self.items, &former);
        self.forget(&mut report);
        if anew {
            // Takes its time in each router: nobody waits for it at the start.
            self.ended.vacate_unheld(&self.items);
        }
        self.judged(report, known, &former)
    }

    /// Forgets the flows that have ended, and what an earlier call could not.
    fn forget(&mut self, report: &mut Report) {
        for (vpc, error) in self.ended.forget(&*self.kernel, &self.items) {
            report.fail(vpc.to_string(), error);
        }
    }

    /// Whether there is something to be done as soon as there is time: the next converging does it.
    fn is_behind(&self) -> bool {
        !self.ended.is_empty()
    }

    /// What `subject` is in the kernel, as far as the last look went; none when it is not.
    fn item(&self, subject: &Subject) -> Option<&Item> {
        self.items.get(subject)
    }

    /// Plans the subjects anew; returns what the plan said before of those of which it says something else now.
    fn plan(&mut self, world: &Snapshot, subjects: &BTreeSet<Subject>) -> HashMap<Subject, Item> {
        let mut former = HashMap::new();
        for subject in subjects {
            let after = plan::item(world, subject);
            if self.items.get(subject) == after.as_ref() {
                continue;
            }
            let before = match &after {
                Some(item) => self.items.insert(subject.clone(), item.clone()),
                None => self.items.remove(subject),
            };
            let placed = |item: Option<&Item>| item.map(|item| self.lower(item)).unwrap_or_default();
            self.ledger.replace(placed(before.as_ref()), placed(after.as_ref()));
            former.extend(before.map(|item| (subject.clone(), item)));
        }
        former
    }

    /// What the item is in the kernel that there is.
    fn lower(&self, item: &Item) -> Vec<Placed> {
        let mut placed = lower::lower(item, self.scale);
        placed.retain(|placed| self.kernel.has_shortcuts() || !matches!(placed.object, Object::Shortcut(_)));
        placed
    }

    /// What differs between the wanted and the real.
    fn survey(&self) -> Result<Difference, KernelError> {
        let real: BTreeSet<String> = self.kernel.namespaces()?.into_iter().collect();
        let wanted: BTreeSet<String> = self.ledger.namespaces().map(str::to_owned).collect();
        let mut difference = Difference {
            born: wanted.difference(&real).cloned().collect(),
            gone: real.difference(&wanted).cloned().collect(),
            ..Difference::default()
        };
        for namespace in wanted {
            let objects: Vec<Object> = self.ledger.objects(&namespace).cloned().collect();
            let sysctls: Vec<&str> =
                objects.iter().filter_map(|o| if let Object::Sysctl(s) = o { Some(s.path.as_str()) } else { None }).collect();
            let found = if real.contains(&namespace) { self.kernel.observe(&namespace, &sysctls) } else { Ok(Vec::new()) };
            match found {
                Ok(found) => {
                    let found = guest::ours(&namespace, &objects, found);
                    difference.changes.insert(namespace, diff(&objects, &found));
                }
                Err(error) => drop(difference.failed.insert(namespace, error)),
            }
        }
        Ok(difference)
    }

    /// Makes the changes as far as they can be made: what fails in one namespace holds up no other.
    fn carry_out(&self, difference: Difference) -> Report {
        let mut report = Report { failed: difference.failed, ..Report::default() };
        for namespace in difference.born {
            let made = match name::is_machine(&namespace) {
                true => self.kernel.create_machine_namespace(&namespace),
                false => self.kernel.create_namespace(&namespace),
            };
            match made {
                Ok(()) | Err(KernelError::NamespaceExists(_)) => {}
                Err(error) => report.fail(namespace, error),
            }
        }
        let (first, second) = in_two_steps(difference.changes);
        for (namespace, changes) in first.into_iter().chain(second) {
            match self.kernel.apply(&namespace, &changes) {
                Ok(()) => report.changes += changes.len(),
                Err(error) => report.fail(namespace, error),
            }
        }
        for namespace in difference.gone {
            if let Err(error) = self.kernel.delete_namespace(&namespace) {
                report.fail(namespace, error);
            }
        }
        report
    }

    /// The report with what is done: the subjects that neither are nor were in a namespace that failed.
    fn judged(&self, mut report: Report, subjects: BTreeSet<Subject>, former: &HashMap<Subject, Item>) -> Report {
        let touches_failed =
            |item: &Item| lower::lower(item, self.scale).iter().any(|placed| report.failed.contains_key(&placed.namespace));
        let hindered = |subject: &Subject| {
            !report.failed.is_empty() && self.items.get(subject).into_iter().chain(former.get(subject)).any(touches_failed)
        };
        // What an account blocks is carried out by many addresses: it stands when nothing failed.
        let waits = |subject: &Subject| matches!(subject, Subject::PublicAccess(_)) && !report.failed.is_empty();
        report.done = subjects.into_iter().filter(|subject| !hindered(subject) && !waits(subject)).collect();
        report
    }
}

impl Report {
    /// The first failure of a namespace is the one that tells why.
    fn fail(&mut self, namespace: String, error: KernelError) {
        self.failed.entry(namespace).or_insert(error);
    }
}

/// What there is to do.
#[derive(Default)]
struct Difference {
    /// Namespaces to make.
    born: Vec<String>,
    /// Namespaces to remove.
    gone: Vec<String>,
    /// Changes in the others.
    changes: BTreeMap<String, Vec<Change>>,
    /// Namespaces of which it could not be found out.
    failed: BTreeMap<String, KernelError>,
}

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
    matches!(
        change.key(),
        Key::Address(..) | Key::Route(..) | Key::Rule(_) | Key::Neighbour(..) | Key::Sysctl(_) | Key::Shortcut(_)
    )
}
