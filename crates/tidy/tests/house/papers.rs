//! The papers of the repository say what is true: the paths, targets and versions they name exist.

use regex::Regex;
use tidy::{File, files, root};

use crate::uphold;

/// What a stranger reads first.
const PAPERS: &[&str] = &["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"];

#[test]
fn every_path_that_is_named_exists() {
    let named =
        Regex::new(r"(?:^|[\s`(])((?:crates|scripts|examples|fuzz|\.ci)/[\w./-]*[\w/])").expect("the pattern is written here");
    let missing = papers().into_iter().flat_map(|paper| {
        let paths = named.captures_iter(&paper.text).map(|found| found[1].to_owned());
        let missing = paths.filter(|path| !root().join(path).exists());
        missing.map(|path| format!("{} names {path}", paper.path)).collect::<Vec<_>>()
    });
    uphold("a map of another place is worse than none", &missing.collect::<Vec<_>>());
}

#[test]
fn every_crate_is_on_the_map() {
    let map = read("ARCHITECTURE.md");
    let absent = tidy::packages().into_iter().filter(|package| !map.contains(&format!("`crates/{}", package.name)));
    uphold("the code map is the whole tree", &absent.map(|package| package.name).collect::<Vec<_>>());
}

#[test]
fn every_make_target_that_is_named_exists() {
    let makefile = read("Makefile");
    let named = Regex::new(r"`make ([a-z-]+)").expect("the pattern is written here");
    let missing = papers().into_iter().flat_map(|paper| {
        let targets = named.captures_iter(&paper.text).map(|found| found[1].to_owned());
        let missing = targets.filter(|target| !makefile.contains(&format!("\n{target}:")));
        missing.map(|target| format!("{} names make {target}", paper.path)).collect::<Vec<_>>()
    });
    uphold("a command that is printed must run", &missing.collect::<Vec<_>>());
}

#[test]
fn the_installed_botocore_is_the_one_that_the_models_came_from() {
    let notice = std::fs::read_to_string(root().join("crates/wire/models/NOTICE")).expect("the models have a notice");
    let pins = read("scripts/tools.txt");
    let pinned = pins.lines().find_map(|line| line.strip_prefix("botocore==")).expect("botocore is pinned");
    assert!(
        notice.contains(&format!("botocore {pinned}\n")),
        "scripts/tools.txt pins {pinned}, crates/wire/models/NOTICE says otherwise"
    );
}

fn papers() -> Vec<File> {
    files().into_iter().filter(|file| PAPERS.contains(&file.path.as_str())).collect()
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}
