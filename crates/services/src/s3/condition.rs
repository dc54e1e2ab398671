//! Conditional requests: entity tags and times that must or must not match (RFC 9110, section 13).

use resource::Timestamp;

use super::refusal::{precondition_failed, refused};
use crate::Error;

/// What a request makes its answer depend on.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Conditions<'a> {
    /// `If-Match`.
    pub matches: Option<&'a str>,
    /// `If-None-Match`.
    pub none_match: Option<&'a str>,
    /// `If-Modified-Since`, in milliseconds.
    pub modified_since: Option<i64>,
    /// `If-Unmodified-Since`, in milliseconds.
    pub unmodified_since: Option<i64>,
}

impl Conditions<'_> {
    /// Checks a read of what is there.
    ///
    /// # Errors
    /// `PreconditionFailed`, and 304 for what the reader has already.
    pub fn check_read(&self, etag: &str, modified: Timestamp) -> Result<(), Error> {
        self.check(etag, modified, || refused("NotModified", "Not Modified", 304))
    }

    /// Checks the source of a copy, for which nothing is ever "not modified".
    ///
    /// # Errors
    /// `PreconditionFailed`.
    pub fn check_copy(&self, etag: &str, modified: Timestamp) -> Result<(), Error> {
        self.check(etag, modified, precondition_failed)
    }

    fn check(&self, etag: &str, modified: Timestamp, unchanged: impl Fn() -> Error) -> Result<(), Error> {
        let second = i64::try_from(modified.0 / 1000).unwrap_or(i64::MAX);
        let differs = match (self.matches, self.unmodified_since) {
            (Some(tags), _) => !is_among(tags, etag),
            (None, Some(limit)) => second > limit / 1000,
            (None, None) => false,
        };
        if differs {
            return Err(precondition_failed());
        }
        let known = match (self.none_match, self.modified_since) {
            (Some(tags), _) => is_among(tags, etag),
            (None, Some(limit)) => second <= limit / 1000,
            (None, None) => false,
        };
        if known { Err(unchanged()) } else { Ok(()) }
    }

    /// Checks a write over what is there, if anything is: only if it is this, or only if nothing is.
    ///
    /// # Errors
    /// `PreconditionFailed`, `NoSuchKey`, and a refusal by name of tags that S3 does not take here either.
    pub fn check_write(&self, existing: Option<&str>) -> Result<(), Error> {
        match (self.matches, existing) {
            (Some(_), None) => return Err(super::refusal::no_such_key()),
            (Some(tags), Some(etag)) if !is_among(tags, etag) => return Err(precondition_failed()),
            _ => {}
        }
        match (self.none_match, existing) {
            (Some("*"), Some(_)) => Err(precondition_failed()),
            (Some("*") | None, _) => Ok(()),
            (Some(_), _) => Err(super::refusal::unsupported("If-None-Match with an entity tag on a write")),
        }
    }
}

/// Whether a list of quoted tags, or `*`, has this one.
fn is_among(tags: &str, etag: &str) -> bool {
    tags.split(',').map(str::trim).any(|tag| tag == "*" || tag.trim_start_matches("W/").trim_matches('"') == etag)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(conditions: Conditions<'_>) -> Result<(), u16> {
        conditions.check_read("abc", Timestamp(10_500)).map_err(|error| error.status)
    }

    #[test]
    fn tags_decide_before_times() {
        let none = Conditions::default();
        assert_eq!(read(none), Ok(()));
        assert_eq!(read(Conditions { matches: Some("\"x\", \"abc\""), unmodified_since: Some(0), ..none }), Ok(()));
        assert_eq!(read(Conditions { matches: Some("\"x\""), ..none }), Err(412));
        assert_eq!(read(Conditions { none_match: Some("abc"), ..none }), Err(304));
        assert_eq!(read(Conditions { none_match: Some("\"x\""), modified_since: Some(20_000), ..none }), Ok(()));
    }

    #[test]
    fn times_are_compared_by_the_second() {
        let none = Conditions::default();
        assert_eq!(read(Conditions { modified_since: Some(10_000), ..none }), Err(304));
        assert_eq!(read(Conditions { modified_since: Some(9_000), ..none }), Ok(()));
        assert_eq!(read(Conditions { unmodified_since: Some(10_000), ..none }), Ok(()));
        assert_eq!(read(Conditions { unmodified_since: Some(9_000), ..none }), Err(412));
        let copy = Conditions { none_match: Some("*"), ..none };
        assert!(copy.check_copy("abc", Timestamp(0)).is_err_and(|error| error.status == 412));
    }

    #[test]
    fn a_write_may_ask_for_nothing_or_for_just_this() {
        let write = |matches, none_match, existing| {
            Conditions { matches, none_match, ..Conditions::default() }.check_write(existing).map_err(|error| error.code)
        };
        assert_eq!(write(None, Some("*"), None), Ok(()));
        assert_eq!(write(None, Some("*"), Some("abc")), Err("PreconditionFailed".into()));
        assert_eq!(write(Some("\"abc\""), None, Some("abc")), Ok(()));
        assert_eq!(write(Some("\"x\""), None, Some("abc")), Err("PreconditionFailed".into()));
        assert_eq!(write(Some("\"x\""), None, None), Err("NoSuchKey".into()));
        assert_eq!(write(None, Some("\"x\""), None), Err("NotImplemented".into()));
    }
}
