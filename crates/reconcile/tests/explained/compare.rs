//! Holds what is explained against what packets do.

use std::net::Ipv4Addr;
use std::thread;
use std::time::Duration;

use explain::{Blocker, Code, Explanation, Question, Verdict, explain};
use kernel::Netlink;

use crate::cloud::Cloud;
use crate::probe::{look_up, passes};
use crate::random::{Asked, Protocol};

/// How long nothing must come for it to be silence.
const SILENCE: Duration = Duration::from_millis(400);
/// How many connections find every target of a balancer, as good as surely.
const MANY: u16 = 40;
/// The ports that clients have, which are Linux's own: the first and the last, of which each question has some for itself.
const CLIENTS: (u16, u16) = (32768, 60999);
const EACH: u16 = MANY + 4;
/// All of them, in the words of an explanation.
const ALL_CLIENTS: &str = "32768-60999";

/// What is said of a question: an explanation, or that the name means nothing.
pub struct Told<'a> {
    pub asked: &'a Asked,
    pub explanation: Option<Explanation>,
}

pub fn told<'a>(cloud: &Cloud<Netlink>, asked: &'a Asked) -> Told<'a> {
    let question = Question::parse(&asked.source, &format!("{}:{}", asked.to, asked.port), asked.protocol.as_str()).unwrap();
    Told { asked, explanation: explain(&cloud.snapshot(), &question).ok() }
}

impl Told<'_> {
    pub fn verdict(&self) -> Option<Verdict> {
        self.explanation.as_ref().map(|explanation| explanation.verdict)
    }

    /// What is wrong, when the packets do not what was said of them.
    /// What should come is waited for with `patience`.
    pub fn compare(&self, kernel: &Netlink, patience: Duration) -> Option<String> {
        let Self { asked, explanation } = self;
        if explanation.as_ref().is_some_and(|explanation| explanation.answered == Some(Verdict::Partly)) {
            // Which of the questions are lost is up to chance.
            return None;
        }
        let wanted = self.addresses();
        if asked.to.parse::<Ipv4Addr>().is_err() {
            let found = look_up(kernel, &asked.namespace, &asked.to, if wanted.is_empty() { SILENCE } else { patience });
            if found != wanted {
                let said = explanation.as_ref().map_or("the name does not exist".to_owned(), ToString::to_string);
                return Some(format!("the resolver answers {found:?} and not {wanted:?} {asked}\n{said}"));
            }
        }
        let explanation = explanation.as_ref()?;
        let agrees = wanted.is_empty() || self.agrees(kernel, explanation, &wanted, patience);
        (!agrees).then(|| format!("packets disagree {asked} with\n{explanation}"))
    }

    /// The addresses that packets go to. What a resolver does not answer for has none.
    fn addresses(&self) -> Vec<Ipv4Addr> {
        let known = |explanation: &&Explanation| explanation.answered.is_none_or(|answered| answered == Verdict::Allowed);
        let mut addresses = self.explanation.as_ref().filter(known).map(|found| found.addresses.clone()).unwrap_or_default();
        addresses.sort();
        addresses
    }

    fn agrees(&self, kernel: &Netlink, explanation: &Explanation, to: &[Ipv4Addr], patience: Duration) -> bool {
        // What appliances of users make of answers is theirs; ours take their own, when those are led back to them, for questions.
        let unknown =
            |does: &str| does.contains("answers") && ["not known", "back to itself"].iter().any(|end| does.contains(end));
        if explanation.ways.iter().flat_map(|way| &way.hops).any(|hop| unknown(&hop.does)) {
            return true;
        }
        match explanation.verdict {
            Verdict::Allowed | Verdict::Refused => self.met(kernel, to, 1, patience).iter().all(|met| *met),
            Verdict::Denied if explanation.ways.iter().any(|way| way.blockers.iter().all(porous)) => {
                self.met(kernel, to, 1, SILENCE).contains(&false)
            }
            Verdict::Denied => !self.met(kernel, to, 1, SILENCE).contains(&true),
            Verdict::Partly => {
                let met = self.met(kernel, to, MANY / 2, SILENCE);
                met.contains(&true) && met.contains(&false)
            }
        }
    }

    /// What comes of some tries to each address from the first ports of clients, and as many from the last.
    fn met(&self, kernel: &Netlink, to: &[Ipv4Addr], times: u16, patience: Duration) -> Vec<bool> {
        let asked = self.asked;
        let times = if asked.protocol == Protocol::Ping { 1 } else { times };
        let own = EACH * asked.number;
        let ports = (0..times).flat_map(|n| [CLIENTS.0 + own + n, CLIENTS.1 - own - n]);
        let ports: Vec<u16> = ports.take(if asked.protocol == Protocol::Ping { 1 } else { usize::MAX }).collect();
        thread::scope(|scope| {
            let tries = to.iter().flat_map(|to| ports.iter().map(move |from| (*to, *from)));
            let tries: Vec<_> = tries.map(|(to, from)| scope.spawn(move || passes(kernel, asked, to, from, patience))).collect();
            tries.into_iter().map(|one| one.join().unwrap()).collect()
        })
    }
}

/// Whether it stops answers to some ports of clients only.
fn porous(blocker: &Blocker) -> bool {
    blocker.code == Code::Acl && blocker.problem.contains("the answers, ") && !blocker.problem.contains(ALL_CLIENTS)
}
