//! Arbitrary bytes as JSON documents.

#![no_main]

#[path = "../../crates/wire/tests/parsers/harness.rs"]
mod harness;

libfuzzer_sys::fuzz_target!(|data: &[u8]| harness::json(data));
