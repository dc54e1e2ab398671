//! When an action recurs: five fields of cron, in UTC. Minute, hour, day of the month, month, day of the week.

use time::{Date, Duration, OffsetDateTime};

use crate::Timestamp;

const MONTHS: [&str; 12] = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const WEEKDAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
/// A leap day on a given weekday comes within so many days.
const HORIZON: i64 = 366 * 41;

/// A recurrence that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recurrence {
    minutes: u64,
    hours: u64,
    days: u64,
    months: u64,
    weekdays: u64,
    /// Whether a day has to be both of the days of the month and of the days of the week: when one of them is `*`.
    both: bool,
}

/// Why a text is no recurrence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not the {1} of a recurrence")]
pub struct BadRecurrence(String, &'static str);

impl Recurrence {
    /// Reads five fields.
    ///
    /// # Errors
    /// For everything else.
    pub fn parse(text: &str) -> Result<Self, BadRecurrence> {
        let fields: Vec<&str> = text.split_ascii_whitespace().collect();
        let [minutes, hours, days, months, weekdays] = fields.as_slice() else {
            return Err(BadRecurrence(text.to_owned(), "five fields"));
        };
        let week = field(weekdays, "day of the week", (0, 7), &WEEKDAYS)?;
        Ok(Self {
            minutes: field(minutes, "minute", (0, 59), &[])?,
            hours: field(hours, "hour", (0, 23), &[])?,
            days: field(days, "day of the month", (1, 31), &[])?,
            months: field(months, "month", (1, 12), &MONTHS)?,
            weekdays: week | week >> 7 & 1,
            both: days.starts_with('*') || weekdays.starts_with('*'),
        })
    }

    /// The first time after a moment; none when there is none in forty years.
    pub fn after(&self, moment: Timestamp) -> Option<Timestamp> {
        let seconds = (moment.0 / 1000).cast_signed();
        let minute = OffsetDateTime::from_unix_timestamp(seconds - seconds.rem_euclid(60)).ok()?;
        let first = minute.checked_add(Duration::minutes(1))?;
        (0..HORIZON).find_map(|day| {
            let date = first.date().checked_add(Duration::days(day))?;
            let from = if day == 0 { u32::from(first.hour()) * 60 + u32::from(first.minute()) } else { 0 };
            let minute = self.is_on(date).then(|| self.minute_from(from)).flatten()?;
            let at = date.midnight().assume_utc() + Duration::minutes(i64::from(minute));
            Some(Timestamp(at.unix_timestamp().cast_unsigned() * 1000))
        })
    }

    fn is_on(&self, date: Date) -> bool {
        let has = |set: u64, n: u8| set >> n & 1 == 1;
        let day = has(self.days, date.day());
        let weekday = has(self.weekdays, date.weekday().number_days_from_sunday());
        let on_day = if self.both { day && weekday } else { day || weekday };
        has(self.months, date.month().into()) && on_day
    }

    /// The first minute of a day, from one on, that is one of its.
    fn minute_from(&self, from: u32) -> Option<u32> {
        (from..24 * 60).find(|minute| self.hours >> (minute / 60) & 1 == 1 && self.minutes >> (minute % 60) & 1 == 1)
    }
}

/// A list of values, ranges and steps, as a set of bits.
fn field(text: &str, what: &'static str, (least, most): (u8, u8), names: &[&str]) -> Result<u64, BadRecurrence> {
    let bad = || BadRecurrence(text.to_owned(), what);
    let value = |text: &str| {
        let named = names.iter().position(|name| name.eq_ignore_ascii_case(text)).and_then(|at| u8::try_from(at).ok());
        let number = named.map(|at| at + least).or_else(|| text.parse().ok());
        number.filter(|number| (least..=most).contains(number)).ok_or_else(bad)
    };
    let mut set = 0;
    for part in text.split(',') {
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => (range, step.parse::<u8>().ok().filter(|step| *step > 0).ok_or_else(bad)?),
            None => (part, 1),
        };
        let (from, to) = match range.split_once('-') {
            _ if range == "*" => (least, most),
            Some((from, to)) => (value(from)?, value(to)?),
            None if step > 1 => (value(range)?, most),
            None => (value(range)?, value(range)?),
        };
        if from > to {
            return Err(bad());
        }
        (from..=to).step_by(step.into()).for_each(|n| set |= 1 << n);
    }
    Ok(set)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use time::macros::datetime;

    use super::*;

    fn next(recurrence: &str, after: OffsetDateTime) -> Option<String> {
        let moment = Timestamp(after.unix_timestamp().cast_unsigned() * 1000);
        let at = Recurrence::parse(recurrence).expect("it is one").after(moment)?;
        Some(OffsetDateTime::from_unix_timestamp((at.0 / 1000).cast_signed()).expect("it is a time").to_string())
    }

    #[test]
    fn the_next_time_is_the_first_after_the_moment() {
        let wednesday = datetime!(2024-02-28 09:30:30 UTC);
        for (recurrence, expected) in [
            ("30 9 * * *", "2024-02-29 9:30:00.0 +00:00:00"),
            ("31 9 * * *", "2024-02-28 9:31:00.0 +00:00:00"),
            ("*/15 * * * *", "2024-02-28 9:45:00.0 +00:00:00"),
            ("0 8 * * MON-FRI", "2024-02-29 8:00:00.0 +00:00:00"),
            ("0 8 * * 7", "2024-03-03 8:00:00.0 +00:00:00"),
            ("0 0 1 jan *", "2025-01-01 0:00:00.0 +00:00:00"),
            ("0 0 1 * SUN", "2024-03-01 0:00:00.0 +00:00:00"),
            ("0 0 29 2 *", "2024-02-29 0:00:00.0 +00:00:00"),
            ("5,10 22-23/1 * * *", "2024-02-28 22:05:00.0 +00:00:00"),
        ] {
            assert_eq!(next(recurrence, wednesday).as_deref(), Some(expected), "{recurrence}");
        }
        assert_eq!(next("0 0 31 2 *", wednesday), None);
    }

    #[test]
    fn what_is_no_recurrence_is_refused() {
        for bad in [
            "",
            "* * * *",
            "* * * * * *",
            "60 * * * *",
            "* 24 * * *",
            "* * 0 * *",
            "* * * 13 *",
            "* * * * 8",
            "5-1 * * * *",
            "*/0 * * * *",
            "a * * * *",
            "1- * * * *",
            "@daily",
        ] {
            assert!(Recurrence::parse(bad).is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused_and_what_comes_next_comes_later(
            text in prop_oneof![any::<String>(), r"(([0-9]{1,2}|\*)([-/,][0-9]{1,2})? ?){5}"],
            moment in 0..4_102_444_800_000_u64,
        ) {
            if let Ok(recurrence) = Recurrence::parse(&text) {
                let moment = Timestamp(moment);
                prop_assert!(recurrence.after(moment).is_none_or(|next| next > moment), "{text:?}");
            }
        }
    }
}
