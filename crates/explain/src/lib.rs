//! Walks the plan and says why A can or cannot reach B, with the exact command that mends each thing in the way.
//!
//! A connection is followed as the kernel carries it: what judges it, in the order in which the reconciler's rules do, there
//! and back. Nothing is observed and nothing is guessed: the same plan that fills the kernel is read here, and a test
//! compares verdicts with packets.

mod code;
mod explanation;
mod find;
mod ground;
mod judge;
mod mend;
mod packet;
mod party;
mod paste;
mod question;
mod resolve;
mod walk;
mod zones;

pub use code::Code;
pub use explanation::{Arrival, Blocker, Explanation, Fix, Hop, Verdict, Way};
pub use ground::Ground;
pub use packet::Packet;
pub use question::{Destination, Question, QuestionError, Source};

use std::net::Ipv4Addr;

use plan::Place;
use resource::VpcId;
use store::Snapshot;

use resolve::Goal;

/// Why what `question` asks about passes or does not pass in `world`.
///
/// # Errors
/// When what the question names does not exist, or is not of the account that asks: the source must be its own, or the
/// destination when the source is the internet.
pub fn explain(world: &Snapshot, question: &Question) -> Result<Explanation, QuestionError> {
    let start = find::start(world, &question.source)?.with_address(question.from);
    let goals = resolve::goals(world, &start, &question.destination)?;
    find::allowed(world, question, &start, &goals)?;
    let ways = goals.iter().flat_map(|goal| walk::ways(world, &start, goal, question)).collect();
    Ok(Explanation::new(question, goals.iter().filter_map(Goal::address).collect(), ways))
}

/// Where who sends is in the kernel: a namespace, and the address to send from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The namespace's name.
    pub namespace: String,
    /// The address.
    pub address: Ipv4Addr,
    /// The VPC whose names a program there has.
    pub vpc: VpcId,
}

/// Where `source` is; none while it has no place from which a program can send.
///
/// # Errors
/// When the source does not exist.
pub fn origin(world: &Snapshot, source: &Source) -> Result<Option<Origin>, QuestionError> {
    let find::Start::Party(party) = find::start(world, source)? else { return Ok(None) };
    Ok(match party.place(world) {
        Some(Place::Workload { namespace, .. }) => Some(Origin { namespace, address: party.address, vpc: party.vpc }),
        Some(Place::Router { .. }) | None => None,
    })
}
