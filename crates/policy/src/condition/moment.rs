//! Points in time as condition values write them: ISO 8601 (W3C profile) or seconds since 1970.

use time::{Date, Month, Time, UtcOffset};

/// Nanoseconds since 1970, or nothing when the text is not a time.
pub(super) fn parse(text: &str) -> Option<i128> {
    if let Ok(seconds) = text.parse::<i64>()
        && text.len() != 4
    {
        return Some(i128::from(seconds) * 1_000_000_000);
    }
    let (date, clock) = match text.split_once('T') {
        Some((date, clock)) => (date, Some(clock)),
        None => (text, None),
    };
    let date = calendar(date)?;
    let (time, offset) = clock.map_or(Some((Time::MIDNIGHT, UtcOffset::UTC)), clock_and_offset)?;
    Some(date.with_time(time).assume_offset(offset).unix_timestamp_nanos())
}

fn calendar(text: &str) -> Option<Date> {
    let mut parts = text.split('-');
    let year = digits(parts.next()?, 4)?;
    let month = parts.next().map_or(Some(1), |part| digits(part, 2))?;
    let day = parts.next().map_or(Some(1), |part| digits(part, 2))?;
    let month = Month::try_from(u8::try_from(month).ok()?).ok()?;
    let date = Date::from_calendar_date(i32::try_from(year).ok()?, month, u8::try_from(day).ok()?).ok()?;
    parts.next().is_none().then_some(date)
}

/// `hh:mm[:ss[.fraction]]` and then `Z` or `±hh:mm`.
fn clock_and_offset(text: &str) -> Option<(Time, UtcOffset)> {
    let split = text.find(['Z', '+', '-'])?;
    let (clock, zone) = text.split_at_checked(split)?;
    let (clock, nanos) = match clock.split_once('.') {
        Some((clock, fraction)) => (clock, nanoseconds(fraction)?),
        None => (clock, 0),
    };
    let mut parts = clock.split(':').map(|part| digits(part, 2).and_then(|n| u8::try_from(n).ok()));
    let (hour, minute, second) = (parts.next()??, parts.next()??, parts.next().unwrap_or(Some(0))?);
    let time = Time::from_hms_nano(hour, minute, second, nanos).ok()?;
    parts.next().is_none().then_some((time, offset(zone)?))
}

fn offset(zone: &str) -> Option<UtcOffset> {
    if zone == "Z" {
        return Some(UtcOffset::UTC);
    }
    let sign = if zone.starts_with('-') { -1 } else { 1 };
    let (hours, minutes) = zone.get(1..)?.split_once(':')?;
    let (hours, minutes) = (i8::try_from(digits(hours, 2)?).ok()?, i8::try_from(digits(minutes, 2)?).ok()?);
    UtcOffset::from_hms(sign * hours, sign * minutes, 0).ok()
}

fn nanoseconds(fraction: &str) -> Option<u32> {
    let known = digits(fraction, fraction.len())?;
    let scale = 9u32.checked_sub(u32::try_from(fraction.len()).ok()?)?;
    known.checked_mul(10u32.pow(scale))
}

fn digits(text: &str, length: usize) -> Option<u32> {
    (text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn all_forms_of_the_w3c_profile_are_read() {
        let second = 1_000_000_000;
        for (text, expected) in [
            ("2024", 1_704_067_200 * second),
            ("2024-02", 1_706_745_600 * second),
            ("2024-01-01", 1_704_067_200 * second),
            ("2024-01-01T00:01Z", 1_704_067_260 * second),
            ("2024-01-01T00:00:01+00:00", 1_704_067_201 * second),
            ("2024-01-01T00:00:00-01:30", 1_704_072_600 * second),
            ("2024-01-01T00:00:00.25Z", 1_704_067_200 * second + 250_000_000),
            ("1704067200", 1_704_067_200 * second),
        ] {
            assert_eq!(parse(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_not_a_time_is_nothing() {
        for text in ["", "now", "2024-00-01", "2024-01-32", "2024-01-01T00:00:00", "2024-01-01T25:00Z", "2024-1-1"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn reading_a_time_never_panics(text in "[0-9TZé:+.-]{0,30}") {
            parse(&text);
        }
    }
}
