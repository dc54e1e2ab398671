//! Scaling policies: by how much ExecutePolicy changes the capacity.

use serde::{Deserialize, Serialize};

/// A policy of a group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScalingPolicy {
    /// Unique in the group.
    pub name: String,
    /// The UUID in its ARN.
    pub uuid: String,
    /// What its numbers mean.
    pub adjustment: Adjustment,
    /// At least this many instances, when numbers are percentages.
    pub min_magnitude: Option<u32>,
    /// One number, or several.
    pub change: PolicyChange,
    /// Whether it acts.
    pub enabled: bool,
}

/// What the numbers of a policy mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Adjustment {
    /// Added to the capacity.
    ChangeInCapacity,
    /// The capacity.
    ExactCapacity,
    /// Percent of the capacity, added to it.
    PercentChangeInCapacity,
}

/// How a policy changes the capacity.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum PolicyChange {
    /// SimpleScaling: by one number, then not again in the cooldown.
    Simple {
        /// The number.
        by: i32,
        /// Seconds, or the group's.
        cooldown: Option<u32>,
    },
    /// StepScaling: by the number of the step in which the metric lies.
    Step {
        /// The steps.
        steps: Vec<Step>,
        /// `Average`, `Minimum` or `Maximum`.
        aggregation: String,
        /// Seconds, or the group's.
        warmup: Option<u32>,
    },
}

/// A step: distances of the metric from the threshold, and a number.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// From here on; none is without end.
    pub lower: Option<f64>,
    /// Up to here; none is without end.
    pub upper: Option<f64>,
    /// The number.
    pub by: i32,
}

impl Adjustment {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::ChangeInCapacity, Self::ExactCapacity, Self::PercentChangeInCapacity];

    /// AWS's spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ChangeInCapacity => "ChangeInCapacity",
            Self::ExactCapacity => "ExactCapacity",
            Self::PercentChangeInCapacity => "PercentChangeInCapacity",
        }
    }

    /// The adjustment with a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|adjustment| adjustment.as_str() == name)
    }
}

impl ScalingPolicy {
    /// The capacity that `by` makes of `now`, between `min` and `max`. Less than one instance of a percentage is one,
    /// more is rounded towards none.
    pub fn apply(&self, by: i32, now: u32, (min, max): (u32, u32)) -> u32 {
        let (by, now) = (i64::from(by), i64::from(now));
        let wanted = match self.adjustment {
            Adjustment::ChangeInCapacity => now + by,
            Adjustment::ExactCapacity => by,
            Adjustment::PercentChangeInCapacity => {
                let part = now * by / 100;
                let least = i64::from(self.min_magnitude.unwrap_or(1)) * by.signum();
                now + if part.abs() < least.abs() { least } else { part }
            }
        };
        u32::try_from(wanted.clamp(i64::from(min), i64::from(max))).unwrap_or(min)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn applied(adjustment: Adjustment, by: i32, now: u32) -> u32 {
        let change = PolicyChange::Simple { by, cooldown: None };
        let policy = ScalingPolicy { name: "p".into(), uuid: "u".into(), adjustment, min_magnitude: None, change, enabled: true };
        policy.apply(by, now, (1, 20))
    }

    #[test]
    fn numbers_mean_what_the_adjustment_says_and_stay_in_bounds() {
        assert_eq!(applied(Adjustment::ChangeInCapacity, 3, 4), 7);
        assert_eq!(applied(Adjustment::ChangeInCapacity, -9, 4), 1);
        assert_eq!(applied(Adjustment::ExactCapacity, 50, 4), 20);
        assert_eq!(applied(Adjustment::PercentChangeInCapacity, 10, 4), 5);
        assert_eq!(applied(Adjustment::PercentChangeInCapacity, -10, 4), 3);
        assert_eq!(applied(Adjustment::PercentChangeInCapacity, 35, 10), 13);
    }
}
