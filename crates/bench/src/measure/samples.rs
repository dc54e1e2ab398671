//! What was seen in each round, by measure and path, and its comparison with the others.

use std::collections::HashMap;

use crate::peer::SOCKET;
use crate::report::{Report, Row, Target};
use crate::statistics::median;

/// Both ways of ours.
pub const OURS: [&str; 2] = ["kernel path", SOCKET];
/// What they are compared with.
const PEERS: [&str; 3] = ["bare", "HAProxy", "nginx"];

/// Samples of all rounds.
#[derive(Default)]
pub struct Samples(HashMap<(&'static str, &'static str), Vec<f64>>);

impl Samples {
    /// Notes what was seen.
    pub fn note(&mut self, measure: &'static str, path: &'static str, value: f64) {
        self.0.entry((measure, path)).or_default().push(value);
    }

    /// The median of all rounds.
    pub fn median(&self, measure: &'static str, path: &'static str) -> f64 {
        self.0.get(&(measure, path)).map(|values| median(values)).unwrap_or_default()
    }

    /// What a path uses beyond the bare one.
    pub fn added(&self, measure: &'static str, path: &'static str) -> f64 {
        self.median(measure, path) - self.median(measure, "bare")
    }

    /// Reports each way of ours against each peer. `targets` concern the kernel path.
    pub fn compare(&self, measure: &'static str, unit: &'static str, targets: &[(&str, Target)], report: &mut Report) {
        for ours in OURS {
            for peer in PEERS {
                let row = Row::alone(format!("{measure}, {ours}"), unit, self.median(measure, ours))
                    .against(peer, self.median(measure, peer));
                let target = targets.iter().find(|(name, _)| *name == peer && ours == OURS[0]);
                report.add(match target {
                    Some((_, target)) => row.must(*target),
                    None => row,
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples() -> Samples {
        let mut samples = Samples::default();
        for (path, values) in [("bare", [10.0, 12.0, 50.0]), ("kernel path", [15.0, 3.0, 16.0]), ("HAProxy", [40.0, 41.0, 42.0])]
        {
            values.iter().for_each(|value| samples.note("cost", path, *value));
        }
        samples
    }

    #[test]
    fn one_disturbed_round_changes_nothing() {
        assert_eq!((samples().median("cost", "bare"), samples().median("cost", "kernel path")), (12.0, 15.0));
    }

    #[test]
    fn what_a_path_adds_is_counted_from_the_bare_one() {
        assert_eq!((samples().added("cost", "kernel path"), samples().added("cost", "HAProxy")), (3.0, 29.0));
    }

    #[test]
    fn each_way_of_ours_is_compared_with_each_peer_and_only_the_kernel_path_has_targets() {
        let mut report = Report::default();
        samples().compare("cost", "µs", &[("HAProxy", Target::RatioAtMost(0.5))], &mut report);
        assert_eq!((report.len(), report.asked()), (OURS.len() * PEERS.len(), 1));
    }
}
