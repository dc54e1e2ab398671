//! Arbitrary bytes as bodies in `aws-chunked` encoding.

#![no_main]

#[path = "../../crates/wire/tests/parsers/harness.rs"]
mod harness;

libfuzzer_sys::fuzz_target!(|data: &[u8]| harness::chunked(data));
