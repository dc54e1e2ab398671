//! What is explained is what happens: random small worlds in the real kernel, and for random pairs a verdict and a packet. Needs root.
#![allow(clippy::unwrap_used)]

#[path = "../network/cloud.rs"]
#[allow(dead_code, reason = "the stories of the network use more of it")]
mod cloud;
mod random;
#[path = "../../../plan/tests/world/mod.rs"]
mod world;

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use explain::{Explanation, Question, Verdict, explain};
use kernel::Netlink;

use cloud::{Cloud, real};
use random::{Asked, Plot};

/// How long a packet that should come may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long nothing must come for it to be silence.
const SILENCE: Duration = Duration::from_millis(400);
/// How many connections find every target of a balancer, as good as surely.
const MANY: usize = 40;

/// `EXPLAINED_SEED` asks one world again; `EXPLAINED_SECONDS` asks fresh ones for as long (`make campaign`).
#[test]
fn what_is_explained_is_what_packets_do() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let until = number("EXPLAINED_SECONDS").map(|seconds| Instant::now() + Duration::from_secs(seconds));
    let seeds: Box<dyn Iterator<Item = u64>> = match (number("EXPLAINED_SEED"), until) {
        (Some(seed), _) => Box::new(std::iter::once(seed)),
        (None, Some(until)) => Box::new((fresh_seed()..).take_while(move |_| Instant::now() < until)),
        (None, None) => Box::new(1..=20),
    };
    let worlds: Vec<(Vec<Verdict>, Vec<String>)> = seeds.map(told).collect();
    let disagreements: Vec<&str> = worlds.iter().flat_map(|(_, disagreements)| disagreements).map(String::as_str).collect();
    assert!(disagreements.is_empty(), "{}", disagreements.join("\n\n"));
    let count = |verdict: Verdict| worlds.iter().flat_map(|(verdicts, _)| verdicts).filter(|found| **found == verdict).count();
    let (allowed, denied) = (count(Verdict::Allowed), count(Verdict::Denied));
    println!("{} worlds: {allowed} allowed, {denied} denied, {} partly", worlds.len(), count(Verdict::Partly));
    assert!(worlds.len() < 10 || allowed * 10 > denied, "hardly anything passes in these worlds: {allowed} of {denied}");
}

/// Where a campaign begins: where no other did.
fn fresh_seed() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    u64::try_from(since.as_millis()).unwrap()
}

/// Judges the world of a seed, and says at once where packets differ: a campaign may be ended before its time.
fn told(seed: u64) -> (Vec<Verdict>, Vec<String>) {
    let judged = judged(seed);
    if !judged.1.is_empty() {
        eprintln!("packets disagree in a world; see it again with SEED={seed} make campaign");
    }
    judged
}

/// The verdicts in the world of a seed, and where packets differ from them.
fn judged(seed: u64) -> (Vec<Verdict>, Vec<String>) {
    let cloud = real();
    let Plot { running, questions } = random::plot(&cloud, seed);
    let report = cloud.converge_all();
    assert!(report.failed.is_empty(), "seed {seed}: {report:?}");
    let _listening: Vec<TcpListener> =
        running.iter().flat_map(|(namespace, address)| listen(&cloud, namespace, address)).collect();
    let (kernel, answers): (&Netlink, Vec<_>) =
        (&cloud.kernel, questions.iter().map(|asked| (explained(&cloud, asked), asked)).collect());
    thread::scope(|scope| {
        let probes: Vec<_> =
            answers.iter().map(|(explanation, asked)| scope.spawn(|| compare(kernel, explanation, asked))).collect();
        let found = probes.into_iter().filter_map(|probe| probe.join().unwrap());
        let disagreements = found.map(|what| format!("seed {seed}: {what}\n\n{}", cloud.plan())).collect();
        (answers.iter().map(|(explanation, _)| explanation.verdict).collect(), disagreements)
    })
}

fn listen(cloud: &Cloud<Netlink>, namespace: &str, address: &str) -> Vec<TcpListener> {
    let bind = |port: u16| cloud.kernel.places().socket_in(namespace, || TcpListener::bind((address, port))).unwrap();
    random::PORTS.map(bind).into()
}

fn explained(cloud: &Cloud<Netlink>, Asked { source, to, ping, .. }: &Asked) -> Explanation {
    let question = Question::parse(source, &to.to_string(), if *ping { "icmp" } else { "tcp" }).unwrap();
    explain(&cloud.snapshot(), &question).unwrap()
}

/// What is wrong, when the packets do not what was said of them.
fn compare(kernel: &Netlink, explanation: &Explanation, asked: &Asked) -> Option<String> {
    let agree = match explanation.verdict {
        Verdict::Allowed | Verdict::Refused => connects(kernel, asked, PATIENCE),
        Verdict::Denied => !connects(kernel, asked, SILENCE),
        Verdict::Partly => {
            let met = many(kernel, asked);
            met.contains(&true) && met.contains(&false)
        }
    };
    (!agree).then(|| format!("packets disagree with\n{explanation}"))
}

fn many(kernel: &Netlink, asked: &Asked) -> Vec<bool> {
    thread::scope(|scope| {
        let tries: Vec<_> = (0..MANY).map(|_| scope.spawn(|| connects(kernel, asked, SILENCE))).collect();
        tries.into_iter().map(|one| one.join().unwrap()).collect()
    })
}

fn connects(kernel: &Netlink, Asked { namespace, to, ping, .. }: &Asked, patience: Duration) -> bool {
    let seconds = patience.as_secs_f32().to_string();
    let echo =
        || Command::new("ping").args(["-q", "-c", "1", "-W", &seconds, &to.ip().to_string()]).output().unwrap().status.success();
    let connect = || TcpStream::connect_timeout(&SocketAddr::V4(*to), patience).is_ok();
    kernel.places().run_in(namespace, || if *ping { echo() } else { connect() }).unwrap()
}
