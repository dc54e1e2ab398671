//! Ranges of bytes: `bytes=0-9`, `bytes=5-`, `bytes=-5`.

use super::refusal::{invalid_argument, refused};
use crate::Error;

/// From which byte to before which of `size` a range goes. A range that cannot be read means everything, as RFC 9110 has it.
///
/// # Errors
/// `InvalidRange` for one that lies beyond the end.
pub(super) fn of(text: &str, size: u64) -> Result<Option<(u64, u64)>, Error> {
    let Some((first, last)) = text.strip_prefix("bytes=").and_then(|range| range.split_once('-')) else { return Ok(None) };
    let range = match (first.trim(), last.trim()) {
        ("", last) => last.parse().ok().map(|count: u64| (size.saturating_sub(count), if count == 0 { 0 } else { size })),
        (first, "") => first.parse().ok().map(|first: u64| (first, size)),
        (first, last) => first
            .parse()
            .ok()
            .zip(last.parse().ok())
            .filter(|(first, last): &(u64, u64)| first <= last)
            .map(|(first, last)| (first, last.saturating_add(1).min(size))),
    };
    match range {
        Some((first, end)) if first >= size || first >= end => {
            Err(refused("InvalidRange", "The requested range is not satisfiable", 416))
        }
        other => Ok(other),
    }
}

/// `x-amz-copy-source-range`, which must be whole and lie within the source.
///
/// # Errors
/// `InvalidArgument`.
pub(super) fn of_source(text: &str, size: u64) -> Result<(u64, u64), Error> {
    let wrong = || {
        invalid_argument(
            "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy",
        )
    };
    let (first, last) = text.strip_prefix("bytes=").and_then(|range| range.split_once('-')).ok_or_else(wrong)?;
    let (first, last): (u64, u64) = first.parse().ok().zip(last.parse().ok()).ok_or_else(wrong)?;
    if first > last {
        return Err(wrong());
    }
    match last < size {
        true => Ok((first, last + 1)),
        false => Err(invalid_argument(format!("Range specified is not valid for source object of size: {size}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_range_is_cut_at_the_end_and_refused_beyond_it() {
        assert_eq!(of("bytes=0-9", 100), Ok(Some((0, 10))));
        assert_eq!(of("bytes=90-200", 100), Ok(Some((90, 100))));
        assert_eq!(of("bytes=90-", 100), Ok(Some((90, 100))));
        assert_eq!(of("bytes=-5", 100), Ok(Some((95, 100))));
        assert_eq!(of("bytes=-500", 100), Ok(Some((0, 100))));
        for beyond in ["bytes=100-", "bytes=100-200", "bytes=-0"] {
            assert!(of(beyond, 100).is_err_and(|error| error.status == 416), "{beyond}");
        }
        for unread in ["lines=0-1", "bytes=a-b", "bytes=0-1,3-4", "bytes=9-0"] {
            assert_eq!(of(unread, 100), Ok(None), "{unread}");
        }
    }

    #[test]
    fn a_source_is_copied_exactly_or_not_at_all() {
        assert_eq!(of_source("bytes=0-99", 100), Ok((0, 100)));
        for bad in ["bytes=0-100", "bytes=5-", "bytes=-5", "0-1", "bytes=2-1"] {
            assert!(of_source(bad, 100).is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn a_range_lies_within_what_there_is(text in "bytes=[0-9]{0,20}-[0-9]{0,20}", size in 0u64..50) {
            if let Ok(Some((first, end))) = of(&text, size) {
                prop_assert!(first < end && end <= size);
            }
        }
    }
}
