//! Timestamps as AWS writes them: ISO 8601, seconds since the epoch, HTTP dates. Ours are milliseconds since the epoch.

use serde::Deserialize;
use time::format_description::well_known::{Rfc2822, Rfc3339};
use time::{Date, OffsetDateTime, macros::format_description};

/// How a timestamp is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum TimeFormat {
    /// `2026-11-20T18:12:01.123Z`
    #[serde(rename = "iso8601")]
    Iso8601,
    /// `1795198321.123`
    #[serde(rename = "unixTimestamp")]
    Unix,
    /// `Fri, 20 Nov 2026 18:12:01 GMT`
    #[serde(rename = "rfc822")]
    HttpDate,
}

/// Milliseconds since the epoch in the given format. Instants outside the years 0 to 9999 are written as the epoch's end.
pub fn format_timestamp(milliseconds: i64, format: TimeFormat) -> String {
    if format == TimeFormat::Unix {
        return seconds(milliseconds);
    }
    let at =
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(milliseconds) * 1_000_000).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let (year, month, day) = at.to_calendar_date();
    let (hour, minute, second, ms) = at.to_hms_milli();
    if format == TimeFormat::Iso8601 {
        return format!("{year:04}-{:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{ms:03}Z", u8::from(month));
    }
    let (weekday, month) = (at.weekday().to_string(), month.to_string());
    format!("{}, {day:02} {} {year:04} {hour:02}:{minute:02}:{second:02} GMT", &weekday[..3], &month[..3])
}

/// Reads a timestamp in any of the formats, as AWS does. `None` when it is none of them.
pub fn parse_timestamp(text: &str) -> Option<i64> {
    let text = text.trim();
    if let Ok(seconds) = text.parse::<f64>() {
        return from_seconds(seconds);
    }
    if let Ok(at) = OffsetDateTime::parse(text, &Rfc3339) {
        return Some(milliseconds(at));
    }
    if let Ok(day) = Date::parse(text, format_description!("[year]-[month]-[day]")) {
        return Some(milliseconds(day.midnight().assume_utc()));
    }
    if let Ok(at) = OffsetDateTime::parse(&format!("{text}Z"), &Rfc3339) {
        return Some(milliseconds(at));
    }
    OffsetDateTime::parse(text, &Rfc2822).ok().map(milliseconds)
}

/// Seconds since the epoch, with a fraction, as milliseconds. `None` outside of what a date can be.
pub(crate) fn from_seconds(seconds: f64) -> Option<i64> {
    let milliseconds = (seconds * 1000.0).round();
    (milliseconds.abs() < 253_402_300_800_000.0).then_some(milliseconds as i64)
}

fn milliseconds(at: OffsetDateTime) -> i64 {
    at.unix_timestamp() * 1000 + i64::from(at.millisecond())
}

fn seconds(milliseconds: i64) -> String {
    let (whole, rest) = (milliseconds.div_euclid(1000), milliseconds.rem_euclid(1000));
    match (whole, rest) {
        (_, 0) => whole.to_string(),
        (..0, _) => (milliseconds as f64 / 1000.0).to_string(),
        _ => format!("{whole}.{rest:03}"),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const AT: i64 = 1_795_198_321_123;

    #[test]
    fn each_format_is_written_as_aws_writes_it() {
        assert_eq!(format_timestamp(AT, TimeFormat::Iso8601), "2026-11-20T18:12:01.123Z");
        assert_eq!(format_timestamp(AT, TimeFormat::Unix), "1795198321.123");
        assert_eq!(format_timestamp(AT, TimeFormat::HttpDate), "Fri, 20 Nov 2026 18:12:01 GMT");
        assert_eq!(format_timestamp(1_795_198_321_000, TimeFormat::Unix), "1795198321");
        assert_eq!(format_timestamp(-1500, TimeFormat::Unix), "-1.5");
    }

    #[test]
    fn every_way_to_write_an_instant_is_read() {
        for text in ["2026-11-20T18:12:01Z", "2026-11-20T18:12:01", "1795198321", "Fri, 20 Nov 2026 18:12:01 GMT"] {
            assert_eq!(parse_timestamp(text), Some(1_795_198_321_000), "{text}");
        }
        assert_eq!(parse_timestamp("2026-11-20T19:12:01.123+01:00"), Some(AT));
        assert_eq!(parse_timestamp("1970-01-02"), Some(86_400_000));
    }

    #[test]
    fn what_is_no_instant_is_refused() {
        for text in ["", "yesterday", "NaN", "inf", "1e300", "2026-13-01T00:00:00Z"] {
            assert_eq!(parse_timestamp(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_timestamp_survives_every_format(ms in 0i64..4_102_444_800_000) {
            for format in [TimeFormat::Iso8601, TimeFormat::Unix] {
                prop_assert_eq!(parse_timestamp(&format_timestamp(ms, format)), Some(ms));
            }
            prop_assert_eq!(parse_timestamp(&format_timestamp(ms, TimeFormat::HttpDate)), Some(ms / 1000 * 1000));
        }

        #[test]
        fn any_number_can_be_written(ms: i64) {
            for format in [TimeFormat::Iso8601, TimeFormat::Unix, TimeFormat::HttpDate] {
                prop_assert!(!format_timestamp(ms, format).is_empty());
            }
        }
    }
}
