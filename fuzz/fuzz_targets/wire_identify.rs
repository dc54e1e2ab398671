//! Arbitrary bytes as whole requests, identified and then decoded.

#![no_main]

#[path = "../../crates/wire/tests/parsers/harness.rs"]
mod harness;

libfuzzer_sys::fuzz_target!(|data: &[u8]| harness::identify(data));
