//! How much faster than on AWS the long periods pass: idle times, delays, files of log lines, life times.

use std::num::NonZeroU32;
use std::time::Duration;

use crate::Timestamp;

/// A factor: so many seconds of AWS's are one second here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeScale(NonZeroU32);

impl TimeScale {
    /// `factor` seconds of AWS's in one.
    pub const fn new(factor: NonZeroU32) -> Self {
        Self(factor)
    }

    /// How long here what takes `period` on AWS.
    pub fn shorten(self, period: Duration) -> Duration {
        period / self.0.get()
    }

    /// How many whole seconds here what takes so many on AWS: rounded up, so that a period that is one stays one.
    pub fn seconds(self, seconds: u64) -> u64 {
        seconds.div_ceil(u64::from(self.0.get()))
    }

    /// Whether so many of AWS's seconds have passed at `now` since a moment.
    pub fn passed(self, since: Timestamp, seconds: u64, now: Timestamp) -> bool {
        now >= since.plus_seconds(self.seconds(seconds))
    }
}

impl Default for TimeScale {
    fn default() -> Self {
        Self(NonZeroU32::MIN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_pass_so_many_times_faster_and_never_in_no_time() {
        let scale = TimeScale::new(NonZeroU32::new(100).expect("not zero"));
        assert_eq!(scale.shorten(Duration::from_secs(350)), Duration::from_millis(3500));
        assert_eq!((scale.seconds(350), scale.seconds(1), scale.seconds(0)), (4, 1, 0));
        assert_eq!(TimeScale::default().seconds(350), 350);
        let passed = |millis: u64| scale.passed(Timestamp(1000), 350, Timestamp(millis));
        assert_eq!((passed(4999), passed(5000)), (false, true));
    }
}
