//! When a target is healthy: thresholds over results, purely.

use std::time::Duration;

/// How many results in a row change the state; both at least 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Thresholds {
    /// Passes that make an unhealthy target healthy.
    pub healthy: u32,
    /// Failures that make a target unhealthy.
    pub unhealthy: u32,
}

/// What one check found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The target did what it must.
    Passed,
    /// It did not, for this reason.
    Failed(Reason),
}

/// Why a target is not healthy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// Nothing is known yet.
    InitialHealthChecking,
    /// No answer in time.
    Timeout,
    /// The connection was refused or broke, or the answer was not HTTP.
    FailedHealthChecks,
    /// The answer had this status, which does not match.
    ResponseCodeMismatch(u16),
}

impl Reason {
    /// The reason code of the load balancing API.
    pub fn code(self) -> &'static str {
        match self {
            Self::InitialHealthChecking => "Elb.InitialHealthChecking",
            Self::Timeout => "Target.Timeout",
            Self::FailedHealthChecks => "Target.FailedHealthChecks",
            Self::ResponseCodeMismatch(_) => "Target.ResponseCodeMismatch",
        }
    }
}

/// What a node thinks of a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Health {
    /// Not judged yet; one pass makes it healthy.
    Initial {
        /// Failures in a row so far.
        failures: u32,
    },
    /// In service.
    Healthy {
        /// Failures in a row so far.
        failures: u32,
    },
    /// Out of service.
    Unhealthy {
        /// The last failure's reason.
        reason: Reason,
        /// Passes in a row so far.
        passes: u32,
    },
}

impl Health {
    /// What is thought of a target that was never checked.
    pub const NEW: Self = Self::Initial { failures: 0 };

    /// What is thought after one more result.
    pub fn after(self, outcome: Outcome, thresholds: Thresholds) -> Self {
        match (self, outcome) {
            (Self::Initial { .. } | Self::Healthy { .. }, Outcome::Passed) => Self::Healthy { failures: 0 },
            (Self::Initial { failures }, Outcome::Failed(reason)) => match failures + 1 {
                failures if failures < thresholds.unhealthy => Self::Initial { failures },
                _ => Self::Unhealthy { reason, passes: 0 },
            },
            (Self::Healthy { failures }, Outcome::Failed(reason)) => match failures + 1 {
                failures if failures < thresholds.unhealthy => Self::Healthy { failures },
                _ => Self::Unhealthy { reason, passes: 0 },
            },
            (Self::Unhealthy { reason, passes }, Outcome::Passed) => match passes + 1 {
                passes if passes < thresholds.healthy => Self::Unhealthy { reason, passes },
                _ => Self::Healthy { failures: 0 },
            },
            (Self::Unhealthy { .. }, Outcome::Failed(reason)) => Self::Unhealthy { reason, passes: 0 },
        }
    }

    /// Whether it is in service.
    pub fn is_healthy(self) -> bool {
        matches!(self, Self::Healthy { .. })
    }

    /// Why it is not healthy, if it is not.
    pub fn reason(self) -> Option<Reason> {
        match self {
            Self::Initial { .. } => Some(Reason::InitialHealthChecking),
            Self::Healthy { .. } => None,
            Self::Unhealthy { reason, .. } => Some(reason),
        }
    }

    /// Whether an observer would notice the difference: counts are nobody's business.
    pub(crate) fn differs_visibly(self, other: Self) -> bool {
        self.reason() != other.reason()
    }
}

/// The first wait of a new target that failed; it doubles up to the interval.
const EAGER: Duration = Duration::from_millis(50);

/// The rhythm of one check: the set interval, but a target that was never judged is looked at sooner, so that it is in
/// service milliseconds after it listens. Looks in between can only pass: failures count once per interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rhythm {
    eager: Duration,
    since_counted: Duration,
}

impl Rhythm {
    pub(crate) const NEW: Self = Self { eager: EAGER, since_counted: Duration::MAX };

    /// Whether `outcome` counts, the rhythm after it, and how long to wait.
    pub(crate) fn next(self, health: Health, outcome: Outcome, interval: Duration) -> (bool, Self, Duration) {
        if outcome == Outcome::Passed || !matches!(health, Health::Initial { .. }) {
            return (true, self, interval);
        }
        let counts = self.since_counted >= interval;
        let since = if counts { Duration::ZERO } else { self.since_counted };
        let wait = self.eager.min(interval.saturating_sub(since));
        (counts, Self { eager: self.eager.saturating_mul(2), since_counted: since + wait }, wait)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const THRESHOLDS: Thresholds = Thresholds { healthy: 3, unhealthy: 2 };
    const REFUSED: Outcome = Outcome::Failed(Reason::FailedHealthChecks);

    fn after(outcomes: &[Outcome]) -> Health {
        outcomes.iter().fold(Health::NEW, |health, outcome| health.after(*outcome, THRESHOLDS))
    }

    #[test]
    fn one_pass_brings_a_new_target_into_service() {
        assert!(after(&[Outcome::Passed]).is_healthy());
        assert!(after(&[REFUSED, Outcome::Passed]).is_healthy());
        assert_eq!(Health::NEW.reason().map(Reason::code), Some("Elb.InitialHealthChecking"));
    }

    #[test]
    fn failures_in_a_row_take_it_out_of_service_and_a_pass_between_starts_again() {
        assert_eq!(after(&[REFUSED, REFUSED]).reason(), Some(Reason::FailedHealthChecks));
        assert!(after(&[Outcome::Passed, REFUSED, Outcome::Passed, REFUSED]).is_healthy());
        assert!(!after(&[Outcome::Passed, REFUSED, REFUSED]).is_healthy());
    }

    #[test]
    fn only_passes_in_a_row_bring_it_back() {
        let pass = Outcome::Passed;
        assert!(!after(&[REFUSED, REFUSED, pass, pass, REFUSED, pass, pass]).is_healthy());
        assert!(after(&[REFUSED, REFUSED, pass, pass, pass]).is_healthy());
    }

    #[test]
    fn the_last_reason_is_shown() {
        let late = Outcome::Failed(Reason::Timeout);
        assert_eq!(after(&[REFUSED, REFUSED, late]).reason(), Some(Reason::Timeout));
        assert_eq!(after(&[REFUSED, REFUSED, late, Outcome::Passed]).reason(), Some(Reason::Timeout));
    }

    #[test]
    fn a_new_target_is_looked_at_often_but_fails_once_per_interval() {
        let interval = Duration::from_secs(5);
        let (mut rhythm, mut elapsed, mut counted) = (Rhythm::NEW, Duration::ZERO, Vec::new());
        while elapsed <= interval * 2 {
            let (counts, next, wait) = rhythm.next(Health::NEW, REFUSED, interval);
            if counts {
                counted.push(elapsed);
            }
            (rhythm, elapsed) = (next, elapsed + wait);
        }
        assert_eq!(counted, [Duration::ZERO, interval, interval * 2]);
        assert_eq!(Rhythm::NEW.next(Health::NEW, REFUSED, interval).2, EAGER);
    }

    proptest! {
        #[test]
        fn it_becomes_unhealthy_exactly_when_enough_failures_end_the_history(passes in proptest::collection::vec(any::<bool>(), 1..40)) {
            let outcome = |passed: bool| if passed { Outcome::Passed } else { REFUSED };
            let mut health = Health::NEW;
            for end in 1..=passes.len() {
                let before = health;
                health = health.after(outcome(passes[end - 1]), THRESHOLDS);
                let run = passes[..end].iter().rev().take_while(|passed| **passed == passes[end - 1]).count() as u32;
                let turned = before.is_healthy() != health.is_healthy();
                if turned && health.is_healthy() {
                    let new = matches!(before, Health::Initial { .. });
                    prop_assert!(new || run >= THRESHOLDS.healthy);
                } else if turned {
                    prop_assert_eq!(run, THRESHOLDS.unhealthy);
                }
            }
        }
    }
}
