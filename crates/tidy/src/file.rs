//! The files of the repository, as text.

use std::fs;
use std::path::{Path, PathBuf};

/// Folders that hold nothing written by hand.
const SKIPPED: &[&str] = &[".git", "target", "models", "__pycache__"];
/// How a file's name ends when it holds text that we write.
const TEXT: &[&str] = &["rs", "toml", "py", "sh", "md", "txt", "snap"];
/// Where scripts without an ending are.
const SCRIPTS: &[&str] = &["scripts/", ".ci/", "Makefile"];

/// A text file.
#[derive(Clone, Debug)]
pub struct File {
    /// Its path from the root of the repository.
    pub path: String,
    /// What it holds.
    pub text: String,
}

impl File {
    /// Whether it is Rust.
    pub fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// Its lines.
    pub fn lines(&self) -> Vec<&str> {
        self.text.lines().collect()
    }

    /// `path:line: text` of every line, counted from 1, that `wrong` says yes to.
    pub fn lines_where(&self, wrong: impl Fn(&str) -> bool) -> Vec<String> {
        let lines = self.text.lines().enumerate().filter(|(_, line)| wrong(line));
        lines.map(|(at, line)| format!("{}:{}: {}", self.path, at + 1, line.trim())).collect()
    }
}

/// The root of the repository.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).expect("this crate lies two folders below the root").to_owned()
}

/// Every file that is written by hand, in the order of the paths.
///
/// # Panics
/// When the checkout cannot be read: a law that sees nothing must not hold.
pub fn files() -> Vec<File> {
    let root = root();
    let mut paths = Vec::new();
    collect(&root, &mut paths);
    paths.sort();
    paths.iter().filter_map(|path| read(&root, path)).collect()
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of the checkout can be listed").flatten() {
        let kind = entry.file_type().expect("an entry of the checkout has a type");
        let name = entry.file_name();
        if kind.is_dir() && !SKIPPED.iter().any(|skipped| name == *skipped) {
            collect(&entry.path(), found);
        } else if kind.is_file() {
            found.push(entry.path());
        }
    }
}

fn read(root: &Path, path: &Path) -> Option<File> {
    let short = path.strip_prefix(root).ok()?.to_str()?.to_owned();
    let is_text = path.extension().is_some_and(|ending| TEXT.iter().any(|text| ending == *text));
    let wanted = is_text || SCRIPTS.iter().any(|place| short.starts_with(place));
    // A file that goes while we look (an editor's, a test's) is none of ours.
    wanted.then(|| fs::read_to_string(path).ok()).flatten().map(|text| File { path: short, text })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_file_is_found_and_nothing_built_is() {
        let files = files();
        assert!(files.iter().any(|file| file.path == "crates/tidy/src/file.rs"));
        assert!(!files.iter().any(|file| file.path.starts_with("target/")));
    }

    #[test]
    fn a_line_is_named_by_path_and_number() {
        let file = File { path: "a.rs".into(), text: "one\n  two\n".into() };
        assert_eq!(file.lines_where(|line| line.contains("two")), ["a.rs:2: two"]);
    }
}
