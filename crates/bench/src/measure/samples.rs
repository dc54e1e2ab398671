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
                let row = Row::alone(format!("{measure}, {ours}"), unit, self.median(measure, ours)).against(peer, self.median(measure, peer));
                let target = targets.iter().find(|(name, _)| *name == peer && ours == OURS[0]);
                report.add(match target {
                    Some((_, target)) => row.must(*target),
                    None => row,
                });
            }
        }
    }
}
