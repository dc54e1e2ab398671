//! Properties: no bytes make a parser panic, and what is encoded is decoded to the same value.

#![allow(clippy::unwrap_used, missing_docs)]

mod forms;
mod harness;
mod random;
mod roundtrip;
mod rules;
mod speed;
