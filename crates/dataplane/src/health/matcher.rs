//! Which HTTP status codes pass: `200`, `200,202`, `200-399`.

use std::ops::RangeInclusive;
use std::str::FromStr;

/// A set of HTTP status codes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matcher {
    ranges: Vec<RangeInclusive<u16>>,
}

/// The text is not a list of status codes and ranges between 100 and 599.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a list of HTTP status codes such as 200, 200,202 or 200-399")]
pub struct InvalidMatcher(String);

impl Matcher {
    /// Whether `code` passes.
    pub fn matches(&self, code: u16) -> bool {
        self.ranges.iter().any(|range| range.contains(&code))
    }
}

impl FromStr for Matcher {
    type Err = InvalidMatcher;

    fn from_str(text: &str) -> Result<Self, InvalidMatcher> {
        let ranges: Option<Vec<_>> = text.split(',').map(range).collect();
        ranges.map(|ranges| Self { ranges }).ok_or_else(|| InvalidMatcher(text.into()))
    }
}

fn range(text: &str) -> Option<RangeInclusive<u16>> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let (first, last) = (code(first)?, code(last)?);
    (first <= last).then_some(first..=last)
}

fn code(text: &str) -> Option<u16> {
    let digits = text.len() == 3 && text.bytes().all(|b| b.is_ascii_digit());
    let code = digits.then(|| text.parse().ok())??;
    (100..=599).contains(&code).then_some(code)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn codes_lists_and_ranges_match_what_they_say() {
        let passing = |text: &str| {
            let matcher: Matcher = text.parse().unwrap();
            [200, 202, 299, 302, 404].into_iter().filter(|code| matcher.matches(*code)).collect::<Vec<_>>()
        };
        assert_eq!(passing("200"), [200]);
        assert_eq!(passing("200,404"), [200, 404]);
        assert_eq!(passing("200-299,302"), [200, 202, 299, 302]);
    }

    #[test]
    fn anything_else_is_refused() {
        for text in ["", "2xx", "200-", "299-200", "20", "200,", "600", "+20", "200 - 299"] {
            assert!(text.parse::<Matcher>().is_err(), "{text}");
        }
    }
}
