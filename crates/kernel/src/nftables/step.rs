//! Orders nftables changes as the steps of one transaction, purely, and mends the steps when the kernel objects.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::nft::{Chain, Element, Rule, Rules, Set, Table, Timeout, Value};
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
    DeleteElements(&'a Set, Vec<&'a [Value]>),
    DeleteSet(&'a str, &'a str),
    DeleteChain(&'a str, &'a str),
    NewSet(&'a Set),
    NewTimeout(&'a Timeout),
    DeleteTimeout(&'a str, &'a str),
    NewElements(&'a Set, Vec<&'a Element>),
    NewRule(&'a Chain, &'a Rule),
}

/// How sets look, by table and name.
pub(super) struct KnownSets(pub(super) BTreeMap<(String, String), Set>);

/// The sets whose elements change without the set itself being made: the kernel must be asked how they look.
pub(super) fn sets_to_ask<'a>(changes: &[&'a Change]) -> BTreeSet<(&'a str, &'a str)> {
    let mut asked = BTreeSet::new();
    for change in changes {
        match change {
            Change::Remove(Key::Element(table, set, ..)) => {
                asked.insert((table.as_str(), set.as_str()));
            }
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
    made_chains: BTreeSet<(&'a str, &'a str)>,
    before: Vec<Step<'a>>,
    chains: Vec<Step<'a>>,
    flushes: Vec<Step<'a>>,
    elements_out: BTreeMap<(&'a str, &'a str), (&'a Set, Vec<&'a [Value]>)>,
    sets_out: Vec<Step<'a>>,
    chains_out: Vec<Step<'a>>,
    timeouts_out: Vec<Step<'a>>,
    timeouts: Vec<Step<'a>>,
    sets: Vec<Step<'a>>,
    elements: BTreeMap<(&'a str, &'a str), (&'a Set, Vec<&'a Element>)>,
    rules: Vec<Step<'a>>,
}

impl<'a> Plan<'a> {
    /// Notes what the other changes must know: which sets are made, and which sets and tables go with all they hold.
    fn note(&mut self, change: &'a Change) {
        match change {
            Change::Add(Object::Set(set)) => {
                self.made.insert((&set.table, &set.name), set);
            }
            Change::Replace(Object::Set(set)) => {
                self.made.insert((&set.table, &set.name), set);
                self.gone.insert((&set.table, &set.name));
            }
            Change::Remove(Key::Set(table, name)) => {
                self.gone.insert((table, name));
            }
            Change::Add(Object::Chain(chain)) | Change::Replace(Object::Chain(chain)) => {
                self.made_chains.insert((&chain.table, &chain.name));
            }
            Change::Remove(Key::Table(name)) => {
                self.gone_tables.insert(name);
            }
            _ => {}
        }
    }

    fn place(&mut self, change: &'a Change, known: &'a KnownSets) -> Result<(), &'a Change> {
        match change {
            Change::Remove(key) => self.place_removal(key, known),
            Change::Add(object) | Change::Replace(object) => match object {
                Object::Table(table) => self.before.push(Step::NewTable(table)),
                Object::Chain(chain) => self.place_chain(chain),
                Object::Timeout(timeout) => {
                    if matches!(change, Change::Replace(_)) {
                        self.timeouts_out.push(Step::DeleteTimeout(&timeout.table, &timeout.name));
                    }
                    self.timeouts.push(Step::NewTimeout(timeout));
                }
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
                        self.remove_element(name, set, &element.key);
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
            Key::Chain(table, _) | Key::Set(table, _) | Key::Timeout(table, _) | Key::Element(table, ..)
                if self.gone_tables.contains(table.as_str()) => {}
            // A chain that goes and comes again goes first.
            Key::Chain(table, name) if self.made_chains.contains(&(table.as_str(), name.as_str())) => {
                self.before.extend([Step::Flush(table, name), Step::DeleteChain(table, name)]);
            }
            Key::Chain(table, name) => {
                self.flushes.push(Step::Flush(table, name));
                self.chains_out.push(Step::DeleteChain(table, name));
            }
            Key::Timeout(table, name) => self.timeouts_out.push(Step::DeleteTimeout(table, name)),
            Key::Set(table, name) => self.sets_out.push(Step::DeleteSet(table, name)),
            Key::Element(table, set, key) => {
                let name = (table.as_str(), set.as_str());
                if let Some(set) = self.set(name, known) {
                    self.remove_element(name, set, key);
                }
            }
            _ => {}
        }
    }

    fn remove_element(&mut self, name: (&'a str, &'a str), set: &'a Set, key: &'a [Value]) {
        if !self.gone.contains(&name) {
            self.elements_out.entry(name).or_insert_with(|| (set, Vec::new())).1.push(key);
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
        steps.extend(self.timeouts_out);
        steps.extend(self.timeouts);
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
        Step::DeleteTable(_) | Step::Flush(..) | Step::DeleteSet(..) | Step::DeleteChain(..) | Step::DeleteTimeout(..)
            if absent =>
        {
            Some(Vec::new())
        }
        Step::DeleteElements(set, keys) if absent => Some(match &keys[..] {
            [_] => Vec::new(),
            many => many.iter().map(|key| Step::DeleteElements(set, vec![*key])).collect(),
        }),
        Step::NewChain(chain) if different => {
            let (table, name) = (chain.table.as_str(), chain.name.as_str());
            Some(vec![Step::Flush(table, name), Step::DeleteChain(table, name), step.clone()])
        }
        Step::NewElements(set, elements) if different => Some(match &elements[..] {
            [one] => vec![Step::DeleteElements(set, vec![&one.key]), step.clone()],
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
            Step::DeleteElements(set, keys) => {
                write!(f, "delete {} elements of set ip {} {}", keys.len(), set.table, set.name)
            }
            Step::DeleteSet(table, name) => write!(f, "delete set ip {table} {name}"),
            Step::DeleteChain(table, name) => write!(f, "delete chain ip {table} {name}"),
            Step::NewSet(set) => write!(f, "add {set}"),
            Step::NewTimeout(timeout) => write!(f, "add {timeout}"),
            Step::DeleteTimeout(table, name) => write!(f, "delete ct timeout ip {table} {name}"),
            Step::NewElements(_, elements) => match &elements[..] {
                [one] => write!(f, "add {one}"),
                [first, ..] => write!(f, "add {} elements beginning with {first}", elements.len()),
                [] => f.write_str("add nothing"),
            },
            Step::NewRule(chain, rule) => {
                write!(f, "add rule ip {} {} {rule}", chain.table, chain.name)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nft::{Action, Data, SetData, Type, Verdict};

    fn set(name: &str) -> Set {
        Set { table: "t".into(), name: name.into(), key: vec![Type::Port], data: SetData::None }
    }

    fn element(set: &str, port: u16) -> Element {
        Element { table: "t".into(), set: set.into(), key: vec![Value::Port(port)], data: Data::None }
    }

    fn chain(name: &str) -> Object {
        let rules = Rules::Listed(vec![Rule::new([], [Action::Verdict(Verdict::Drop)])]);
        Object::Chain(Chain { table: "t".into(), name: name.into(), hook: None, rules })
    }

    fn element_key(set: &str, port: u16) -> Key {
        Key::Element("t".into(), set.into(), vec![Value::Port(port)])
    }

    fn known(names: &[&str]) -> KnownSets {
        KnownSets(names.iter().map(|name| (("t".to_owned(), (*name).to_owned()), set(name))).collect())
    }

    fn shown(changes: &[Change], known: &KnownSets) -> String {
        let changes: Vec<&Change> = changes.iter().collect();
        let steps = steps(&changes, known).expect("every set is known");
        steps.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn rules_and_elements_go_before_what_they_point_to_and_come_after_it() {
        let changes = [
            Change::Replace(chain("kept")),
            Change::Add(Object::Element(element("new", 1))),
            Change::Remove(Key::Chain("t".into(), "old".into())),
            Change::Remove(Key::Set("t".into(), "gone".into())),
            Change::Remove(element_key("there", 2)),
            Change::Add(Object::Set(set("new"))),
            Change::Add(Object::Table(Table { name: "t".into() })),
        ];
        insta::assert_snapshot!(shown(&changes, &known(&["there"])), @"
        add table ip t
        add chain ip t kept
        flush chain ip t kept
        flush chain ip t old
        delete 1 elements of set ip t there
        delete set ip t gone
        delete chain ip t old
        add set ip t new { type inet_service; }
        add element ip t new { 1 }
        add rule ip t kept drop
        ");
    }

    #[test]
    fn what_goes_with_its_set_or_table_is_not_removed_by_itself() {
        let with_set = [Change::Remove(element_key("s", 1)), Change::Remove(Key::Set("t".into(), "s".into()))];
        assert_eq!(shown(&with_set, &known(&["s"])), "delete set ip t s");
        let anew = [Change::Replace(Object::Set(set("s"))), Change::Replace(Object::Element(element("s", 1)))];
        insta::assert_snapshot!(shown(&anew, &known(&[])), @"
        delete set ip t s
        add set ip t s { type inet_service; }
        add element ip t s { 1 }
        ");
        let with_table = [
            Change::Remove(element_key("s", 1)),
            Change::Remove(Key::Chain("t".into(), "c".into())),
            Change::Remove(Key::Table("t".into())),
        ];
        assert_eq!(shown(&with_table, &known(&["s"])), "delete table ip t");
    }

    #[test]
    fn a_chain_that_goes_and_comes_goes_first() {
        let changes = [Change::Remove(Key::Chain("t".into(), "c".into())), Change::Add(chain("c"))];
        insta::assert_snapshot!(shown(&changes, &known(&[])), @"
        flush chain ip t c
        delete chain ip t c
        add chain ip t c
        flush chain ip t c
        add rule ip t c drop
        ");
    }

    #[test]
    fn many_elements_fill_several_messages() {
        let changes: Vec<Change> = (0..600).map(|port| Change::Add(Object::Element(element("s", port)))).collect();
        let refs: Vec<&Change> = changes.iter().collect();
        let known = known(&["s"]);
        let steps = steps(&refs, &known).expect("the set is known");
        let sizes = steps.iter().map(|step| if let Step::NewElements(_, some) = step { some.len() } else { 0 });
        assert_eq!(sizes.collect::<Vec<_>>(), [256, 256, 88]);
    }

    #[test]
    fn only_sets_that_are_not_made_are_asked_for() {
        let changes = [
            Change::Add(Object::Element(element("made", 1))),
            Change::Add(Object::Set(set("made"))),
            Change::Replace(Object::Element(element("there", 1))),
            Change::Remove(element_key("also", 1)),
        ];
        let refs: Vec<&Change> = changes.iter().collect();
        assert_eq!(sets_to_ask(&refs).into_iter().collect::<Vec<_>>(), [("t", "also"), ("t", "there")]);
    }

    #[test]
    fn an_element_for_a_set_that_is_nowhere_is_an_error_and_its_removal_is_not() {
        let (add, remove) = (Change::Add(Object::Element(element("s", 1))), Change::Remove(element_key("s", 1)));
        let none = known(&[]);
        assert_eq!(steps(&[&add], &none), Err(&add));
        assert_eq!(steps(&[&remove], &none), Ok(vec![]));
    }

    #[test]
    fn absent_things_need_not_be_removed_and_different_ones_are_made_anew() {
        let set = set("s");
        let elements = [element("s", 1), element("s", 2)];
        let steps = [Step::DeleteChain("t", "c"), Step::NewElements(&set, elements.iter().collect()), Step::NewSet(&set)];
        let refused = |index, errno| BTreeMap::from([(index, errno)]);
        assert_eq!(mend(&steps, &refused(0, libc::ENOENT)), Some(steps[1..].to_vec()));
        assert_eq!(mend(&steps, &refused(2, libc::EEXIST)), None);
        assert_eq!(mend(&steps, &refused(0, libc::EBUSY)), None);
        let split = mend(&steps, &refused(1, libc::EEXIST)).expect("elements are split");
        assert_eq!(split[1..3], [Step::NewElements(&set, vec![&elements[0]]), Step::NewElements(&set, vec![&elements[1]])]);
        let anew = mend(&split, &refused(2, libc::EEXIST)).expect("an element is made anew");
        assert!(matches!(&anew[2], Step::DeleteElements(_, slots) if slots.len() == 1));
        assert_eq!(anew[3], split[2]);
        let gone = mend(&anew, &refused(2, libc::ENOENT)).expect("an element that is gone is not removed");
        assert_eq!(gone, split);
    }
}
