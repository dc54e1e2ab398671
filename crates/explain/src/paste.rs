//! Commands as they are pasted, one after the other into one shell: what one has done is not done again, and a number is given
//! out once.

use std::collections::{BTreeMap, BTreeSet};

use crate::explanation::{Blocker, Fix};
use crate::mend::Entry;

/// Leaves of the commands of blockers those that are left to do when all before them have been run. Answers which blockers have
/// none left.
pub(crate) fn once(blockers: &mut [Blocker]) -> BTreeSet<usize> {
    let mut pasted = Pasted::default();
    let mut done = BTreeSet::new();
    for (n, blocker) in blockers.iter_mut().enumerate() {
        let all = std::mem::take(&mut blocker.fixes);
        let had_any = !all.is_empty();
        blocker.fixes = pasted.rest_of(all);
        done.extend((had_any && blocker.fixes.is_empty()).then_some(n));
    }
    done
}

/// What the shell has run.
#[derive(Default)]
struct Pasted {
    commands: Vec<Fix>,
    /// What each variable was last set by, and what came next: two things that are made alike are one only if they are used alike.
    variables: BTreeMap<String, (Fix, Option<Fix>)>,
    /// The entries that ACLs were given, and their numbers.
    entries: Vec<(Entry, u16)>,
}

impl Pasted {
    fn rest_of(&mut self, fixes: Vec<Fix>) -> Vec<Fix> {
        let mut rest = Vec::new();
        let mut fixes = fixes.into_iter().peekable();
        while let Some(fix) = fixes.next() {
            let next = fixes.peek().cloned();
            let variable = fix.command.split_once("=$(").map(|(variable, _)| variable.to_owned());
            rest.extend(match (variable, fix.entry.clone()) {
                (Some(variable), _) => self.set(&variable, fix, next),
                (None, Some(entry)) => self.numbered(&entry, fix),
                (None, None) => self.is_new(&fix).then_some(fix),
            });
        }
        // One blocker's commands may undo and do again.
        self.commands.extend(rest.iter().cloned());
        rest
    }

    fn is_new(&self, fix: &Fix) -> bool {
        !self.commands.contains(fix)
    }

    fn set(&mut self, variable: &str, fix: Fix, next: Option<Fix>) -> Option<Fix> {
        let made = (fix.clone(), next);
        if self.variables.get(variable) == Some(&made) {
            return None;
        }
        // What was done with the old value is to be done with the new one too.
        let stays =
            |fix: &Fix| !fix.command.contains(&format!("${variable}")) && !fix.command.contains(&format!("${{{variable}"));
        self.commands.retain(stays);
        self.variables.retain(|_, (by, _)| stays(by));
        self.variables.insert(variable.to_owned(), made);
        Some(fix)
    }

    fn numbered(&mut self, entry: &Entry, fix: Fix) -> Option<Fix> {
        if self.entries.iter().any(|(known, _)| known.is_for_the_same(entry)) {
            return None;
        }
        let given: Vec<u16> =
            self.entries.iter().filter(|(known, _)| known.is_beside(entry)).map(|(_, number)| *number).collect();
        self.entries.extend(entry.number(&given).map(|number| (entry.clone(), number)));
        Some(Fix { command: entry.command(&given), ..fix }).filter(|fix| self.is_new(fix))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Code;
    use crate::mend::run;

    fn rest(blockers: &[&[&str]]) -> Vec<Vec<String>> {
        let blocker = |commands: &&[&str]| Blocker {
            code: Code::NoRoute,
            component: String::new(),
            problem: String::new(),
            fixes: commands.iter().map(|command| run("111111111111", *command)).collect(),
            ground: None,
        };
        let mut blockers: Vec<Blocker> = blockers.iter().map(blocker).collect();
        once(&mut blockers);
        blockers.into_iter().map(|blocker| blocker.fixes.into_iter().map(|fix| fix.command).collect()).collect()
    }

    #[test]
    fn the_first_that_needs_a_command_keeps_it() {
        assert_eq!(
            rest(&[&["accept", "route a"], &["accept"], &["accept", "route b"]]),
            [vec!["accept", "route a"], vec![], vec!["route b"]]
        );
    }

    #[test]
    fn what_is_made_alike_and_used_alike_is_made_once() {
        let (gateway, address) = ("IGW=$(create)", "EIP=$(allocate)");
        let kept = rest(&[
            &[gateway, "attach $IGW"],
            &[gateway, "attach $IGW", "route $IGW"],
            &[address, "give $EIP a"],
            &[address, "give $EIP b"],
        ]);
        assert_eq!(kept[1], ["route $IGW"]);
        assert_eq!(kept[3], [address, "give $EIP b"]);
    }

    #[test]
    fn what_was_done_with_a_variable_is_done_again_when_it_is_another() {
        let then = ["SERVICE=$(offer $NLB)", "use $SERVICE"];
        let kept = rest(&[&["NLB=$(create a)", then[0], then[1]], &["NLB=$(create b)", then[0], then[1]]]);
        assert_eq!(kept[1], ["NLB=$(create b)", then[0], then[1]]);
    }
}
