//! Arbitrary bytes as forms of the ec2 and query protocols.

#![no_main]

#[path = "../../crates/wire/tests/parsers/harness.rs"]
mod harness;

libfuzzer_sys::fuzz_target!(|data: &[u8]| harness::form(data));
