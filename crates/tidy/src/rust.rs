//! Measures Rust text: which of it is production, and where functions begin and end.

use std::sync::LazyLock;

use regex::Regex;

/// A function and its length.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// The line of its `fn`, counted from 1.
    pub line: usize,
    /// From that line to its closing brace, both counted.
    pub length: usize,
}

static TEST_FOLDER: LazyLock<Regex> = LazyLock::new(|| pattern(r"/(tests?|benches|examples|fuzz|testdata|[a-z-]*-tests?)/"));
static TEST_MODULE: LazyLock<Regex> = LazyLock::new(|| pattern(r"\bmod \w+\s*\{"));
static FN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"^(\s*)(?:pub(?:\([^)]*\))?\s+)?(?:default\s+)?(?:const\s+)?(?:async\s+)?(?:unsafe\s+)?(?:extern\s+"C"\s+)?fn\s+(\w+)"#,
    )
});

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the pattern is written here")
}

/// Whether a path holds tests, benchmarks, examples or fuzz targets, and nothing that is shipped.
pub fn is_test_path(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    TEST_FOLDER.is_match(&format!("/{path}")) || matches!(name, "tests.rs" | "test.rs")
}

/// The lines before the `#[cfg(test)] mod` that ends a file.
pub fn production<'a, 't>(lines: &'a [&'t str]) -> &'a [&'t str] {
    let begins = |at: usize| {
        let next = lines[at + 1..].iter().take(3).copied().collect::<Vec<_>>().join(" ");
        lines[at].starts_with("#[cfg(") && lines[at].contains("test") && TEST_MODULE.is_match(&next)
    };
    let end = (0..lines.len()).find(|at| begins(*at)).unwrap_or(lines.len());
    &lines[..end]
}

/// The functions of formatted text: each ends at the closing brace that stands as deep as its `fn`.
pub fn functions(lines: &[&str]) -> Vec<Function> {
    let begun = lines.iter().enumerate().filter_map(|(at, line)| Some((at, FN.captures(line)?)));
    let measured = begun.filter_map(|(at, found)| {
        let length = length(&lines[at..], &found[1])?;
        Some(Function { name: found[2].to_owned(), line: at + 1, length })
    });
    measured.collect()
}

/// How many lines a function takes that begins `indent` deep on the first line; none for a mere declaration.
fn length(lines: &[&str], indent: &str) -> Option<usize> {
    let first = lines.first()?.trim_end();
    if first.ends_with(';') {
        return None;
    }
    if first.ends_with('}') {
        return Some(1);
    }
    for (at, line) in lines.iter().enumerate().skip(1) {
        match line.strip_prefix(indent).map(str::trim_end) {
            Some("}") => return Some(at + 1),
            Some(rest) if rest.starts_with(')') && rest.ends_with(';') => return None,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<&str> {
        text.lines().collect()
    }

    #[test]
    fn a_function_ends_at_the_brace_of_its_own_depth() {
        let text = "impl A {\n    pub async fn go(\n        a: u8,\n    ) {\n        if a {\n        }\n    }\n}\nfn one() {}\n";
        let found = functions(&lines(text));
        let found: Vec<_> = found.iter().map(|f| (f.name.as_str(), f.line, f.length)).collect();
        assert_eq!(found, [("go", 2, 6), ("one", 9, 1)]);
    }

    #[test]
    fn a_declaration_has_no_length() {
        assert_eq!(functions(&lines("    fn a(&self);\n    fn b(\n        a: u8,\n    ) -> u8;\n")), []);
    }

    #[test]
    fn production_ends_where_the_test_module_begins() {
        let text = lines("fn a() {}\n\n#[cfg(test)]\n#[allow(clippy::unwrap_used)]\nmod tests {\n}\n");
        assert_eq!(production(&text), ["fn a() {}", ""]);
    }

    #[test]
    fn a_test_module_in_a_file_of_its_own_cuts_nothing() {
        let text = lines("#[cfg(test)]\nmod tests;\nfn a() {}\n");
        assert_eq!(production(&text), text);
    }

    #[test]
    fn tests_are_known_by_their_folder_or_name() {
        for path in ["crates/a/tests/x.rs", "fuzz/fuzz_targets/x.rs", "crates/a/src/b/tests.rs", "crates/a/src/b/tests/x.rs"] {
            assert!(is_test_path(path), "{path}");
        }
        for path in ["crates/a/src/lib.rs", "crates/a/src/latest/x.rs", "crates/a/src/contest.rs"] {
            assert!(!is_test_path(path), "{path}");
        }
    }
}
