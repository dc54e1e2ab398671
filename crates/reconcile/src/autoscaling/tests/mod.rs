//! Decisions, printed; what holds in every world; and that being killed anywhere neither doubles nor loses an instance.

mod always;
mod decisions;
mod stories;
mod world;
