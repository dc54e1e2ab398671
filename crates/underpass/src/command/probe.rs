//! `underpass explain --probe`: asks for the name and sends a real packet where the explanation speaks of one, and compares.

use std::error::Error;
use std::fmt::{self, Display, Formatter};
use std::net::{Ipv4Addr, SocketAddrV4};
use std::thread;
use std::time::Duration;

use dataplane::Namespace;
use dataplane::dns::{self, Told};
use dataplane::probe::{Outcome, Probe};
use serde_json::{Value, json};

use super::exec::Visit;
use crate::client::Client;

/// How long an answer may take that should come.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long nothing must come for it to be silence.
const SILENCE: Duration = Duration::from_secs(1);
/// How many packets find every target of a balancer, as good as surely.
const MANY: usize = 40;
/// How many of them are on their way to an address at once: as many as listeners with the shortest queues take.
const AT_ONCE: usize = 4;

/// What the packets did, beside what was said of them.
#[derive(Default)]
pub(super) struct Tried {
    /// What was answered for the destination, where it is a name.
    pub asked: Option<Asked>,
    /// Each address that was tried, and what came back.
    pub found: Vec<(Ipv4Addr, Outcome)>,
    /// Whether that is what the explanation says; nothing when packets cannot tell.
    pub agrees: Option<bool>,
    /// Why nothing was sent.
    pub unsent: Option<String>,
}

/// A name that was asked for.
#[derive(Clone)]
pub(super) struct Asked {
    name: String,
    /// Who was asked last, and what came back; nothing where there is no resolver.
    told: Option<(Ipv4Addr, Told)>,
    /// Whether that is what the explanation says; nothing when one question cannot tell.
    agrees: Option<bool>,
}

/// What is sent.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    Tcp(u16),
    Udp(u16),
    Echo,
}

/// Sends what `answer` speaks of. A subnet as source gets a program's interface, which goes afterwards.
pub(super) fn probe(client: &Client, source: &str, answer: &Value, kind: Kind) -> Result<Tried, Box<dyn Error>> {
    let explanation = &answer["explanation"];
    let addresses: Vec<Ipv4Addr> = serde_json::from_value(explanation["addresses"].clone())?;
    if addresses.is_empty() && answer["name"].is_null() {
        return Ok(Tried::nothing(format!("{} has no address for {source}", text(&explanation["destination"]))));
    }
    if source.starts_with("subnet-") {
        let (subnet, groups) = source.split_once('+').unwrap_or((source, ""));
        let groups: Vec<&str> = groups.split(',').filter(|group| !group.is_empty()).collect();
        let visit = Visit::of(client, subnet, &groups)?;
        let from = text(&visit.place["privateIpAddress"]).parse()?;
        return Origin::of(&visit.place, from)?.try_all(answer, &addresses, kind);
    }
    match &answer["origin"] {
        Value::Null => Ok(Tried::nothing(format!("{source} is no place where a program runs now"))),
        origin => Origin::of(origin, text(&origin["address"]).parse()?)?.try_all(answer, &addresses, kind),
    }
}

/// Where a program would send from.
struct Origin {
    place: Namespace,
    from: Ipv4Addr,
    resolvers: Vec<Ipv4Addr>,
}

impl Origin {
    fn of(told: &Value, from: Ipv4Addr) -> Result<Self, Box<dyn Error>> {
        let netns = text(&told["netns"]);
        let place = Namespace::open(&netns).map_err(|e| format!("cannot enter {netns}: {e}"))?;
        let file = text(&told["resolvConf"]);
        let resolvers = file.lines().filter_map(|line| line.strip_prefix("nameserver ")?.parse().ok()).collect();
        Ok(Self { place, from, resolvers })
    }

    /// Looks the name up, if there is one, and sends packets to its addresses if it leads there.
    fn try_all(&self, answer: &Value, addresses: &[Ipv4Addr], kind: Kind) -> Result<Tried, Box<dyn Error>> {
        let explanation = &answer["explanation"];
        let asked = match answer["name"].as_str() {
            Some(name) => Some(self.look_up(name, explanation, addresses)?),
            None => None,
        };
        let leads_there = explanation["answered"].is_null() || explanation["answered"] == "allowed";
        if let Some(asked) = asked.as_ref().filter(|asked| !leads_there || asked.agrees != Some(true)) {
            let agrees = asked.agrees;
            return Ok(Tried { asked: Some(asked.clone()), agrees, ..Tried::default() });
        }
        Ok(Tried { asked, ..try_all(self, addresses, kind, &text(&explanation["verdict"]))? })
    }

    fn look_up(&self, name: &str, explanation: &Value, addresses: &[Ipv4Addr]) -> Result<Asked, Box<dyn Error>> {
        let told = dns::ask(&self.place, self.from, &self.resolvers, &name.parse()?, PATIENCE);
        let told = told.map_err(|e| format!("no question can be sent from {}: {e}", self.from))?;
        let blockers = explanation["blockers"].as_array();
        let strangers = blockers.is_some_and(|all| all.iter().any(|blocker| blocker["code"] == "DHCP_OPTIONS_RESOLVER"));
        let agrees = answers(&text(&explanation["answered"]), strangers, told.as_ref().map(|(_, told)| told), addresses);
        Ok(Asked { name: name.to_owned(), told, agrees })
    }
}

/// Whether a resolver answered what was said of it. What strangers know is not said, nor which of several questions is lost.
fn answers(said: &str, strangers: bool, told: Option<&Told>, addresses: &[Ipv4Addr]) -> Option<bool> {
    match (said, told) {
        ("allowed", Some(Told::Addresses(found))) => Some(found.iter().any(|address| addresses.contains(address))),
        ("allowed", _) => Some(false),
        ("denied", Some(Told::Addresses(_))) => (!strangers).then_some(false),
        ("denied", _) => Some(true),
        _ => None,
    }
}

/// Tries every address as the verdict asks: once where all or none should pass, until some have and some have not where only
/// some do.
fn try_all(origin: &Origin, addresses: &[Ipv4Addr], kind: Kind, verdict: &str) -> Result<Tried, Box<dyn Error>> {
    let Origin { place, from, .. } = origin;
    let (rounds, at_once, patience) = match verdict {
        "allowed" | "refused" => (1, 1, PATIENCE),
        "denied" => (1, 1, SILENCE),
        _ => (MANY / AT_ONCE, AT_ONCE, SILENCE),
    };
    let all: Vec<Ipv4Addr> = addresses.iter().flat_map(|to| std::iter::repeat_n(*to, at_once)).collect();
    let mut found = Vec::new();
    for _ in 0..rounds {
        let round = together(place, *from, &all, kind, patience);
        found.extend(round.map_err(|e| format!("no packet can be sent from {from}: {e}"))?);
        let arrived = found.iter().filter(|(_, outcome)| outcome.arrived()).count();
        if arrived > 0 && arrived < found.len() {
            break;
        }
    }
    let agrees = agrees(verdict, kind, &found.iter().map(|(_, outcome)| *outcome).collect::<Vec<_>>());
    Ok(Tried { found: told(addresses, &found), agrees, ..Tried::default() })
}

/// Sends a packet to each of `all` at once.
fn together(
    place: &Namespace,
    from: Ipv4Addr,
    all: &[Ipv4Addr],
    kind: Kind,
    patience: Duration,
) -> std::io::Result<Vec<(Ipv4Addr, Outcome)>> {
    thread::scope(|scope| {
        let send = |to: &Ipv4Addr| {
            let probe = kind.to(*to);
            (*to, scope.spawn(move || probe.send(place, from, patience)))
        };
        let sent: Vec<_> = all.iter().map(send).collect();
        let outcome = |thread: thread::ScopedJoinHandle<'_, std::io::Result<Outcome>>| {
            thread.join().map_err(|_| std::io::Error::other("a probe broke off"))?
        };
        sent.into_iter().map(|(to, thread)| Ok((to, outcome(thread)?))).collect()
    })
}

/// What came back from each address, each kind of it once.
fn told(addresses: &[Ipv4Addr], found: &[(Ipv4Addr, Outcome)]) -> Vec<(Ipv4Addr, Outcome)> {
    let mut told = Vec::new();
    for one in addresses.iter().flat_map(|to| found.iter().filter(move |(of, _)| of == to)) {
        if !told.contains(one) {
            told.push(*one);
        }
    }
    told
}

/// Whether packets did what was said of them. That a datagram has no answer does not say that it was lost.
fn agrees(verdict: &str, kind: Kind, found: &[Outcome]) -> Option<bool> {
    let arrived = found.iter().filter(|outcome| outcome.arrived()).count();
    match (verdict, kind) {
        ("denied", _) => Some(arrived == 0),
        ("allowed" | "refused", _) if arrived == found.len() => Some(true),
        ("allowed", Kind::Udp(_)) if found.iter().all(|outcome| *outcome != Outcome::Unreachable) => None,
        ("allowed" | "refused", _) => Some(false),
        (_, Kind::Udp(_)) => None,
        _ => Some(arrived > 0 && arrived < found.len()),
    }
}

impl Kind {
    fn to(self, to: Ipv4Addr) -> Probe {
        match self {
            Self::Tcp(port) => Probe::Tcp(SocketAddrV4::new(to, port)),
            Self::Udp(port) => Probe::Udp(SocketAddrV4::new(to, port)),
            Self::Echo => Probe::Echo(to),
        }
    }
}

impl Tried {
    fn nothing(why: String) -> Self {
        Self { unsent: Some(why), ..Self::default() }
    }

    /// For scripts.
    pub(super) fn json(&self) -> Value {
        let found: Vec<Value> =
            self.found.iter().map(|(to, outcome)| json!({ "address": to, "outcome": word(*outcome) })).collect();
        let name = self.asked.as_ref().map(|asked| json!({ "name": asked.name, "answer": asked.to_string() }));
        json!({ "name": name, "packets": found, "agrees": self.agrees, "unsent": self.unsent })
    }
}

impl Display for Asked {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let name = &self.name;
        match &self.told {
            None => write!(f, "there is no resolver to ask for {name}"),
            Some((resolver, Told::Silence)) => write!(f, "{resolver} does not answer for {name}"),
            Some((resolver, Told::Failure)) => write!(f, "{resolver} fails to answer for {name}"),
            Some((resolver, Told::Nothing)) => write!(f, "{resolver} has no address for {name}"),
            Some((resolver, Told::Addresses(found))) => {
                let found: Vec<String> = found.iter().map(Ipv4Addr::to_string).collect();
                write!(f, "{resolver} answers {} for {name}", found.join(", "))
            }
        }
    }
}

fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Answered => "answered",
        Outcome::Refused => "refused",
        Outcome::Unreachable => "unreachable",
        Outcome::Silence => "silence",
    }
}

impl Display for Tried {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if let Some(why) = &self.unsent {
            return write!(f, "probe: nothing was sent, for {why}");
        }
        if let Some(asked) = &self.asked {
            writeln!(f, "probe: {asked}")?;
        }
        for (to, outcome) in &self.found {
            writeln!(f, "probe: {to} {}", said(*outcome))?;
        }
        if self.found.is_empty() {
            return f.write_str(match self.agrees {
                Some(true) => "probe: the resolver does what is said above, and no packet was sent",
                Some(false) => {
                    "probe: THE RESOLVER DISAGREES with what is said above. Please report this: one of the two is wrong"
                }
                None => "probe: one question proves nothing here, and no packet was sent",
            });
        }
        f.write_str(match self.agrees {
            Some(true) => "probe: packets do what is said above",
            Some(false) => "probe: PACKETS DISAGREE with what is said above. Please report this: one of the two is wrong",
            None => "probe: a datagram without an answer proves nothing",
        })
    }
}

fn said(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Answered => "answers",
        Outcome::Refused => "is reached, and nobody listens there",
        Outcome::Unreachable => "cannot be reached, says somebody on the way",
        Outcome::Silence => "is silent",
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use Outcome::{Answered, Refused, Silence, Unreachable};

    #[test]
    fn what_is_allowed_arrives_and_what_is_denied_does_not() {
        let tcp = Kind::Tcp(80);
        assert_eq!(agrees("allowed", tcp, &[Answered, Refused]), Some(true));
        assert_eq!(agrees("allowed", tcp, &[Answered, Silence]), Some(false));
        assert_eq!(agrees("denied", tcp, &[Silence, Unreachable]), Some(true));
        assert_eq!(agrees("denied", tcp, &[Refused]), Some(false));
        assert_eq!(agrees("refused", tcp, &[Answered]), Some(true), "packets arrive, calls are refused");
        assert_eq!(agrees("refused", tcp, &[Silence]), Some(false));
    }

    #[test]
    fn a_name_is_asked_for_and_leads_where_it_is_said_to() {
        let [a, b] = [1, 2].map(|n| Ipv4Addr::new(10, 0, 0, n));
        let found = Told::Addresses(vec![a]);
        assert_eq!(answers("allowed", false, Some(&found), &[b, a]), Some(true));
        assert_eq!(answers("allowed", false, Some(&found), &[b]), Some(false));
        assert_eq!(answers("allowed", false, Some(&Told::Silence), &[a]), Some(false));
        assert_eq!(answers("denied", false, Some(&Told::Nothing), &[]), Some(true));
        assert_eq!(answers("denied", false, None, &[]), Some(true));
        assert_eq!(answers("denied", false, Some(&found), &[]), Some(false));
        assert_eq!(answers("denied", true, Some(&found), &[]), None, "a resolver that is not ours may know it");
        assert_eq!(answers("partly", false, Some(&Told::Failure), &[a]), None);
    }

    #[test]
    fn each_address_is_told_with_each_outcome_once() {
        let [a, b] = [1, 2].map(|n| Ipv4Addr::new(10, 0, 0, n));
        let found = [(a, Answered), (b, Silence), (a, Silence), (a, Answered), (b, Silence)];
        assert_eq!(told(&[a, b], &found), [(a, Answered), (a, Silence), (b, Silence)]);
    }

    #[test]
    fn what_passes_on_some_ways_only_is_met_and_lost() {
        assert_eq!(agrees("partly", Kind::Tcp(80), &[Answered, Silence]), Some(true));
        assert_eq!(agrees("partly", Kind::Echo, &[Answered, Answered]), Some(false));
    }

    #[test]
    fn a_datagram_that_nobody_answers_proves_nothing() {
        assert_eq!(agrees("allowed", Kind::Udp(53), &[Silence]), None);
        assert_eq!(agrees("allowed", Kind::Udp(53), &[Unreachable]), Some(false));
        assert_eq!(agrees("denied", Kind::Udp(53), &[Silence]), Some(true));
        assert_eq!(agrees("denied", Kind::Udp(53), &[Answered]), Some(false));
    }
}
