//! What is explained is what happens: random small worlds in the real kernel, and for random pairs a verdict and packets. Needs root.
#![allow(clippy::unwrap_used)]

#[path = "../network/cloud.rs"]
#[allow(dead_code, reason = "the stories of the network use more of it")]
mod cloud;
mod compare;
mod dice;
mod probe;
mod programs;
mod random;
#[path = "../../../plan/tests/world/mod.rs"]
mod world;

use std::collections::BTreeSet;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use explain::Verdict;
use kernel::Netlink;

use cloud::real;
use compare::{Told, told};

/// How long a packet that should come may take on a busy machine, and how long when it has not come before.
const PATIENCE: [Duration; 2] = [Duration::from_secs(10), Duration::from_secs(2)];
/// The worlds that are asked when nobody says which.
const SEEDS: std::ops::RangeInclusive<u64> = 1..=16;

/// `EXPLAINED_SEED` asks one world again; `EXPLAINED_SECONDS` asks fresh ones for as long (`make campaign`).
#[test]
fn what_is_explained_is_what_packets_do() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let until = number("EXPLAINED_SECONDS").map(|seconds| Instant::now() + Duration::from_secs(seconds));
    let seeds: Box<dyn Iterator<Item = u64>> = match (number("EXPLAINED_SEED"), until) {
        (Some(seed), _) => Box::new(std::iter::once(seed)),
        (None, Some(until)) => Box::new((fresh_seed()..).take_while(move |_| Instant::now() < until)),
        (None, None) => Box::new(SEEDS),
    };
    let worlds: Vec<Judged> = seeds.map(judged).collect();
    let disagreements: Vec<&str> = worlds.iter().flat_map(|world| &world.disagreements).map(String::as_str).collect();
    assert!(disagreements.is_empty(), "{}", disagreements.join("\n\n"));
    let count = |verdict: Verdict| worlds.iter().flat_map(|world| &world.verdicts).filter(|found| **found == verdict).count();
    let (allowed, denied) = (count(Verdict::Allowed), count(Verdict::Denied));
    println!("{} worlds: {allowed} allowed, {denied} denied, {} partly", worlds.len(), count(Verdict::Partly));
    assert!(worlds.len() < 10 || allowed * 10 > denied, "hardly anything passes in these worlds: {allowed} of {denied}");
}

/// Where a campaign begins: where no other did.
fn fresh_seed() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    u64::try_from(since.as_millis()).unwrap()
}

/// The verdicts in a world, and where packets differ from them.
struct Judged {
    verdicts: Vec<Verdict>,
    disagreements: Vec<String>,
}

/// Judges the world of a seed, and says at once where packets differ: a campaign may be ended before its time.
fn judged(seed: u64) -> Judged {
    let whole = ask(seed, &BTreeSet::new(), None);
    let disagreements: Vec<String> = whole.differ.iter().map(|number| in_small(seed, *number)).collect();
    disagreements.iter().for_each(|what| eprintln!("{what}\nsee it again with SEED={seed} make campaign\n"));
    Judged { verdicts: whole.verdicts, disagreements }
}

/// A disagreement in the smallest world that still has it.
fn in_small(seed: u64, number: u16) -> String {
    let mut without: BTreeSet<&str> = BTreeSet::new();
    for part in random::PARTS {
        without.insert(part);
        if ask(seed, &without, Some(number)).differ.is_empty() {
            without.remove(part);
        }
    }
    let small = ask(seed, &without, Some(number));
    let without: Vec<&str> = without.into_iter().collect();
    let said = small.said.unwrap_or_else(|| "not seen again".to_owned());
    format!("seed {seed}, question {number}: {said}\n\nin its world without {}:\n{}", without.join(", "), small.plan)
}

/// What came of questions.
struct Answers {
    verdicts: Vec<Verdict>,
    /// The questions of which packets say something else.
    differ: Vec<u16>,
    /// What they say.
    said: Option<String>,
    plan: String,
}

/// Asks a world all questions or only one.
fn ask(seed: u64, without: &BTreeSet<&str>, only: Option<u16>) -> Answers {
    let cloud = real();
    let plot = random::plot(&cloud, seed, without);
    let report = cloud.converge_all();
    assert!(report.failed.is_empty(), "seed {seed}: {report:?}");
    let _programs = programs::start(&cloud, &plot);
    let kernel: &Netlink = &cloud.kernel;
    let patience = PATIENCE[usize::from(only.is_some())];
    let questions = plot.questions.iter().filter(|asked| only.is_none_or(|number| number == asked.number));
    let told: Vec<Told> = questions.map(|asked| told(&cloud, asked)).collect();
    let found: Vec<(u16, Option<String>)> = thread::scope(|scope| {
        let probes: Vec<_> =
            told.iter().map(|told| (told.asked.number, scope.spawn(|| told.compare(kernel, patience)))).collect();
        probes.into_iter().map(|(number, probe)| (number, probe.join().unwrap())).collect()
    });
    Answers {
        verdicts: told.iter().filter_map(Told::verdict).collect(),
        differ: found.iter().filter(|(_, said)| said.is_some()).map(|(number, _)| *number).collect(),
        said: found.into_iter().find_map(|(_, said)| said),
        plan: cloud.plan(),
    }
}
