//! Orders nftables changes as the steps of one transaction, purely, and mends the steps when the kernel objects.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::nft::{Chain, Element, Rule, Rules, Set, Table, Value};
use crate::object::{Change, Key, Object};

/// The most elements in one message, so that their list stays below the 65,535 bytes of an attribute.
const ELEMENTS: usize = 256;

/// One message of a transaction.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Step<'a> {
    DeleteTable(&'a str),
    NewTable(&'a Table),
    NewChain(&'a Chain),
    /// Takes all rules out of a chain.
    Flush(&'a str, &'a str),
    DeleteElements(&'a Set, Vec<Slot<'a>>),
    DeleteSet(&'a str, &'a str),
    DeleteChain(&'a str, &'a str),
    NewSet(&'a Set),
    NewElements(&'a Set, Vec<&'a Element>),
    NewRule(&'a Chain, &'a Rule),
}

/// The place of an element in its set: its key and the inclusive end of its range.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Slot<'a> {
    pub(super) key: &'a [Value],
    pub(super) end: Option<&'a [Value]>,
}

/// How sets look, by table and name.
pub(super) struct KnownSets(pub(super) BTreeMap<(String, String), Set>);

/// The sets whose elements change without the set itself being made: the kernel must be asked how they look.
pub(super) fn sets_to_ask<'a>(changes: &[&'a Change]) -> BTreeSet<(&'a str, &'a str)> {
    let mut asked = BTreeSet::new();
    for change in changes {
        match change {
            Change::Remove(Key::Element(table, set, ..)) => drop(asked.insert((table.as_str(), set.as_str()))),
            Change::Add(Object::Element(e)) | Change::Replace(Object::Element(e)) => {
                asked.insert((e.table.as_str(), e.set.as_str()));
            }
            _ => {}
        }
    }
    for change in changes {
        if let Change::Add(Object::Set(set)) | Change::Replace(Object::Set(set)) = change {
            asked.remove(&(set.table.as_str(), set.name.as_str()));
        }
    }
    asked
}

/// The changes as steps. `known` describes the sets of [`sets_to_ask`]. Removing an element of a set that is not there
/// is nothing to do; adding one is an error, which carries the change.
pub(super) fn steps<'a>(changes: &[&'a Change], known: &'a KnownSets) -> Result<Vec<Step<'a>>, &'a Change> {
    let mut plan = Plan::default();
    changes.iter().for_each(|change| plan.note(change));
    changes.iter().try_for_each(|change| plan.place(change, known))?;
    Ok(plan.steps())
}

/// Steps by phase. Rules and elements go before what they point to, and come after it.
#[derive(Default)]
struct Plan<'a> {
    made: BTreeMap<(&'a str, &'a str), &'a Set>,
    gone: BTreeSet<(&'a str, &'a str)>,
    gone_tables: BTreeSet<&'a str>,
    before: Vec<Step<'a>>,
    chains: Vec<Step<'a>>,
    flushes: Vec<Step<'a>>,
    elements_out: BTreeMap<(&'a str, &'a str), (&'a Set, Vec<Slot<'a>>)>,
    sets_out: Vec<Step<'a>>,
    chains_out: Vec<Step<'a>>,
    sets: Vec<Step<'a>>,
    elements: BTreeMap<(&'a str, &'a str), (&'a Set, Vec<&'a Element>)>,
    rules: Vec<Step<'a>>,
}

impl<'a> Plan<'a> {
    /// Notes what the other changes must know: which sets are made, and which sets and tables go with all they hold.
    fn note(&mut self, change: &'a Change) {
        match change {
            Change::Add(Object::Set(set)) => drop(self.made.insert((&set.table, &set.name), set)),
            Change::Replace(Object::Set(set)) => {
                self.made.insert((&set.table, &set.name), set);
                self.gone.insert((&set.table, &set.name));
            }
            Change::Remove(Key::Set(table, name)) => drop(self.gone.insert((table, name))),
            Change::Remove(Key::Table(name)) => drop(self.gone_tables.insert(name)),
            _ => {}
        }
    }

    fn place(&mut self, change: &'a Change, known: &'a KnownSets) -> Result<(), &'a Change> {
        match change {
            Change::Remove(key) => self.place_removal(key, known),
            Change::Add(object) | Change::Replace(object) => match object {
                Object::Table(table) => self.before.push(Step::NewTable(table)),
                Object::Chain(chain) => self.place_chain(chain),
                Object::Set(set) => {
                    if matches!(change, Change::Replace(_)) {
                        self.sets_out.push(Step::DeleteSet(&set.table, &set.name));
                    }
                    self.sets.push(Step::NewSet(set));
                }
                Object::Element(element) => {
                    let name = (element.table.as_str(), element.set.as_str());
                    let set = self.set(name, known).ok_or(change)?;
                    if matches!(change, Change::Replace(_)) {
                        self.remove_element(name, set, &element.key, element.key_end.as_deref());
                    }
                    self.elements.entry(name).or_insert_with(|| (set, Vec::new())).1.push(element);
                }
                _ => {}
            },
        }
        Ok(())
    }

    fn place_chain(&mut self, chain: &'a Chain) {
        self.chains.push(Step::NewChain(chain));
        self.flushes.push(Step::Flush(&chain.table, &chain.name));
        if let Rules::Listed(rules) = &chain.rules {
            self.rules.extend(rules.iter().map(|rule| Step::NewRule(chain, rule)));
        }
    }

    fn place_removal(&mut self, key: &'a Key, known: &'a KnownSets) {
        match key {
            Key::Table(name) => self.before.insert(0, Step::DeleteTable(name)),
            Key::Chain(table, _) | Key::Set(table, _) | Key::Element(table, ..) if self.gone_tables.contains(table.as_str()) => {}
            Key::Chain(table, name) => {
                self.flushes.push(Step::Flush(table, name));
                self.chains_out.push(Step::DeleteChain(table, name));
            }
            Key::Set(table, name) => self.sets_out.push(Step::DeleteSet(table, name)),
            Key::Element(table, set, first, end) => {
                let name = (table.as_str(), set.as_str());
                if let Some(set) = self.set(name, known) {
                    self.remove_element(name, set, first, end.as_deref());
                }
            }
            _ => {}
        }
    }

    fn remove_element(&mut self, name: (&'a str, &'a str), set: &'a Set, key: &'a [Value], end: Option<&'a [Value]>) {
        if !self.gone.contains(&name) {
            self.elements_out.entry(name).or_insert_with(|| (set, Vec::new())).1.push(Slot { key, end });
        }
    }

    fn set(&self, (table, name): (&'a str, &'a str), known: &'a KnownSets) -> Option<&'a Set> {
        let made = self.made.get(&(table, name)).copied();
        made.or_else(|| known.0.get(&(table.to_owned(), name.to_owned())))
    }

    fn steps(self) -> Vec<Step<'a>> {
        let mut steps = self.before;
        steps.extend(self.chains);
        steps.extend(self.flushes);
        for (set, slots) in self.elements_out.into_values() {
            steps.extend(slots.chunks(ELEMENTS).map(|some| Step::DeleteElements(set, some.to_vec())));
        }
        steps.extend(self.sets_out);
        steps.extend(self.chains_out);
        steps.extend(self.sets);
        for (set, elements) in self.elements.into_values() {
            steps.extend(elements.chunks(ELEMENTS).map(|some| Step::NewElements(set, some.to_vec())));
        }
        steps.extend(self.rules);
        steps
    }
}

/// The steps with those changed that the kernel refused for a reason that can be met: what is to go is not there, or
/// what is to come is there with another content. None when no reason can be met.
pub(super) fn mend<'a>(steps: &[Step<'a>], refused: &BTreeMap<usize, i32>) -> Option<Vec<Step<'a>>> {
    let mut mended = Vec::new();
    let mut changed = false;
    for (index, step) in steps.iter().enumerate() {
        match refused.get(&index).and_then(|errno| instead(step, *errno)) {
            Some(others) => {
                mended.extend(others);
                changed = true;
            }
            None => mended.push(step.clone()),
        }
    }
    changed.then_some(mended)
}

fn instead<'a>(step: &Step<'a>, errno: i32) -> Option<Vec<Step<'a>>> {
    let absent = errno == libc::ENOENT;
    let different = matches!(errno, libc::EEXIST | libc::EBUSY | libc::EOPNOTSUPP);
    match step {
        Step::DeleteTable(_) | Step::Flush(..) | Step::DeleteSet(..) | Step::DeleteChain(..) if absent => Some(Vec::new()),
        Step::DeleteElements(set, slots) if absent => Some(match &slots[..] {
            [_] => Vec::new(),
            many => many.iter().map(|slot| Step::DeleteElements(set, vec![*slot])).collect(),
        }),
        Step::NewChain(chain) if different => {
            let (table, name) = (chain.table.as_str(), chain.name.as_str());
            Some(vec![Step::Flush(table, name), Step::DeleteChain(table, name), step.clone()])
        }
        Step::NewElements(set, elements) if different => Some(match &elements[..] {
            [one] => {
                let slot = Slot { key: &one.key, end: one.key_end.as_deref() };
                vec![Step::DeleteElements(set, vec![slot]), step.clone()]
            }
            many => many.iter().map(|element| Step::NewElements(set, vec![*element])).collect(),
        }),
        _ => None,
    }
}

impl fmt::Display for Step<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Step::DeleteTable(name) => write!(f, "delete table ip {name}"),
            Step::NewTable(table) => write!(f, "add {table}"),
            Step::NewChain(chain) => write!(f, "add chain ip {} {}", chain.table, chain.name),
            Step::Flush(table, name) => write!(f, "flush chain ip {table} {name}"),
            Step::DeleteElements(set, slots) => {
                write!(f, "delete {} elements of set ip {} {}", slots.len(), set.table, set.name)
            }
            Step::DeleteSet(table, name) => write!(f, "delete set ip {table} {name}"),
            Step::DeleteChain(table, name) => write!(f, "delete chain ip {table} {name}"),
            Step::NewSet(set) => write!(f, "add {set}"),
            Step::NewElements(_, elements) => match &elements[..] {
                [one] => write!(f, "add {one}"),
                [first, ..] => write!(f, "add {} elements beginning with {first}", elements.len()),
                [] => f.write_str("add nothing"),
            },
            Step::NewRule(chain, rule) => write!(f, "add rule ip {} {} {rule}", chain.table, chain.name),
        }
    }
}
