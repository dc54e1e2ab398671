//! Worlds with one fault each, and what is said about it.

mod balancer;
mod connect;
mod door;
mod inside;
mod internet;
mod listener;
mod names;
mod offered;
mod pasted;
mod peering;
mod privatelink;

use explain::{Explanation, Question, Verdict, explain};

use crate::world::World;

/// The explanation of a TCP connection.
#[track_caller]
pub fn why(world: &World, source: impl ToString, destination: impl ToString) -> Explanation {
    asked(world, &source.to_string(), &destination.to_string(), "tcp")
}

#[track_caller]
pub fn asked(world: &World, source: &str, destination: &str, protocol: &str) -> Explanation {
    let question = Question::parse(source, destination, protocol).unwrap();
    explain(&world.snapshot(), &Question { account: Some("111111111111".into()), ..question }).unwrap()
}

/// The codes of everything in the way.
pub fn codes(explanation: &Explanation) -> Vec<&'static str> {
    explanation.blockers.iter().map(|blocker| blocker.code.as_str()).collect()
}

#[track_caller]
pub fn passes(explanation: &Explanation) {
    assert_eq!(explanation.verdict, Verdict::Allowed, "{explanation}");
}
