//! Arbitrary text as the value of a record, and as a name.

#![no_main]

use resource::{RecordType, canonical_name, escaped_name};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    for kind in ["A", "AAAA", "CAA", "CNAME", "MX", "SOA", "SRV", "TXT"] {
        let _ = RecordType::parse(kind).map(|kind| kind.value(&text));
    }
    if let Ok(name) = canonical_name(&text) {
        assert_eq!(canonical_name(&escaped_name(&name)), Ok(name));
    }
});
