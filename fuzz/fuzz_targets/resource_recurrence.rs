//! Arbitrary text as a recurrence, and the times that it comes to.

#![no_main]

use resource::{Recurrence, Timestamp};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some((moment, text)) = data.split_first_chunk::<8>() else { return };
    let Ok(recurrence) = Recurrence::parse(&String::from_utf8_lossy(text)) else { return };
    let moment = Timestamp(u64::from_le_bytes(*moment));
    if let Some(next) = recurrence.after(moment) {
        assert!(next > moment);
    }
});
