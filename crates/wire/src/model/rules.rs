//! Constraints of a model: bounds, enumerations, and patterns that are compiled when they are first needed.

use std::borrow::Cow;
use std::sync::OnceLock;

use regex::{Regex, RegexBuilder};

/// Inclusive bounds of a length or a number.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Bounds {
    pub(crate) min: Option<f64>,
    pub(crate) max: Option<f64>,
}

impl Bounds {
    pub(crate) fn is_empty(&self) -> bool {
        self.min.is_none() && self.max.is_none()
    }
}

/// Constraints of a string.
#[derive(Debug)]
pub(crate) struct Text {
    pub(crate) length: Bounds,
    pub(crate) values: Box<[&'static str]>,
    pub(crate) pattern: Option<Pattern>,
}

/// A pattern as the model has it, in Java's syntax.
#[derive(Debug)]
pub(crate) struct Pattern {
    pub(crate) source: Cow<'static, str>,
    compiled: OnceLock<Option<Regex>>,
}

impl Pattern {
    pub(crate) fn new(source: Cow<'static, str>) -> Self {
        Pattern { source, compiled: OnceLock::new() }
    }

    /// Whether the whole text matches, as AWS means it. A pattern that linear-time matching cannot express (look-around,
    /// back references) accepts everything: its service's handler has to know better.
    pub(crate) fn accepts(&self, text: &str) -> bool {
        self.compiled().is_none_or(|regex| regex.is_match(text))
    }

    pub(crate) fn compiled(&self) -> Option<&Regex> {
        self.compiled.get_or_init(|| compile(&self.source)).as_ref()
    }
}

fn compile(source: &str) -> Option<Regex> {
    RegexBuilder::new(&format!(r"\A(?:{})\z", ascii_classes(source))).size_limit(1 << 20).dfa_size_limit(1 << 18).build().ok()
}

/// What lies beyond the basic plane, as Java's pairs of surrogates and as code points.
const BEYOND: (&str, &str) = (r"\uD800\uDC00-\uDBFF\uDFFF", r"\x{10000}-\x{10FFFF}");

/// Java's `\w`, `\d` and `\s` are ASCII; ours would be Unicode, and a hundred times as large.
fn ascii_classes(source: &str) -> String {
    let source = source.replace(BEYOND.0, BEYOND.1);
    let mut out = String::with_capacity(source.len());
    let mut chars = source.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('w') => out.push_str("[0-9A-Za-z_]"),
            Some('W') => out.push_str("[^0-9A-Za-z_]"),
            Some('d') => out.push_str("[0-9]"),
            Some('D') => out.push_str("[^0-9]"),
            Some('s') => out.push_str(r"[ \t\n\x0B\f\r]"),
            Some('S') => out.push_str(r"[^ \t\n\x0B\f\r]"),
            Some('Z') => out.push_str(r"\z"),
            Some(other) => out.extend(['\\', other]),
            None => out.push('\\'),
        }
    }
    out
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn pattern(source: &'static str) -> Pattern {
        Pattern::new(Cow::Borrowed(source))
    }

    #[test]
    fn the_whole_text_has_to_match() {
        let id = pattern(r"[\w-]+_[0-9a-zA-Z]+");
        assert!(id.accepts("us-east-1_abc"));
        assert!(!id.accepts("us-east-1_abc "));
    }

    #[test]
    fn word_characters_are_ascii_as_in_java() {
        assert!(!pattern(r"\w+").accepts("é"));
        assert!(pattern(r"[\p{L}]+").accepts("é"));
    }

    #[test]
    fn pairs_of_surrogates_mean_what_lies_beyond_the_basic_plane() {
        let text = pattern(r"[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\r\n\t]*");
        assert!(text.accepts("a é 𝄞\n"));
        assert!(!text.accepts("\u{1}"));
    }

    #[test]
    fn a_pattern_that_cannot_be_compiled_accepts_everything() {
        let odd = pattern(r"(?!aws:).*");
        assert!(odd.compiled().is_none());
        assert!(odd.accepts("aws:x"));
    }
}
