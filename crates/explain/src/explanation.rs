//! The answer: every way that packets may take, what is on it, and all that stops them.

use std::collections::BTreeSet;
use std::fmt::{self, Display, Formatter};
use std::net::Ipv4Addr;

use serde::Serialize;

use crate::mend::Entry;
use crate::{Code, Ground, Question, paste};

/// How many ways are printed for people; all of them are in the JSON.
const PRINTED: usize = 6;

/// Why A can or cannot reach B.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// Who sends.
    pub source: String,
    /// To whom.
    pub destination: String,
    /// What it comes to.
    pub verdict: Verdict,
    /// Everything that is in the way on any of the ways, once, and what refuses the calls that arrive.
    pub blockers: Vec<Blocker>,
    /// One for each address and each target that a connection may go to.
    pub ways: Vec<Way>,
    /// The addresses that the source would send to.
    pub addresses: Vec<Ipv4Addr>,
    /// What becomes of questions for the destination, where that is a name.
    pub answered: Option<Verdict>,
    /// The account that asks: before commands for another one the shell becomes that, and after them the asker's again.
    #[serde(skip)]
    account: Option<String>,
    /// What `underpass env` must be told besides the account.
    #[serde(skip)]
    env: String,
    /// The blockers that need nothing after the commands of those before them.
    #[serde(skip)]
    mended_before: BTreeSet<usize>,
}

/// What an explanation comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Every connection passes.
    Allowed,
    /// Every connection passes, and what is asked for over it is refused.
    Refused,
    /// Some connections pass and some do not, as addresses and targets are picked.
    Partly,
    /// No connection passes.
    Denied,
}

/// One way to the destination.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Way {
    /// What the packets meet, in order.
    pub hops: Vec<Hop>,
    /// What stops them; nothing when they arrive.
    pub blockers: Vec<Blocker>,
    /// What refuses the calls that arrive over them.
    pub refusals: Vec<Blocker>,
    /// Whether the source's resolver has the name that the destination is; none where it is none.
    #[serde(skip)]
    pub answered: Option<bool>,
    /// The address that they leave their source with.
    #[serde(skip)]
    pub from: Option<Ipv4Addr>,
    /// How they arrive, where the way has an end.
    #[serde(skip)]
    pub arrival: Option<Arrival>,
}

/// Packets as they arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// The address that they show.
    pub from: Ipv4Addr,
    /// The address that they have come to.
    pub to: Ipv4Addr,
    /// The port that they have come to.
    pub port: u16,
}

/// Something that packets meet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Hop {
    /// The resource.
    pub component: String,
    /// What it does with them.
    pub does: String,
    /// Whether it lets them on.
    pub passes: bool,
    /// What makes it do otherwise, where it passes bytes that programs may not expect.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub otherwise: Vec<Fix>,
    /// The rule by which it does.
    #[serde(skip)]
    pub ground: Option<Ground>,
    /// The rule by which it does the same with the answers, where that is another.
    #[serde(skip)]
    pub back: Option<Ground>,
}

/// Something that stops packets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Blocker {
    /// The kind of fault.
    pub code: Code,
    /// The resource.
    pub component: String,
    /// What is wrong, in a sentence.
    pub problem: String,
    /// What mends it; nothing when no command does. Among [`Explanation::blockers`], what those before it have made is not made
    /// again.
    pub fixes: Vec<Fix>,
    /// The rule that stops them.
    #[serde(skip)]
    pub ground: Option<Ground>,
}

/// A command that mends something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fix {
    /// The account that must run it.
    pub account: String,
    /// The command.
    pub command: String,
    /// What it is, where the commands before it decide how it is written.
    #[serde(skip)]
    pub(crate) entry: Option<Entry>,
}

impl Explanation {
    pub(crate) fn new(question: &Question, addresses: Vec<Ipv4Addr>, ways: Vec<Way>) -> Self {
        let mut blockers: Vec<Blocker> = Vec::new();
        for blocker in ways.iter().flat_map(|way| way.blockers.iter().chain(&way.refusals)) {
            if !blockers.contains(blocker) {
                blockers.push(blocker.clone());
            }
        }
        let mended_before = paste::once(&mut blockers);
        let open = ways.iter().filter(|way| way.blockers.is_empty()).count();
        let verdict = match open {
            0 => Verdict::Denied,
            _ if open == ways.len() && ways.iter().any(|way| !way.refusals.is_empty()) => Verdict::Refused,
            _ if open == ways.len() => Verdict::Allowed,
            _ => Verdict::Partly,
        };
        let answered: Vec<bool> = ways.iter().filter_map(|way| way.answered).collect();
        let answered = answered.first().map(|first| match answered.iter().all(|other| other == first) {
            true if *first => Verdict::Allowed,
            true => Verdict::Denied,
            false => Verdict::Partly,
        });
        let (source, destination) = (question.source.to_string(), format!("{} {}", question.destination, question.packet));
        Self {
            source,
            destination,
            verdict,
            blockers,
            ways,
            addresses,
            answered,
            account: question.account.clone(),
            env: String::new(),
            mended_before,
        }
    }
}

impl Display for Explanation {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let open = self.ways.iter().filter(|way| way.blockers.is_empty()).count();
        write!(f, "{} to {}: ", self.source, self.destination)?;
        match self.verdict {
            Verdict::Allowed => f.write_str("allowed")?,
            Verdict::Refused => f.write_str("packets pass, and calls are refused")?,
            Verdict::Denied => f.write_str("denied")?,
            Verdict::Partly => write!(f, "allowed on {open} of {} ways", self.ways.len())?,
        }
        for way in self.ways.iter().take(PRINTED) {
            f.write_str("\n")?;
            for hop in &way.hops {
                write!(f, "\n  {hop}")?;
                if !hop.otherwise.is_empty() {
                    f.write_str("\n      # changed by:")?;
                }
                self.commands(f, "      ", &hop.otherwise)?;
            }
        }
        if self.ways.len() > PRINTED {
            write!(f, "\n\n  and {} more ways", self.ways.len() - PRINTED)?;
        }
        for (n, blocker) in self.blockers.iter().enumerate() {
            write!(f, "\n\n{}. {} {}: {}", n + 1, blocker.code, blocker.component, blocker.problem)?;
            if self.mended_before.contains(&n) {
                f.write_str("\n   # mended by the commands above")?;
            }
            self.commands(f, "   ", &blocker.fixes)?;
        }
        Ok(())
    }
}

impl Explanation {
    /// The same with more options for `underpass env`, which leads the shell that commands are pasted into from account to account.
    #[must_use]
    pub fn with_env(self, options: &str) -> Self {
        Self { env: options.to_owned(), ..self }
    }

    /// Commands as they can be pasted into a shell of the account that asks, which it is again after them.
    fn commands(&self, f: &mut Formatter<'_>, indent: &str, fixes: &[Fix]) -> fmt::Result {
        let mut current = self.account.as_ref();
        for fix in fixes {
            self.shell(f, indent, &mut current, &fix.account)?;
            write!(f, "\n{indent}{}", fix.command)?;
        }
        self.account.iter().try_for_each(|own| self.shell(f, indent, &mut current, own))
    }

    /// Makes a shell of one account one of another.
    fn shell<'a>(
        &self,
        f: &mut Formatter<'_>,
        indent: &str,
        current: &mut Option<&'a String>,
        account: &'a String,
    ) -> fmt::Result {
        if current.is_none_or(|current| current == account) {
            return Ok(());
        }
        *current = Some(account);
        write!(f, "\n{indent}eval \"$(underpass env --account {account}{})\"", self.env)
    }
}

impl Display for Hop {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mark = if self.passes { "+" } else { "x" };
        write!(f, "{mark} {} {}", self.component, self.does)
    }
}
