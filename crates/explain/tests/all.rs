//! Explanations of small worlds, printed: each row of the catalogue that today's features can have, and its fix.
#![allow(clippy::unwrap_used)]

#[path = "../../plan/tests/world/mod.rs"]
mod world;

mod golden;
