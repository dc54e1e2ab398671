//! What no file may say, and what every file must say first.

use regex::Regex;
use tidy::{File, files, is_test_path, production};

use crate::uphold;

/// Marks of what somebody meant to do.
const LATER: &[&str] = &["TODO", "FIXME", "todo!(", "unimplemented!("];

/// Hosts that packages and images come from.
const REGISTRIES: &[&str] = &["crates.io", "pypi.org", "docker.io", "ghcr.io", "quay.io", "npmjs.org", "deb.debian.org"];

/// Names that say nothing: what lies in such a module has no subject.
const DRAWERS: &[&str] = &["utils", "util", "common", "helpers", "types", "misc"];

#[test]
fn every_file_opens_with_what_it_is() {
    let mute = rust().filter(|file| !file.text.starts_with("//!")).map(|file| file.path);
    uphold("a stranger finds a behaviour by reading first lines", &mute.collect::<Vec<_>>());
}

#[test]
fn nothing_that_ships_panics_for_want_of_a_value() {
    let broken = shipped().flat_map(|file| file.lines_where(|line| code(line).contains(".unwrap()")));
    uphold("what cannot fail says why with expect, and what can fail is an error", &broken.collect::<Vec<_>>());
}

#[test]
fn an_expectation_gives_its_reason() {
    let bare = Regex::new(r#"\.expect\("[^" ]*"\)|\.expect\([^"\n]"#).expect("the pattern is written here");
    let broken = shipped().flat_map(|file| file.lines_where(|line| bare.is_match(code(line))));
    uphold("one word is no reason", &broken.collect::<Vec<_>>());
}

#[test]
fn nothing_is_left_for_later() {
    let broken = others().flat_map(|file| file.lines_where(|line| LATER.iter().any(|mark| line.contains(mark))));
    uphold("what is missing is an issue, and what is here is finished", &broken.collect::<Vec<_>>());
}

#[test]
fn no_module_is_a_junk_drawer() {
    let drawer = |path: &str| path.trim_end_matches(".rs").split('/').any(|part| DRAWERS.contains(&part));
    let broken = rust().map(|file| file.path).filter(|path| drawer(path));
    uphold("a module is named for its one subject", &broken.collect::<Vec<_>>());
}

#[test]
fn nobodys_machine_is_named() {
    let places = Regex::new(r#"(^|[\s"'`=(])(/work|/root/\.|/Users)/|\.pyenv"#).expect("the pattern is written here");
    let broken = others().flat_map(|file| file.lines_where(|line| places.is_match(line)));
    uphold("what needs one machine's folders runs on no other", &broken.collect::<Vec<_>>());
}

#[test]
fn no_registry_is_named() {
    let broken = others().flat_map(|file| file.lines_where(|line| REGISTRIES.iter().any(|host| line.contains(host))));
    uphold("packages come through the machine's own clients, which know their mirrors", &broken.collect::<Vec<_>>());
}

/// Every file but this one, which must name what it forbids.
fn others() -> impl Iterator<Item = File> {
    files().into_iter().filter(|file| !file.path.ends_with("tests/house/words.rs"))
}

fn rust() -> impl Iterator<Item = File> {
    files().into_iter().filter(|file| file.is_rust())
}

/// The production Rust, without the tests at the end of the files.
fn shipped() -> impl Iterator<Item = File> {
    let shipped = rust().filter(|file| !is_test_path(&file.path) && !file.path.ends_with("testing.rs"));
    shipped.map(|file| File { text: production(&file.lines()).join("\n"), path: file.path })
}

/// A line without what is said about it.
fn code(line: &str) -> &str {
    if line.trim_start().starts_with("//") { "" } else { line }
}
