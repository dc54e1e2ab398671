//! Arbitrary bytes as rest-xml requests.

#![no_main]

#[path = "../../crates/wire/tests/parsers/harness.rs"]
mod harness;

libfuzzer_sys::fuzz_target!(|data: &[u8]| harness::rest_xml(data));
