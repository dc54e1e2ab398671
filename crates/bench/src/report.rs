//! What was measured, beside what it must reach: a table for people, JSON for programs.

use std::error::Error;
use std::fmt::{self, Display, Formatter};
use std::path::Path;

use serde::Serialize;

/// All results so far.
#[derive(Default)]
pub struct Report {
    rows: Vec<Row>,
}

/// One result.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    name: String,
    unit: &'static str,
    ours: f64,
    peer: Option<f64>,
    peer_name: Option<String>,
    ratio: Option<f64>,
    #[serde(skip)]
    target: Option<Target>,
}

/// What a result must reach.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Target {
    /// The value is at least this.
    AtLeast(f64),
    /// The value is at most this.
    AtMost(f64),
    /// The value by the peer's is at least this.
    RatioAtLeast(f64),
    /// The value by the peer's is at most this.
    RatioAtMost(f64),
}

impl Row {
    /// A result that stands for itself.
    pub fn alone(name: impl Into<String>, unit: &'static str, ours: f64) -> Self {
        Self { name: name.into(), unit, ours: rounded(ours), peer: None, peer_name: None, ratio: None, target: None }
    }

    /// Beside what `peer` reaches.
    pub fn against(self, peer_name: &str, peer: f64) -> Self {
        let ratio = (peer != 0.0).then(|| rounded(self.ours / peer));
        Self { peer: Some(rounded(peer)), peer_name: Some(peer_name.to_owned()), ratio, ..self }
    }

    /// With what it must reach.
    pub fn must(self, target: Target) -> Self {
        Self { target: Some(target), ..self }
    }

    /// Whether it is reached; none when nothing was asked.
    fn reached(&self) -> Option<bool> {
        let ratio = self.ratio.unwrap_or(f64::NAN);
        Some(match self.target? {
            Target::AtLeast(least) => self.ours >= least,
            Target::AtMost(most) => self.ours <= most,
            Target::RatioAtLeast(least) => ratio >= least,
            Target::RatioAtMost(most) => ratio <= most,
        })
    }
}

impl Report {
    /// Notes a result, and shows it at once.
    pub fn add(&mut self, row: Row) {
        eprintln!("{row}");
        self.rows.push(row);
    }

    /// Writes all results as JSON.
    pub fn write(&self, path: &Path) -> Result<(), Box<dyn Error>> {
        if let Some(directory) = path.parent() {
            std::fs::create_dir_all(directory)?;
        }
        Ok(std::fs::write(path, serde_json::to_string_pretty(&self.rows)? + "\n")?)
    }

    /// How many results there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// How many of them must reach something.
    pub fn asked(&self) -> usize {
        self.rows.iter().filter(|row| row.target.is_some()).count()
    }

    /// Prints the table.
    pub fn print(&self) {
        println!("{:<58} {:>12} {:<11} {:>12} {:<14} {:>7}  target", "", "ours", "unit", "peer", "", "ratio");
        self.rows.iter().for_each(|row| println!("{row}"));
        let missed = self.rows.iter().filter(|row| row.reached() == Some(false)).count();
        println!("\n{} results; {} of {} targets are reached.", self.len(), self.asked() - missed, self.asked());
    }
}

impl Display for Row {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let number = |value: Option<f64>| value.map(|v| v.to_string()).unwrap_or_default();
        let peer_name = self.peer_name.as_deref().unwrap_or_default();
        write!(
            f,
            "{:<58} {:>12} {:<11} {:>12} {peer_name:<14} {:>7}",
            self.name,
            self.ours,
            self.unit,
            number(self.peer),
            number(self.ratio)
        )?;
        match (self.target, self.reached()) {
            (Some(target), Some(true)) => write!(f, "  {target} reached"),
            (Some(target), _) => write!(f, "  {target} MISSED"),
            (None, _) => Ok(()),
        }
    }
}

impl Display for Target {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtLeast(value) => write!(f, "≥ {value}"),
            Self::AtMost(value) => write!(f, "≤ {value}"),
            Self::RatioAtLeast(value) => write!(f, "ratio ≥ {value}"),
            Self::RatioAtMost(value) => write!(f, "ratio ≤ {value}"),
        }
    }
}

/// Three digits behind the point below ten, none above a thousand.
fn rounded(value: f64) -> f64 {
    let scale = match value.abs() {
        small if small < 10.0 => 1000.0,
        middle if middle < 1000.0 => 10.0,
        _ => 1.0,
    };
    // There is no use in a negative zero.
    (value * scale).round() / scale + 0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_knows_whether_its_target_is_reached() {
        let row = || Row::alone("throughput", "Gbit/s", 30.0).against("HAProxy", 20.0);
        assert_eq!(row().reached(), None);
        assert_eq!(row().must(Target::RatioAtLeast(1.5)).reached(), Some(true));
        assert_eq!(row().must(Target::RatioAtLeast(2.0)).reached(), Some(false));
        assert_eq!(row().must(Target::AtMost(29.0)).reached(), Some(false));
        assert_eq!(Row::alone("x", "", 1.0).must(Target::RatioAtMost(1.0)).reached(), Some(false), "there is no peer");
    }

    #[test]
    fn rows_are_written_with_exactly_the_fields_that_are_promised() {
        let row = Row::alone("x", "ms", 1.23456).against("bare", 2.0).must(Target::AtMost(5.0));
        let text = serde_json::to_string(&row).unwrap_or_default();
        assert_eq!(text, r#"{"name":"x","unit":"ms","ours":1.235,"peer":2.0,"peer_name":"bare","ratio":0.618}"#);
    }

    #[test]
    fn numbers_have_as_many_digits_as_they_deserve() {
        assert_eq!((rounded(1.23456), rounded(123.456), rounded(12345.6)), (1.235, 123.5, 12346.0));
        assert!(rounded(-0.0001).is_sign_positive());
    }
}
