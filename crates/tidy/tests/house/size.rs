//! House numbers: files and functions that fit into a head, and as many tests as it takes to change them without fear.

use tidy::{File, files, functions, is_test_path, median, production, quantile};

use crate::uphold;

/// Lines of a file, and of a function: in the middle, of nine in ten, and at the most.
const FILE: Limits = Limits { median: 130, ninth: 350, cap: 600 };
const FUNCTION: Limits = Limits { median: 8, ninth: 28, cap: 70 };

/// Test lines per hundred production lines that we have; the aim is 80. Raised when there are more, never lowered.
const TESTS_PER_HUNDRED: usize = 51;

/// Crates that judge the product and are not part of it.
const APART: &[&str] = &["crates/tidy/", "crates/bench/"];

struct Limits {
    median: usize,
    ninth: usize,
    cap: usize,
}

/// What a length is the length of, and where that is.
struct Measured {
    length: usize,
    place: String,
}

impl Limits {
    fn broken_by(&self, measured: &[Measured]) -> Vec<String> {
        let lengths: Vec<usize> = measured.iter().map(|m| m.length).collect();
        let over = |name: &str, is: usize, limit: usize| (is > limit).then(|| format!("{name} {is}, not {limit}"));
        let caps = measured.iter().filter(|m| m.length > self.cap).map(|m| format!("{}: {} lines", m.place, m.length));
        let numbers = [over("median", median(&lengths), self.median), over("ninth of ten", quantile(&lengths, 0.9), self.ninth)];
        numbers.into_iter().flatten().chain(caps).collect()
    }
}

#[test]
fn files_fit_into_a_head() {
    let measured = product().filter(|file| !is_test_path(&file.path));
    let measured: Vec<_> =
        measured.map(|file| Measured { length: production(&file.lines()).len(), place: file.path.clone() }).collect();
    uphold("a file is one subject", &FILE.broken_by(&measured));
}

#[test]
fn functions_fit_into_a_glance() {
    let measured = product().filter(|file| !is_test_path(&file.path)).flat_map(|file| {
        let found = functions(production(&file.lines()));
        found
            .into_iter()
            .map(|f| Measured { length: f.length, place: format!("{}:{} {}", file.path, f.line, f.name) })
            .collect::<Vec<_>>()
    });
    uphold("a function is one thought", &FUNCTION.broken_by(&measured.collect::<Vec<_>>()));
}

#[test]
fn files_of_tests_have_the_same_cap() {
    let long = files().into_iter().filter(|file| file.is_rust() && file.text.lines().count() > FILE.cap).map(|file| file.path);
    uphold("tests are read as often as what they test", &long.collect::<Vec<_>>());
}

#[test]
fn tests_grow_with_what_they_test() {
    let (mut shipped, mut tests) = (0, 0);
    for file in product() {
        let (all, lines) = (file.text.lines().count(), file.lines());
        let production = if is_test_path(&file.path) { 0 } else { production(&lines).len() };
        shipped += production;
        tests += all - production;
    }
    let ratio = 100 * tests / shipped.max(1);
    println!("{tests} test lines for {shipped} production lines: {ratio} per hundred");
    assert!(ratio >= TESTS_PER_HUNDRED, "{ratio} test lines per hundred production lines; we had {TESTS_PER_HUNDRED}");
}

/// The Rust of the product with its tests.
fn product() -> impl Iterator<Item = File> {
    let apart = |path: &str| APART.iter().any(|folder| path.starts_with(folder));
    files().into_iter().filter(move |file| file.is_rust() && !apart(&file.path) && !file.text.starts_with("// @generated"))
}
