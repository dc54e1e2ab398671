//! No row of the catalogue is forgotten: each is a test, or is listed in `left_out.txt` with the reason why it is none.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The letters that are kept here, and how many rows each has.
const LETTERS: [(char, usize); 4] = [('a', 17), ('b', 11), ('c', 14), ('d', 16)];
/// Rows that are no tests, each with its reason.
const LEFT_OUT: &str = include_str!("left_out.txt");

/// The rows that a test is named for: `fn c1_…_and_c2_…()`.
fn rows_of(line: &str) -> Vec<String> {
    let name = line.trim_start().strip_prefix("fn ").and_then(|rest| rest.split_once('(')).map_or("", |(name, _)| name);
    let words: Vec<&str> = name.split('_').collect();
    let begins = |n: usize| n == 0 || words[n - 1] == "and";
    let is_row = |word: &str| {
        LETTERS.iter().any(|(letter, _)| word.strip_prefix(*letter).is_some_and(|number| number.parse::<usize>().is_ok()))
    };
    words.iter().enumerate().filter(|(n, word)| begins(*n) && is_row(word)).map(|(_, word)| (*word).to_owned()).collect()
}

fn tested() -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/all/catalogue");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files = files.filter(|path| path.extension().is_some_and(|extension| extension == "rs"));
    files.flat_map(|path| fs::read_to_string(path).unwrap().lines().flat_map(rows_of).collect::<Vec<_>>()).collect()
}

#[test]
fn every_row_is_a_test_or_left_out_for_a_reason() {
    let tested = tested();
    let reasons = LEFT_OUT.lines().map(|line| line.split_once(": ").unwrap_or_else(|| panic!("{line:?} gives no reason")));
    let left_out: BTreeSet<String> = reasons.map(|(row, _)| row.to_ascii_lowercase()).collect();
    assert_eq!(tested.intersection(&left_out).collect::<Vec<_>>(), Vec::<&String>::new(), "these are tests and left out");
    let rows = LETTERS.iter().flat_map(|(letter, last)| (1..=*last).map(move |n| format!("{letter}{n}")));
    let missing: Vec<String> = rows.filter(|row| !tested.contains(row) && !left_out.contains(row)).collect();
    assert_eq!(missing, Vec::<String>::new(), "these are neither tests nor left out");
}

#[test]
fn a_test_may_be_several_rows() {
    assert_eq!(rows_of("fn c1_the_port_is_closed_and_c2_so_is_the_client() {"), ["c1", "c2"]);
    assert_eq!(rows_of("fn a_row() {"), Vec::<String>::new());
    assert_eq!(rows_of("let c1_x = 1;"), Vec::<String>::new());
}
