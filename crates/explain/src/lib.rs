//! Walks the plan and says why A can or cannot reach B, with the exact command that mends each thing in the way.
//!
//! A connection is followed as the kernel carries it: what judges it, in the order in which the reconciler's rules do, there
//! and back. Nothing is observed and nothing is guessed: the same plan that fills the kernel is read here, and a test
//! compares verdicts with packets.

mod code;
mod explanation;
mod find;
mod judge;
mod mend;
mod packet;
mod party;
mod question;
mod resolve;
mod walk;

pub use code::Code;
pub use explanation::{Blocker, Explanation, Fix, Hop, Verdict, Way};
pub use packet::Packet;
pub use question::{Destination, Question, QuestionError, Source};

use store::Snapshot;

/// Why what `question` asks about passes or does not pass in `world`.
///
/// # Errors
/// When what the question names does not exist, or is not of the account that asks: the source must be its own, or the
/// destination when the source is the internet.
pub fn explain(world: &Snapshot, question: &Question) -> Result<Explanation, QuestionError> {
    let start = find::start(world, &question.source)?;
    let goals = resolve::goals(world, &start, &question.destination)?;
    find::allowed(world, question, &start, &goals)?;
    let ways = goals.iter().flat_map(|goal| walk::ways(world, &start, goal, question.packet)).collect();
    Ok(Explanation::new(question, ways))
}
