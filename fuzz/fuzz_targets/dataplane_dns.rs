//! Arbitrary bytes as datagrams to the resolver.

#![no_main]

#[allow(dead_code, reason = "each target uses one door")]
#[path = "../../crates/dataplane/tests/support/harness.rs"]
mod harness;

libfuzzer_sys::fuzz_target!(|data: &[u8]| harness::dns(data));
