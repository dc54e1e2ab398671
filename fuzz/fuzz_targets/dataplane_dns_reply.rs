//! Arbitrary bytes as another resolver's answer.

#![no_main]

#[allow(dead_code, reason = "each target uses one door")]
#[path = "../../crates/dataplane/tests/support/harness.rs"]
mod harness;

libfuzzer_sys::fuzz_target!(|data: &[u8]| harness::dns_reply(data));
